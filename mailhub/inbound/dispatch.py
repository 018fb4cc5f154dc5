"""Decides what becomes of one mail for one of its recipients, and has it done."""

from dataclasses import dataclass, field
from typing import Any

from mailhub.authority import Allowed, Ask, Evidence, Held
from mailhub.hub import acting
from mailhub.inbound import answers, identity, replies
from mailhub.inbound.routing import (
    Nobody,
    Route,
    ToBounce,
    ToDesk,
    ToLeave,
    ToList,
    ToOrganisers,
    ToRelay,
    ToRole,
    ToThing,
    ToVerb,
    route,
)
from mailhub.inbound.visit import Visit, ways
from mailhub.lists import posting, relay, wishes
from mailhub.lists import reading as groups
from mailhub.lists.arrival import Arrival, Receipt
from mailhub.people import deeds
from mailhub.verbs import Act, Call, Thing

LINES_AT_MOST = 5  # commands in one mail to the front desk


@dataclass(frozen=True, slots=True)
class Result:
    """The words of a disposition."""

    outcome: str
    reason: str
    person_id: int | None = None
    list_id: int | None = None
    thing: Thing | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def dispose(visit: Visit, recipient: str, position: int) -> Result:
    """Do what this mail asks at this address; runs once more harmlessly if the commit fails."""
    local = visit.hub.site.local_part(recipient)
    member_of = groups.lists_of(visit.session, visit.person.id) if visit.person else frozenset()
    return _go(visit, route(local, ways(visit.hub, visit.session, visit.now), member_of), position)


def _go(visit: Visit, where: Route, position: int) -> Result:
    match where:
        case ToBounce(delivery):
            key = {"person": delivery.person, "mailing": delivery.mailing, "occurrence": delivery.occurrence}
            return Result("recorded", visit.read.kind, person_id=delivery.person, detail=key)
        case _ if visit.is_automatic and not isinstance(where, ToList):
            return Result("dropped", f"automatic: {visit.read.nature.reason or visit.read.kind}")
        case ToList(list_id):
            return _to_list(visit, list_id, position)
        case ToVerb(list_id, verb):
            return carry_out(visit, Call(visit.hub.verbs.get(verb), ""), Thing("list", list_id), position, "address")
        case ToThing(token, stale):
            return replies.receive(visit, token, stale, position)
        case ToLeave(person_id, list_id):
            return _leave(visit, person_id, list_id, position)
        case ToRelay(_, list_id) if (call := _wish(visit)) is not None:
            return carry_out(visit, call, Thing("list", list_id), position, "reply")
        case ToRelay(person_id, list_id):
            receipt = relay.receive(visit.session, visit.hub.site, arrival(visit), to=person_id, list_id=list_id)
            return from_receipt(visit, receipt, position, list_id)
        case ToRole(role, list_id):
            receipt = relay.to_role(visit.session, visit.hub.site, arrival(visit), role=role, list_id=list_id)
            return from_receipt(visit, receipt, position, list_id)
        case ToOrganisers():
            receipt = relay.to_role(visit.session, visit.hub.site, arrival(visit), role="organiser", list_id=0)
            return from_receipt(visit, receipt, position)
        case ToDesk():
            return _at_the_desk(visit, position)
        case Nobody():
            return answers.refuse(visit, "help", position)
    raise AssertionError(f"no way for {where}")


def _to_list(visit: Visit, list_id: int, position: int) -> Result:
    """A post, unless its whole new text is a command: that is carried out and never published."""
    call = _wish(visit)
    if call is not None:
        return carry_out(visit, call, Thing("list", list_id), position, "reply")
    receipt = posting.receive(visit.session, visit.hub.site, arrival(visit), list_id=list_id)
    return from_receipt(visit, receipt, position, list_id)


def _wish(visit: Visit) -> Call | None:
    """The command that the whole new text is. A picture beside it makes it a message, unless they want to leave."""
    if visit.is_automatic:
        return None
    call = wishes.read(visit.words, visit.mail.subject, visit.hub.verbs, today=visit.now.date(), kind="list")
    is_alone = not visit.mail.attachments or (call is not None and call.verb.name == wishes.LEAVE)
    return call if is_alone else None


