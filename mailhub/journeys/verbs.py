"""What people say to mails of journeys: an answer in their own words, «fatto», «manda», or something for a person."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from mailhub.authority import Level
from mailhub.journeys import answering, explaining, rows, seconding, sharing, things
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.running import Runner, Running
from mailhub.journeys.state import Decided, Done, Signal
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import things as lists
from mailhub.lists import voice
from mailhub.people import questions
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Outcome, Verb, Verbs

DONE = {"it": ("fatto", "fatta"), "en": ("done",)}
SEND = {"it": ("manda", "mandala"), "en": ("send", "send it")}
SKIP = {"it": ("salta", "non mandare"), "en": ("skip", "don't send")}


def declare(verbs: Verbs) -> None:
    """Add the verbs of this room; some of them carry out others."""
    lists.FOUND_BY[things.STEP] = _group_of
    heard = answering.Hearing(verbs)
    ask, step = frozenset({things.ASK}), frozenset({things.STEP})
    task, late = frozenset({things.TASK}), frozenset({things.LATE})
    share, second = frozenset({things.SHARE}), frozenset({things.PUBLISH})
    for verb in (
        Verb(sharing.SHARE, sharing.YES, Level.VOICE, share, sharing.share, one_tap=True),
        Verb(sharing.KEEP, sharing.NO, Level.VOICE, share, sharing.keep, one_tap=True),
        Verb("why-journey", explaining.WHY, Level.PUBLIC, ask | step, explaining.why, only_tells=True),
        Verb("answer-journey", {}, Level.VOICE, ask, heard.answer, one_tap=True, listens=True),
        Verb("write-to-journey", {}, Level.VOICE, step, heard.write, listens=True),
        Verb("task-done", DONE, Level.VOICE, task, _of(verbs, Done(), "done"), takes_argument=True, takes_prose=True),
        Verb("send-late", SEND, Level.VOICE, late, _of(verbs, Decided(True), "sends")),
        Verb("publish-journey", seconding.PUBLISH, Level.OFFICE, second, seconding.publish),
        Verb("refuse-journey", seconding.REFUSE, Level.OFFICE, second, seconding.refuse),
        Verb("skip-late", SKIP, Level.VOICE, late, _of(verbs, Decided(False), "skips")),
    ):
        verbs.add(verb)


def _group_of(session: Session, occurrence: int) -> int | None:
    """The group whose members a mail of a journey was written to."""
    found = rows.any_one(session, rows.enrolment_of(occurrence)[0])
    return session.get_one(JourneyRow, found.journey_id).list_id if found is not None else None


def _of(verbs: Verbs, signal: Signal, key: str) -> Callable[[Act], Outcome]:
    """A word of somebody who was asked, which moves another person on."""

    def perform(act: Act) -> Outcome:
        question = act.session.get(Question, act.thing.id)
        if question is None or act.person_id not in {one.person_id for one in questions.asked(act.session, question)}:
            return Outcome(False, Answer("journeys.over", {}, None))
        if not questions.settle(act.session, question, key, act.person_id, now=act.now):
            return Outcome(False, _already(act.session, question, act))
        runner = Runner(act.session, act.site, verbs, act.now)
        each = rows.one(act.session, question.detail["enrolment"])
        runs = runner.of(each) if each is not None else None
        if each is None or runs is None or each.way.visit != question.detail["visit"]:
            return Outcome(True, Answer("journeys.over", {}, None))
        runner.happens([(each, signal)], f"person {act.person_id}, mail {act.raw_id or 0}")
        return Outcome(True, Answer(f"journeys.{key}", _values(act, runs, each, key), None))

    return perform


def _values(act: Act, runs: Running, each: Enrolled, key: str) -> dict[str, str]:
    if key == "done":
        return {"journey": runs.journey.titled(act.language)}
    return {"name": voice.name_of(act.session.get(Person, each.way.person_id), act.language)}


def _already(session: Session, question: Question, act: Act) -> Answer:
    """Somebody was quicker, or it was over before."""
    by = session.get(Person, question.settled_by) if question.settled_by is not None else None
    if by is None:
        return Answer("journeys.over", {}, None)
    return Answer("journeys.already", {"name": voice.name_of(by, act.language)}, None)
