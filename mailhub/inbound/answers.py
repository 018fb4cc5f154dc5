"""What we say to a mail that could not be done as it stands: never to forged or automatic mail, never too often."""

from datetime import timedelta

import sqlalchemy as sa

from mailhub import formats
from mailhub.hub import acting
from mailhub.inbound import dispatch
from mailhub.inbound.tables import Disposition
from mailhub.inbound.visit import Visit
from mailhub.language import say
from mailhub.lists import reading, things
from mailhub.lists.tables import MailList
from mailhub.verbs import Act, Answer, Thing

MOST_A_DAY = 5  # answers to mail we did not understand, to one person (RFC 3834 section 2, D-65)
PER_MAIL = 100  # answers to one mail have numbers below this
DESK = Thing(things.LIST, 0)


def give(visit: Visit, act: Act, answer: Answer, position: int) -> None:
    """Answer what was understood."""
    acting.tell(act, answer, occurrence=visit.receipt.id * PER_MAIL + position, in_reply_to=visit.mail.message_id)


def refuse(visit: Visit, key: str, position: int, *, thing: Thing | None = None) -> "dispatch.Result":
    """Answer what was not: what to write instead, with their own text below."""
    if not visit.may_answer or not visit.evidence().any:
        return dispatch.Result("held", key, visit.person.id if visit.person else None, thing=thing)
    person, address = visit.meet()
    if _answered_today(visit, person.id) >= MOST_A_DAY:
        return dispatch.Result("dropped", "too-many-answers", person.id, thing=thing)
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person.id,
        thing=thing or DESK,
        argument="",
        evidence=visit.evidence(),
        via="reply",
        now=visit.now,
        language=visit.language,
        address_id=address.id,
        words=visit.words,
    )
    give(visit, act, Answer(f"inbound.{key}", _values(visit, key, thing), thing, returns_text=True), position)
    return dispatch.Result("answered", key, person.id, thing=thing)


def _values(visit: Visit, key: str, thing: Thing | None) -> dict[str, object]:
    """What these words have places for."""
    list_id = things.list_of(visit.session, thing) if thing else None
    match key:
        case "not-understood":
            return {"words": _words(visit, thing), "hint": _hint(visit, list_id)}
        case "help":
            return {
                "site": visit.hub.site.name,
                "groups": _groups(visit),
                "contact": acting.contact(visit.session, visit.hub.site),
            }
    return {}


def _words(visit: Visit, thing: Thing | None) -> str:
    """What may be said to this thing, the likeliest first; three are enough."""
    verbs = visit.hub.verbs.for_kind(thing.kind if thing else things.LIST)
    said = [formats.quoted(visit.language, verb.words[visit.language][0]) for verb in verbs[:3]]
    return formats.listing(visit.language, said, alternatives=True)


def _hint(visit: Visit, list_id: int | None) -> str:
    group = visit.session.get(MailList, list_id) if list_id else None
    if group is None:
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


def _answered_today(visit: Visit, person_id: int) -> int:
    since = visit.now - timedelta(days=1)
    answered = sa.select(sa.func.count()).where(
        Disposition.person_id == person_id, Disposition.outcome == "answered", Disposition.at > since
    )
    return visit.session.scalar(answered.select_from(Disposition)) or 0
