"""What we say to a mail that could not be done as it stands: never to forged or automatic mail, never too often."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from mailhub import formats
from mailhub.hub import acting
from mailhub.inbound import hints
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.tables import Disposition
from mailhub.inbound.visit import Visit
from mailhub.language import say
from mailhub.lists import reading, telling, things
from mailhub.lists.tables import MailList
from mailhub.people import roles
from mailhub.people.tables import Person
from mailhub.verbs import Act, Answer, Thing

MOST_A_DAY = 5  # answers to mail we did not understand, to one person (RFC 3834 section 2, D-65)
MOST_THE_SAME = 2  # of them with the same words about the same thing: a responder without manners ends there
PER_MAIL = 10_000  # answers to one mail have numbers below this
PER_TURN = 1_000  # and those to one of its commands below this: a mail has as many recipients at most
DESK = things.DESK


def give(visit: Visit, act: Act, answer: Answer, position: int, turn: int = 0) -> None:
    """Answer what was understood."""
    occurrence = visit.receipt.id * PER_MAIL + turn * PER_TURN + position
    acting.tell(act, answer, occurrence=occurrence, in_reply_to=visit.mail.message_id)


def refuse(
    visit: Visit,
    why: Failure,
    position: int,
    *,
    thing: Thing | None = None,
    token: bool = False,
    since: datetime | None = None,
) -> Result:
    """Answer what was not: what to write instead, with their own text below.

    `thing` is what a reply to it will be about; `token`: theirs came with it; `since`: when what they answered ended.
    """
    evidence = visit.evidence(token=token)
    known = visit.person.id if visit.person else None
    if not evidence.any:
        return Result("held", why, known, thing=thing)
    if not visit.may_answer:
        return Result("dropped", f"{why}, not answered: {visit.read.nature.reason}", known, thing=thing)
    person, address = visit.meet()
    if answered_today(visit, person.id) >= MOST_A_DAY or _answered_so(visit, person.id, why, thing) >= MOST_THE_SAME:
        return Result("dropped", Failure.TOO_MANY_ANSWERS, person.id, thing=thing)
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person.id,
        thing=thing or DESK,
        argument="",
        evidence=evidence,
        via="reply",
        now=visit.now,
        language=visit.language,
        address_id=address.id,
        words=visit.words,
    )
    values = _values(visit, why, person, thing, since or visit.now)
    give(visit, act, Answer(f"inbound.{why}", values, thing, returns_text=True), position)
    return Result("answered", why, person.id, thing=thing)


def answered_today(visit: Visit, person_id: int) -> int:
    """How many mails of this person we answered in the last day without having done anything."""
    return visit.session.scalar(_answered(visit, person_id)) or 0


def _answered_so(visit: Visit, person_id: int, why: Failure, thing: Thing | None) -> int:
    kind, thing_id = (thing.kind, thing.id) if thing else (None, None)
    same = Disposition.reason == why, Disposition.thing == kind, Disposition.thing_id == thing_id
    return visit.session.scalar(_answered(visit, person_id).where(*same)) or 0


def _answered(visit: Visit, person_id: int) -> sa.Select[int]:
    return (
        sa.select(sa.func.count())
        .select_from(Disposition)
        .where(
            Disposition.person_id == person_id,
            Disposition.outcome == "answered",
            Disposition.at > visit.now - timedelta(days=1),
        )
    )


def _values(visit: Visit, why: Failure, person: Person, thing: Thing | None, since: datetime) -> dict[str, object]:
    """What these words have places for."""
    match why:
        case Failure.EXPIRED:
            day = telling.told_day(visit.hub.site, person, since, visit.language, visit.now)
            return {"day": day, "contact": roles.contact(visit.session, visit.hub.site)}
        case Failure.NOT_UNDERSTOOD if thing is not None:
            return {"words": _words(visit, person, thing), "hint": _hint(visit, person, thing)}
        case Failure.HELP:
            return {
                "site": visit.hub.site.name,
                "groups": _groups(visit),
                "contact": roles.contact(visit.session, visit.hub.site),
            }
        case Failure.NO_OFFICE:
            return {"contact": roles.contact(visit.session, visit.hub.site)}
    return {}


def _words(visit: Visit, person: Person, thing: Thing) -> str:
    said = [formats.quoted(visit.language, word) for word in hints.words(visit, person, thing)]
    return formats.listing(visit.language, said, alternatives=True)


def _hint(visit: Visit, person: Person, thing: Thing) -> str:
    """Where to speak to the group, for those it would hear."""
    list_id = things.list_of(visit.session, thing)
    group = visit.session.get(MailList, list_id) if list_id else None
    if group is None or not reading.standing(visit.session, group.id, person.id).belongs:
        return ""
    title = reading.title(visit.session, group.id, visit.language) or group.slug
    return say(visit.language, "inbound.hint-group", group=title, address=visit.hub.site.address(group.slug))


def _groups(visit: Visit) -> list[str]:
    """The groups anybody may know of, a line each: where an empty mail asks to join."""
    join = visit.hub.verbs.get("join").suffixes[visit.language][0]
    shown = [(reading.definition_of(g), g.slug) for g in reading.open_lists(visit.session)]
    lines = [
        f"{rules.titled(visit.language)}: {visit.hub.site.address(f'{slug}-{join}')}"
        for rules, slug in shown
        if rules.join != "invitation"
    ]
    return lines or [say(visit.language, "inbound.no-groups")]
