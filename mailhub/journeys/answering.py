"""Hears what somebody writes to a mail of a journey: an answer, what is meant as one, or something for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mailhub import formats
from mailhub.clock import local
from mailhub.journeys import gazetteer, rows, sharing, telling, things
from mailhub.journeys.definition import Ask
from mailhub.journeys.hearing import Answer as Understood
from mailhub.journeys.hearing import Kind, Other, Unclear, Value, hear
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.running import Runner, Running
from mailhub.journeys.state import Heard, Mail
from mailhub.journeys.state import Unclear as NotRead
from mailhub.language import say
from mailhub.people import persons, questions
from mailhub.people.tables import Question
from mailhub.verbs import Act, Answer, Outcome, Thing, Verbs, plain

MORE = 10  # words beside an answer that somebody should read, as they should whatever asks
_LOOKED_AT = Answer("journeys.written-to-us", {}, None)


@dataclass(frozen=True, slots=True)
class Hearing:
    """The verbs that listen; what an answer leads to may carry out others."""

    verbs: Verbs

    def answer(self, act: Act) -> Outcome:
        """Read an answer to a question."""
        question = act.session.get(Question, act.thing.id)
        if question is None or question.settled_at is not None:
            return Outcome(False, Answer("journeys.too-late", {}, None, returns_text=True))
        runner = Runner(act.session, act.site, self.verbs, act.now)
        each = rows.one(act.session, question.detail["enrolment"])
        runs = runner.of(each) if each is not None else None
        step = runs.journey.find(each.way.step) if each is not None and runs is not None else None
        if each is None or runs is None or not isinstance(step, Ask) or each.way.person_id != act.person_id:
            return Outcome(False, Answer("journeys.too-late", {}, None, returns_text=True))
        return self._heard(act, question, runner, runs, each, step)

    def write(self, act: Act) -> Outcome:
        """Somebody answers a mail that asked nothing: a person reads it."""
        runner = Runner(act.session, act.site, self.verbs, act.now)
        enrolment_id, _ = rows.enrolment_of(act.thing.id)
        found = rows.any_one(act.session, enrolment_id)
        runs = runner.of(found) if found is not None else None
        if found is None or runs is None or found.way.person_id != act.person_id:
            return Outcome(False, Answer("journeys.too-late", {}, None, returns_text=True))
        _pass_on(act, runs)
        return Outcome(True, _LOOKED_AT)

    def _heard(self, act: Act, question: Question, runner: Runner, runs: Running, each: Enrolled, step: Ask) -> Outcome:
        today = local(act.now, act.site.time_zone).date()
        places = gazetteer.places(act.site)
        understood = _confirmed(act, question) or hear(
            act.words, step.wanted, language=act.language, today=today, places=places
        )
        match understood:
            case Other():
                _pass_on(act, runs)
                return Outcome(True, Answer("journeys.passed-on", {}, act.thing))
            case Unclear():
                [move] = runner.happens([(each, NotRead(act.words))], f"mail {act.raw_id or 0}")
                is_over = bool(move.transitions)  # somebody looks at it now
                return Outcome(True, _LOOKED_AT if is_over else _again(act, step, understood))
        if "?" in understood.rest or len(understood.rest.split()) >= MORE:
            _pass_on(act, runs)  # what stands beside the answer is for a person
        match understood:
            case Understood(certain=False):
                question.detail = {**question.detail, "proposed": understood.value}
                return Outcome(True, Answer("journeys.sure", {"value": _told(act, step, understood.value)}, act.thing))
        questions.settle(act.session, question, "answered", act.person_id, now=act.now)
        [move] = runner.happens([(each, Heard(kept(step, understood.value)))], f"mail {act.raw_id or 0}")
        if (may_share := sharing.offer(act, runs, step)) is not None:
            return Outcome(True, may_share)
        if any(isinstance(effect, Mail) for effect in move.effects):
            return Outcome(True, None)  # the next mail says it all
        about = Thing(things.STEP, each.occurrence)
        return Outcome(True, Answer("journeys.noted", {"value": _told(act, step, understood.value)}, about))


def _confirmed(act: Act, question: Question) -> Understood | None:
    """«Sì» to what we said we had understood."""
    if "proposed" in question.detail and plain(act.words) in ("si", "yes", "ok", "giusto", "right", "esatto"):
        return Understood(question.detail["proposed"])
    return None


def _again(act: Act, step: Ask, unclear: Unclear) -> Answer:
    hint = ""
    if unclear.candidates:
        candidates = [_told(act, step, value) for value in unclear.candidates]
        hint = " " + say(act.language, "journeys.hint", candidates=formats.listing(act.language, candidates))
    return Answer("journeys.again", {"question": step.question.into(act.language), "hint": hint}, act.thing)


def _told(act: Act, step: Ask, value: Value) -> str:
    """The value as its person says it."""
    if isinstance(value, bool):
        return say(act.language, "journeys.yes" if value else "journeys.no")
    if isinstance(value, Mapping):
        return address(value)
    if step.wanted.kind is Kind.CHOICE:
        words = next((option.words for option in step.wanted.options if option.key == value), {})
        return next(iter(words.get(act.language, ()) or next(iter(words.values()), ())), str(value))
    if step.wanted.kind is Kind.DATE:
        return formats.day(act.language, date.fromisoformat(str(value)))
    return str(value)


def kept(step: Ask, value: Value) -> Any:
    """The value as the fact holds it."""
    if isinstance(value, Mapping):
        return address(value)
    if step.wanted.kind is Kind.DATE:
        return date.fromisoformat(str(value))
    if step.wanted.kind is Kind.NUMBER and isinstance(value, str):
        return Decimal(value)
    return value


def address(parts: Mapping[str, str]) -> str:
    """A postal address on one line."""
    street = " ".join(filter(None, (parts.get("street"), parts.get("number"))))
    town = " ".join(filter(None, (parts.get("postcode"), parts.get("town"), parts.get("province"))))
    return ", ".join(filter(None, (parts.get("name"), street, parts.get("extra"), town)))


def _pass_on(act: Act, runs: Running) -> None:
    """Show organisers what somebody wrote; they answer from their own mail program."""
    for person in telling.organisers(act.session, runs):
        told = telling.whom(act.session, act.site, runs, act.person_id, persons.language_of(person, act.site))
        telling.tell(
            act.session,
            act.site,
            runs,
            person,
            "heard",
            told,
            kind=f"journeys.heard.{runs.row.slug}",
            occurrence=act.raw_id or 0,
            now=act.now,
            below=act.words,
        )
