"""Reads the `tests:` of a journey: an imagined person, what they do, and what should come of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mailhub.clock import at_local, is_zone
from mailhub.content import Document, Problem, Reader, one_of
from mailhub.content.yamlfile import Value
from mailhub.facts import Fact, FactType
from mailhub.journeys.definition import AT_ONCE, END, Journey, StepKind
from mailhub.journeys.reading import span_of
from mailhub.language import LANGUAGES
from mailhub.times import Span

UNSEEN = (StepKind.WAIT, StepKind.BRANCH, StepKind.SPLIT)  # nothing is to be seen of them
_OWN = ("name", "language", "time_zone")


@dataclass(frozen=True, slots=True)
class Expect:
    """The next mail is of this step; or somebody is asked, a verb is done, the way ends."""

    step: str
    at: datetime | None = None
    by: str | None = None  # which rule ends it, or how: goal, completed


@dataclass(frozen=True, slots=True)
class Says:
    words: str


@dataclass(frozen=True, slots=True)
class Changes:
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IsDone:
    step: str


@dataclass(frozen=True, slots=True)
class Passes:
    """Time alone."""


@dataclass(frozen=True, slots=True)
class Kept:
    values: Mapping[str, Any]


Act = Expect | Says | Changes | IsDone | Passes | Kept


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script."""

    act: Act
    after: Span
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test."""

    name: str
    values: Mapping[str, Any]
    language: str
    zone: str
    at: datetime
    near: Mapping[str, str] = field(default_factory=dict)  # places, and the group near each
    script: tuple[Line, ...]


def read(journey: Journey, document: Document, zone: str) -> tuple[tuple[Trial, ...], tuple[Problem, ...]]:
    """Every test of a journey, and what is wrong with them; those of people without a zone happen in this one."""
    found, problems = [], list[Problem]()
    for place in range(len(journey.tests)):
        reader = Reader(document, "tests", place)
        trial = _trial(journey, reader, zone)
        reader.rest()
        problems += reader.problems
        if not reader.problems:
            found.append(trial)
    return tuple(found), tuple(problems)


def _trial(journey: Journey, reader: Reader, site_zone: str) -> Trial:
    person = reader.mapping("person")
    zone = person.text("time_zone", site_zone)
    if not is_zone(zone):
        person.problem(f'"{zone}" is no time zone', "write such as Europe/Rome", "time_zone")
        zone = site_zone
    at = _moment(reader, "at", zone)
    if at is None and reader.raw("at") is None:
        reader.problem('"at" is missing', 'add at: "2026-03-28T10:00", when they come in', "at")
    at = at or datetime(2026, 1, 1, tzinfo=UTC)
    language = person.choice("language", LANGUAGES, LANGUAGES[0])
    near = reader.mapping("near")
    return Trial(
        name=reader.text("name"),
        values={**usual(journey, at), **_person(journey, person, language, zone)},
        language=language,
        zone=zone,
        at=at,
        near={key: near.text(key) for key in near},
        script=tuple(_script(journey, reader, zone)),
    )


def usual(journey: Journey, at: datetime) -> dict[str, Any]:
    """What is so of whoever comes in, where the test says nothing: they belong to the group, and have done nothing."""
    nothing: Mapping[FactType, Any] = {FactType.FLAG: False, FactType.NUMBER: 0, FactType.INSTANT: at}
    values = {fact.name: None if fact.nullable else nothing.get(fact.type) for fact in journey.facts}
    values["person.confirmed"] = True
    if journey.list is not None:
        place = f"list.{journey.list.replace('-', '_')}"
        values |= {f"{place}.member": True, f"{place}.joined_at": at, "lists.member": True, "lists.count": 1}
    return values


def _person(journey: Journey, reader: Reader, language: str, zone: str) -> dict[str, Any]:
    values = {key: reader.raw(key) for key in reader if key not in _OWN}
    own = {"person.name": reader.text("name", None), "person.language": language, "person.time_zone": zone}
    return {**own, **_facts(journey, reader, values, zone)}


def _facts(journey: Journey, reader: Reader, values: Mapping[str, Value], zone: str) -> dict[str, Any]:
    """Each value in the type of its fact."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        fact = journey.facts.get(name)
        if fact is None:
            cure = one_of(name, [*_OWN, *(each.name for each in journey.facts)])
            reader.problem(f'nothing is known as "{name}"', cure, name)
            continue
        try:
            found[name] = None if value is None else typed(fact, value, zone)
        except (ValueError, ArithmeticError):
            reader.problem(f'"{name}" is a {fact.type}', _EXAMPLES[fact.type], name)
    return found


