"""The words of the letter as a whole: no more of it, a pause from it, why it came, and everything it left out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mailhub import formats, language
from mailhub.digests import readers, telling, whole
from mailhub.digests.offers import Offers
from mailhub.digests.tables import Letter
from mailhub.language import say
from mailhub.lists import aside, reading, subscriptions
from mailhub.lists import telling as said
from mailhub.lists.dates import NoDate, NotADate
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import roles
from mailhub.people.tables import Person
from mailhub.tokens import MAILING
from mailhub.verbs import Act, Answer, Outcome, Thing

LETTER = Thing(MAILING.name, 0)  # letters in general, no one of them
NO_LETTER = "no-letter"  # the verb


def no_letter(act: Act) -> Outcome:
    """From now on no letter: the groups stay theirs, and are silent."""
    places = _read_by_letter(act)
    if not places:
        return Outcome(False, Answer("digests.no-letter-already", {"contact": roles.contact(act.session, act.site)}))
    kept = {
        str(place.list_id): subscriptions.choose(act.session, place, DeliveryChoice.NONE, now=act.now)
        for place in places
    }
    return Outcome(True, Answer("digests.no-letter", {"groups": _titles(act, places)}, act.thing), {"places": kept})


def pause(act: Act) -> Outcome:
    """Nothing of the groups they read by letter until a day, or until they say so."""
    places, person = _read_by_letter(act), act.session.get_one(Person, act.person_id)
    until = subscriptions.until(act.site, person, act.argument, act.now)
    if isinstance(until, NotADate):
        return Outcome(False, Answer("lists.pause-unclear", {}, act.thing))
    if not places:
        return Outcome(False, Answer("digests.no-letter-already", {"contact": roles.contact(act.session, act.site)}))
    ends_at = None if isinstance(until, NoDate) else until
    kept = {str(p.list_id): subscriptions.pause(act.session, p, ends_at, now=act.now) for p in places}
    if ends_at is None:
        told = say(act.language, "lists.until-resumed")
    else:
        told = say(act.language, "lists.until-day", day=said.told_day(act.site, person, ends_at, act.language, act.now))
    values = {"groups": _titles(act, places), "until": told}
    return Outcome(True, Answer("digests.paused", values, act.thing), {"places": kept})


def resume(act: Act) -> Outcome:
    """The letter comes again; the next one lists what they missed."""
    taken_up = aside.take_up(act)
    if taken_up is not None:
        return taken_up
    paused = [place for place in _read_by_letter(act) if place.state is SubscriptionState.PAUSED]
    kept = {str(place.list_id): subscriptions.resume(act.session, place, now=act.now) for place in paused}
    return Outcome(bool(paused), Answer("digests.resumed", {}, act.thing), {"places": kept} if kept else None)


def put_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of either, in every group where it still can be."""
    done = False
    for list_id, place in kept["places"].items():
        group = act.session.get(MailList, int(list_id))
        if group is not None:
            done |= subscriptions.put_back(act.session, group, act.person_id, place, now=act.now)
    return Outcome(done)


def why(act: Act) -> Outcome:
    """Which groups they read so, and when it leaves."""
    person = act.session.get_one(Person, act.person_id)
    each = readers.rhythm_of(act.session, act.site, person)
    values = {"groups": groups_of(act), **telling.rhythm(act.language, each)}
    return Outcome(True, Answer("digests.why", values, act.thing))


def everything(offers: Offers) -> Callable[[Act], Outcome]:
    """What the letter told in a line, or counted: whole, in as many mails as that takes."""

    def perform(act: Act) -> Outcome:
        letter = act.session.get(Letter, act.thing.id)
        texts = whole.texts(act.session, act.site, offers, whole.left(act.session, letter)) if letter else []
        if not texts:
            return Outcome(True, Answer("digests.nothing-left", {}, act.thing))
        return Outcome(True, bring(act, texts))

    return perform


def bring(act: Act, texts: Sequence[str]) -> Answer:
    """These texts, the first as the answer and the others beside it."""
    words = language.mail(act.language, "digests.whole")
    for place, text in enumerate(texts[1:], start=1):
        telling.tell(
            act.session,
            act.site,
            act.person_id,
            language.with_more(words, text),
            act.language,
            kind="digests.whole",
            occurrence=(act.raw_id or act.thing.id) * whole.MOST_MAILS + place,
            now=act.now,
            about=act.thing,
            address_id=act.address_id,
        )
    return Answer("digests.whole", {}, act.thing, below=texts[0])


def _read_by_letter(act: Act) -> list[Subscription]:
    mine = sa.select(Subscription).where(
        Subscription.person_id == act.person_id,
        Subscription.state.in_(BELONGING),
        Subscription.delivery == DeliveryChoice.DIGEST,
    )
    return list(act.session.scalars(mine.order_by(Subscription.list_id)))


def _titles(act: Act, places: Sequence[Subscription]) -> str:
    titles = [reading.title(act.session, place.list_id, act.language) or "" for place in places]
    return formats.listing(act.language, titles)


def groups_of(act: Act) -> str:
    """The groups they read by letter, by name."""
    return _titles(act, _read_by_letter(act)) or say(act.language, "digests.no-groups")
