"""Carries out what a mail asks for in a word: by the authority rule, with its answer, and with a disposition."""

from dataclasses import dataclass, replace
from datetime import timedelta

from mailhub.authority import Allowed, Ask, Evidence, Held, Level
from mailhub.digests.stopping import LETTER, NO_LETTER
from mailhub.hub import acting, twice
from mailhub.hub.acting import Carried
from mailhub.inbound import answers, identity, replays
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.visit import Visit, tongue
from mailhub.lists import things
from mailhub.people import deeds, persons
from mailhub.people.tables import Person
from mailhub.verbs import Act, Call, Outcome, Thing


@dataclass(frozen=True, slots=True)
class Asked:
    """One verb somebody wants carried out on one thing, and what came with the wish."""

    call: Call
    thing: Thing
    said: str  # the words or the address that asked, with all that follows
    position: int  # of the recipient
    via: str = "reply"
    token: bool = False  # evidence T came with it
    mailbox: bool = False  # evidence M
    turn: int = 0  # its place among the commands of one mail
    asked_ago: timedelta | None = None  # since the request that this confirms, where it confirms one


def carry_out(visit: Visit, asked: Asked) -> Result:
    """Rule on it, do it, answer it."""
    evidence = visit.evidence(token=asked.token, mailbox=asked.mailbox)
    list_id = things.list_of(visit.session, asked.thing)
    if replays.is_one(visit):
        return Result("dropped", replays.DUPLICATE, visit.person.id if visit.person else None, list_id, asked.thing)
    if visit.person is None and not evidence.any:
        return Result("held", identity.UNPROVEN, None, list_id, asked.thing)  # shown to organisers, never answered
    act = act_of(replace(visit, spoken=tongue(asked.call.verb, asked.said)), asked, evidence)
    carried = acting.carry_out(asked.call, act, on_record=visit.person is not None, asked_ago=asked.asked_ago)
    if isinstance(carried.ruling, Held) and asked.call.verb.level is Level.CHARTER and evidence.aligned:
        return _twice(visit, asked, act, list_id)
    if isinstance(carried.ruling, Held):
        if carried.ruling.ask is Ask.RECORD:
            identity.ask(visit, asked.position)
        return Result("held", identity.UNPROVEN, act.person_id, list_id, asked.thing, {"verb": asked.call.verb.name})
    outcome = _told(visit, asked, act, carried)
    proof = {"evidence": deeds.letters(evidence)} | ({"deeds": [carried.deed_id]} if carried.deed_id else {})
    return Result(outcome, asked.call.verb.name, act.person_id, list_id, asked.thing, proof)


def _twice(visit: Visit, asked: Asked, act: Act, list_id: int | None) -> Result:
    """Its author asks for what takes two mails: the second goes out in a while, and its answer does it."""
    if asked.call.verb.name == twice.CONFIRM:
        return answers.refuse(visit, Failure.TWICE_OVER, asked.position)
    if visit.is_automatic:
        return Result("dropped", Failure.TWICE, act.person_id, list_id, asked.thing)
    answers.give(visit, act, twice.ask(act, asked.call.verb.name), asked.position, asked.turn)
    return Result("held", Failure.TWICE, act.person_id, list_id, asked.thing, {"verb": asked.call.verb.name})


def leave(visit: Visit, person_id: int, list_id: int, position: int) -> Result:
    """List-Unsubscribe by mail: the token names who leaves, whoever's program sent it (D-36).

    Only leaving itself is told: a forwarded token must not fill anybody's mailbox. A token of no list is the letter's.
    """
    person = visit.session.get(Person, person_id)
    if person is None:
        return Result("recorded", "leave", None, list_id)
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person_id,
        thing=things.of_list(list_id) if list_id else LETTER,
        argument="",
        evidence=Evidence(token=True),
        via="address",
        now=visit.now,
        language=persons.language_of(person, visit.hub.site),
        raw_id=visit.receipt.raw_id,
    )
    verb = visit.hub.verbs.get("leave" if list_id else NO_LETTER)
    carried = acting.carry_out(Call(verb, ""), act, on_record=True)
    if carried.outcome is None or not carried.outcome.done:
        return Result("recorded", verb.name, person_id, list_id or None, act.thing)
    if carried.outcome.answer is not None:
        answers.give(visit, act, carried.outcome.answer, position)
    return Result("done", verb.name, person_id, list_id or None, act.thing)


def act_of(visit: Visit, asked: Asked, evidence: Evidence) -> Act:
    """Their wish as an act, whoever they are."""
    person, address = visit.meet()
    return Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person.id,
        thing=asked.thing,
        argument=asked.call.argument,
        evidence=evidence,
        via=asked.via,
        now=visit.now,
        language=visit.language,
        address_id=address.id,
        raw_id=visit.receipt.raw_id,
        words=visit.words if asked.via == "address" else asked.said,
    )


def _told(visit: Visit, asked: Asked, act: Act, carried: Carried) -> str:
    """Answer it where that is right; the outcome in the words of a disposition."""
    if not isinstance(carried.ruling, Allowed) or carried.outcome is None:
        return "dropped"
    told = carried.outcome.answer if _may_tell(visit, act.evidence, carried.outcome, asked.call.verb.level) else None
    if told is not None:
        comes_back = told.returns_text or (not carried.outcome.done and _says_more(asked))
        answers.give(visit, act, replace(told, returns_text=comes_back), asked.position, asked.turn)
    if carried.outcome.done and asked.call.verb.level is not Level.PUBLIC:  # «aiuto» changes nothing
        return "done"
    return "answered" if told else "recorded"


def _says_more(asked: Asked) -> bool:
    """Whether there is text beside the word itself: where nothing was done, nobody is to write it again."""
    return bool(asked.call.argument or asked.call.verb.listens or "\n" in asked.said.strip())


def _may_tell(visit: Visit, evidence: Evidence, outcome: Outcome, level: Level) -> bool:
    """Whether this may be answered: what was done always, the rest as RFC 3834 has it, to the unproven once a day."""
    if visit.person is not None and not evidence.any:
        return visit.may_answer and not answers.answered_today(visit, visit.person.id)
    return (outcome.done and level is not Level.PUBLIC) or visit.may_answer