def carry_out(
    visit: Visit,
    call: Call,
    thing: Thing,
    position: int,
    via: str,
    *,
    token: bool = False,
    mailbox: bool = False,
    rest: str = "",
) -> Result:
    """One verb on one thing, by the authority rule, with its answer."""
    evidence = visit.evidence(token=token, mailbox=mailbox)
    if visit.person is None and not evidence.any:
        return Result("held", "unproven", thing=thing)  # shown to organisers, never answered
    person, address = visit.meet()
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person.id,
        thing=thing,
        argument=call.argument,
        evidence=evidence,
        via=via,
        now=visit.now,
        language=visit.language,
        address_id=address.id,
        raw_id=visit.receipt.raw_id,
        words=rest or visit.words,
    )
    carried = acting.carry_out(call, act, on_record=visit.person is not None)
    if isinstance(carried.ruling, Held):
        if carried.ruling.ask is Ask.RECORD:
            identity.ask(visit, position)
        return Result("held", "unproven", person.id, thing=thing, detail={"verb": call.verb.name})
    if not isinstance(carried.ruling, Allowed) or carried.outcome is None:
        return Result("dropped", "unproven", person.id, thing=thing)
    if carried.outcome.answer is not None and visit.may_answer:
        answers.give(visit, act, carried.outcome.answer, position)
    outcome = "done" if carried.outcome.done else "answered"
    return Result(outcome, call.verb.name, person.id, thing=thing, detail={"evidence": deeds.letters(evidence)})


def _leave(visit: Visit, person_id: int, list_id: int, position: int) -> Result:
    """List-Unsubscribe by mail: the token names who leaves, whoever's program sent it (D-36)."""
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person_id,
        thing=Thing("list", list_id),
        argument="",
        evidence=Evidence(token=True),
        via="address",
        now=visit.now,
        language=visit.language,
        raw_id=visit.receipt.raw_id,
    )
    carried = acting.carry_out(Call(visit.hub.verbs.get("leave"), ""), act, on_record=True)
    if carried.outcome is not None and carried.outcome.answer is not None:
        answers.give(visit, act, carried.outcome.answer, position)
    return Result("done", "leave", person_id, list_id, act.thing)


def _at_the_desk(visit: Visit, position: int) -> Result:
    """Commands in the body, the first lines only; what is no command gets the help."""
    lines = [line.strip() for line in (visit.words or visit.mail.subject).splitlines() if line.strip()]
    found = [(call, thing) for line in lines[:LINES_AT_MOST] if (told := _said(visit, line)) for call, thing in [told]]
    if not found:
        return answers.refuse(visit, "help", position)
    results = [
        carry_out(visit, call, thing, position * LINES_AT_MOST + n, "reply") for n, (call, thing) in enumerate(found)
    ]
    return results[0]


def _said(visit: Visit, line: str) -> tuple[Call, Thing] | None:
    """«iscriviti orto»: a verb of a group, and its name after it."""
    word, _, name = line.partition(" ")
    call = visit.hub.verbs.recognise(word, "list")
    where = route(name.strip().lower(), ways(visit.hub, visit.session, visit.now)) if call and name else None
    if call is not None and isinstance(where, ToList):
        return call, Thing("list", where.list_id)
    return None


def arrival(visit: Visit) -> Arrival:
    """What the lists room needs to know of a mail."""
    return Arrival(
        mail=visit.mail,
        raw=visit.raw,
        raw_id=visit.receipt.raw_id,
        nature=visit.read.nature,
        folded=visit.read.folded,
        person=visit.person,
        address=visit.address,
        evidence=visit.evidence(),
        language=visit.language,
        now=visit.now,
    )


def from_receipt(visit: Visit, receipt: Receipt, position: int, list_id: int | None = None) -> Result:
    """The lists room's word on a mail; what is not proven is asked about first."""
    if receipt.is_unproven:
        identity.ask(visit, position)
    person_id = visit.person.id if visit.person else None
    return Result(receipt.outcome, receipt.reason, person_id, list_id, receipt.thing)
