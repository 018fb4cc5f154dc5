"""«A tutti», «in privato», «a nessuno»: the word of whoever wrote an answer that seemed to be for one person."""

from dataclasses import replace

from mailhub.archive import raw as raws
from mailhub.authority import Evidence
from mailhub.language import say
from mailhub.lists import acts, holding, moderation, pace, personal, relay, releasing, telling
from mailhub.lists.acts import Scene
from mailhub.lists.arrival import made_of
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.mail import message
from mailhub.mail.message import Mail
from mailhub.people import questions
from mailhub.people.tables import Question
from mailhub.verbs import Act, Answer, Outcome

TO_ONE, TO_NOBODY = "to-one", "to-nobody"  # verbs
_NAMED = ("done-to-one", "not-to-one", "done-to-nobody")  # what is told by name


def to_all(act: Act) -> Outcome:
    """It was for the group: on it goes, as any message of its author's does."""
    return _decide(act, personal.TO_ALL)


def to_one(act: Act) -> Outcome:
    """It was for that person: it goes to them alone, under the writer's lasting address."""
    return _decide(act, TO_ONE)


def to_nobody(act: Act) -> Outcome:
    """It goes nowhere; its author has the text back."""
    return _decide(act, TO_NOBODY)


def _decide(act: Act, verb: str) -> Outcome:
    found = acts.scene(act)
    question = act.session.get_one(Question, act.thing.id)
    held = act.session.get_one(HeldPost, question.thing_id)
    assert found is not None, "this question is always of a group"
    if not questions.settle(act.session, question, verb, act.person_id, now=act.now):
        became = say(act.language, f"lists.outcome-{held.state.value}")
        return Outcome(False, _answer(found, "personal-over", question, held, outcome=became))
    mail = message.parse(raws.read(act.session, act.site, held.raw_id))
    if verb == personal.TO_ALL:
        key = _go_on(act, held, mail)
        return Outcome(True, _answer(found, key, question, held) if key else None)
    state = HeldState.PUBLISHED if verb == TO_ONE else HeldState.WITHDRAWN
    holding.settle(act.session, held, state, act.person_id, now=act.now)
    if verb == TO_NOBODY:
        told = _answer(found, "done-to-nobody", question, held)
        return Outcome(True, replace(told, below=mail.text.strip()))
    raw = raws.read(act.session, act.site, held.raw_id)
    arrival = made_of(act, raw, raw_id=held.raw_id)
    # That its author may speak was known when it was held.
    arrival = replace(arrival, evidence=Evidence(aligned=True), authenticity=holding.authenticity_of(held))
    receipt = relay.receive(act.session, act.site, arrival, to=question.detail["to"], list_id=held.list_id)
    key = "done-to-one" if receipt.outcome == "relayed" else "not-to-one"
    return Outcome(True, _answer(found, key, question, held))


def _answer(found: Scene, key: str, question: Question, held: HeldPost, **more: str) -> Answer:
    """A mail of this room about the message and the one person it seemed to be for."""
    values = {"group": found.title, "subject": telling.short(found.act.language, held.subject), **more}
    if key in _NAMED:
        values["name"] = personal.name_of(found.act.session, question, found.act.language)
    return Answer(f"lists.{key}", values, found.thing)


def _go_on(act: Act, held: HeldPost, mail: Mail) -> str | None:
    """Publish it, or let those read it first who read such messages; which of the two, as a key.

    None where its conversation holds it, and its author is told that instead."""
    left = tuple(one for one in holding.reasons_of(held) if one is not Reason.SEEMS_PERSONAL)
    if left:
        holding.waits_for(held, left)
        moderation.ask(act.session, act.site, held, mail, now=act.now)
        return "waits-for-all"
    place = releasing.let_go(act.session, act.site, held, act.person_id, now=act.now)
    if place is not None:
        pace.tell(act.session, act.site, held, place, now=act.now, in_reply_to=mail.message_id)
    return None if place is not None else "done-to-all"