_EXAMPLES: Mapping[FactType, str] = {
    FactType.TEXT: "write it in quotes",
    FactType.CHOICE: "write one of its words",
    FactType.NUMBER: "write a number, such as 3",
    FactType.FLAG: "write true or false",
    FactType.DATE: 'write it as "2026-03-14"',
    FactType.INSTANT: 'write it as "2026-03-14T09:00", on the person\'s clock',
}


def typed(fact: Fact, value: Value, zone: str) -> Any:
    """A value of the file as the fact holds it. Raises ValueError, or an ArithmeticError of the decimal module."""
    match fact.type:
        case FactType.FLAG if isinstance(value, bool):
            return value
        case FactType.NUMBER if not isinstance(value, bool):
            number = Decimal(str(value))
            return int(number) if number == int(number) else number
        case FactType.DATE:
            return date.fromisoformat(str(value))
        case FactType.INSTANT:
            return moment(str(value), zone)
        case FactType.CHOICE if value in fact.choices:
            return value
        case FactType.TEXT if isinstance(value, str):
            return value
    raise ValueError


def moment(text: str, zone: str) -> datetime:
    """An instant on the clock of a zone, unless it names another. Raises ValueError."""
    said = datetime.fromisoformat(text)
    return said.astimezone(UTC) if said.tzinfo is not None else at_local(said.date(), said.time(), zone)


def _moment(reader: Reader, key: str, zone: str) -> datetime | None:
    said = reader.raw(key)
    try:
        return moment(str(said), zone) if said is not None else None
    except ValueError:
        reader.problem(f'"{said}" is no moment', _EXAMPLES[FactType.INSTANT], key)
        return None


def _script(journey: Journey, reader: Reader, zone: str) -> Iterator[Line]:
    lines = reader.mappings("script")
    if not lines:
        reader.problem('"script" is missing', 'write below it "- {expect: <step>}"', "script")
    for inner in lines:
        kinds = [key for key in inner if key in ("expect", "expect_set", "reply", "change", "done")]
        if len(kinds) > 1 or (not kinds and not inner.has("after")):
            inner.problem("this line does not say one thing", "write one of: expect, expect_set, reply, change, done")
        after = span_of(inner, "after") or AT_ONCE
        yield Line(_act(journey, inner, kinds[0] if kinds else "", zone), after, inner.path)


def _act(journey: Journey, reader: Reader, kind: str, zone: str) -> Act:
    match kind:
        case "expect":
            return Expect(_step(journey, reader, "expect"), _moment(reader, "at", zone), reader.text("by", None))
        case "reply":
            return Says(reader.text("reply", lines=True))
        case "done":
            return IsDone(_step(journey, reader, "done"))
        case "change" | "expect_set":
            inner = reader.mapping(kind)
            values = _facts(journey, inner, {key: inner.raw(key) for key in inner}, zone)
            return Changes(values) if kind == "change" else Kept(values)
    return Passes()


def _step(journey: Journey, reader: Reader, key: str) -> str:
    """A step something is to be seen of, END, or a template of a mail."""
    said = reader.text(key)
    if (step := journey.find(said)) is not None and step.kind in UNSEEN:
        cure = "expect the mail, the task or the end it leads to"
        reader.problem(f'nothing is to be seen of the step "{said}"', cure, key)
    elif step is None and said != END:
        reader.problem(f'there is no step "{said}"', one_of(said, [each.id for each in journey.steps] + [END]), key)
    return said
