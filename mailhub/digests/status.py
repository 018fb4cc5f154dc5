"""«Stato»: the truth about one's own mail: what left, what waits, what came back, what is held, when a letter comes."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa

from mailhub import formats
from mailhub.authority import Level
from mailhub.clock import local
from mailhub.delivery import mailboxes
from mailhub.delivery.tables import Delivery, DeliveryState, Mailbox, Mailing, Trouble
from mailhub.digests import only, readers, rhythm
from mailhub.digests.newcomers import waiting as newcomers_of
from mailhub.language import say, wrap
from mailhub.lists import reading, telling
from mailhub.lists.tables import HeldPost, HeldState, MailList, Subscription, SubscriptionState
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.verbs import ANYTHING, Act, Answer, Outcome, Verb

LOOKS_BACK = timedelta(days=30)
WORDS = {"it": ("stato", "la mia posta", "come va la mia posta"), "en": ("status", "my mail")}
_ON_ITS_WAY = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.SENDING)


def status(act: Act) -> Outcome:
    """How mail reaches the one who asks; nothing of it is guessed."""
    person = act.session.get_one(Person, act.person_id)
    newcomers = list(newcomers_of(act, person))
    said = [*_groups(act, person), "", *_mails(act, person), *([""] if newcomers else []), *newcomers]
    lines = [wrap(line) for line in said]
    return Outcome(
        True, Answer("digests.status", {"mailbox": _mailbox(act, person)}, act.thing, below="\n".join(lines))
    )


VERB = Verb("status", WORDS, Level.LIGHT, frozenset({ANYTHING}), status, only_tells=True, of_person=True)


def _mailbox(act: Act, person: Person) -> str:
    """Whether their mailbox takes our mail."""
    address = persons.write_to(act.session, [person.id]).get(person.id)
    email = address.email if address else say(act.language, "lists.someone")
    found = mailboxes.of_person(act.session, person.id)
    if found is None or not (found.set_aside_at or found.probed_at):
        return say(act.language, "digests.status-works", email=email)
    values = {"email": email, "since": mailboxes.since(act.site, person, found, act.language, act.now)}
    if found.trouble is not Trouble.COMPLAINT:
        values["why"] = say(act.language, f"delivery.trouble-{found.trouble.value}")
    return say(act.language, f"digests.status-{_standing(found)}", **values)


def _standing(found: Mailbox) -> str:
    if found.set_aside_at is None:
        return "tried"
    return "complaint" if found.trouble is Trouble.COMPLAINT else "aside"


def _groups(act: Act, person: Person) -> Iterator[str]:
    """A line for each group."""
    for _, group, how in places(act, person):
        title = reading.definition_of(group).titled(act.language)
        yield say(act.language, "digests.status-group", group=title, how=how)


def places(act: Act, person: Person) -> Iterator[tuple[Subscription, MailList, str]]:
    """Each group one belongs to, and in words how its messages come, or until when they do not."""
    mine = (
        sa.select(Subscription, MailList)
        .join(MailList, MailList.id == Subscription.list_id)
        .where(Subscription.person_id == person.id, Subscription.state.in_(reading.BELONGING))
        .order_by(MailList.slug)
    )
    for place, group in act.session.execute(mine):
        if place.state is not SubscriptionState.PAUSED:
            how = telling.rhythm(act.language, place.delivery, coming=False)
        elif place.paused_until is None:
            how = say(act.language, "digests.status-paused", until=say(act.language, "lists.until-resumed"))
        else:
            day = telling.told_day(act.site, person, place.paused_until, act.language, act.now)
            how = say(act.language, "digests.status-paused", until=say(act.language, "lists.until-day", day=day))
        yield place, group, how


def _mails(act: Act, person: Person) -> Iterator[str]:
    """What became of our mail to them and of theirs to the groups, and when the next letter leaves."""
    counted = _counted(act, person.id)
    yield say(act.language, "digests.status-sent", count=counted["sent"])
    for what in ("waiting", "deferred", "doubt", "returned", "held"):
        if counted[what]:
            yield say(act.language, f"digests.status-{what}", count=counted[what])
    if left := only.count(act):
        yield say(act.language, "digests.status-left", count=left)
    if reading.reads_by_letter(act.session, person.id):
        each = readers.rhythm_of(act.session, act.site, person)
        today = local(act.now, each.zone).date()
        when = formats.day_hour(act.language, rhythm.following(each, act.now), each.zone, today=today)
        yield say(act.language, "digests.status-letter", when=when)


def _counted(act: Act, person_id: int) -> Counter[str]:
    """Their mails of the last month by what became of them; those that were no longer owed are none."""
    found: Counter[str] = Counter()
    rows = act.session.execute(
        sa.select(Delivery.state, Delivery.bounced_at.is_not(None), sa.func.count())
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Delivery.person_id == person_id, Delivery.due_at > act.now - LOOKS_BACK)
        .group_by(Delivery.state, Delivery.bounced_at.is_not(None))
    )
    for state, came_back, count in rows:
        found[_became(state, bool(came_back))] += count
    waiting = sa.select(sa.func.count()).select_from(HeldPost)
    mine = waiting.where(HeldPost.person_id == person_id, HeldPost.state == HeldState.WAITING)
    found["held"] = act.session.scalar(mine) or 0
    return found


def _became(state: DeliveryState, came_back: bool) -> str:
    if came_back or state is DeliveryState.FAILED:
        return "returned"
    if state is DeliveryState.SENT:
        return "sent"
    if state in _ON_ITS_WAY:
        return "waiting"
    return {DeliveryState.DEFERRED: "deferred", DeliveryState.UNCERTAIN: "doubt"}.get(state, "cancelled")
