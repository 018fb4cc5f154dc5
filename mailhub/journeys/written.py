"""Reads `journeys/<slug>.yaml`; the file's name is the slug. Whether what it names is there, `checks` tells."""

from collections.abc import Iterable, Mapping
from datetime import time
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa

from mailhub import times
from mailhub.conditions import Comparison, Operator
from mailhub.content import Document, Reader, one_of
from mailhub.delivery.tables import MailClass
from mailhub.facts import Fact, Facts, FactType
from mailhub.journeys import written_steps
from mailhub.journeys.definition import (
    Backfill,
    Check,
    Entry,
    Exit,
    Journey,
    Late,
    Reentry,
    Timing,
    Trigger,
)
from mailhub.journeys.hearing.values import Kind
from mailhub.journeys.reading import Place, span_of
from mailhub.language import LANGUAGES
from mailhub.people.facts import field
from mailhub.times import Hour, Window

ANSWER = "answer."
FIELD = "person.field."
LEFT_GROUP = "left-group"  # the exit of every journey that writes to members
_CLASSES = (MailClass.SERVICE, MailClass.RELATIONAL, MailClass.PROMOTIONAL)
_OF_ANSWERS = {
    Kind.YES_NO: FactType.FLAG,
    Kind.CHOICE: FactType.CHOICE,
    Kind.NUMBER: FactType.NUMBER,
    Kind.DATE: FactType.DATE,
}


def read(document: Document, facts: Facts) -> Journey:
    """The journey a file holds, which may ask these facts. Raises BadContent with all that is wrong in it."""
    reader = Reader(document)
    slug = PurePath(document.file).stem
    known = _with_own(reader, facts)
    place = Place(reader, known)
    mail_class, trigger = _class(reader), _trigger(place.below("trigger"))
    slug_of_list = _list(reader, trigger, mail_class)
    journey = Journey(
        slug=slug,
        title=reader.localised("title"),
        list=slug_of_list,
        mail_class=mail_class,
        languages=_languages(reader),
        trigger=trigger,
        entry=_entry(reader.mapping("entry")),
        exits=(*_exits(place), *_membership(known, slug_of_list)),
        timing=_timing(reader.mapping("timing")),
        priority=reader.number("priority", 50),
        steps=written_steps.read(place),
        is_draft=reader.flag("draft", False),
        facts=known,
        tests=_tests(reader),
    )
    reader.check()
    return journey


def _with_own(reader: Reader, facts: Facts) -> Facts:
    """The facts of the site, and what its own questions and settings make known."""
    own: dict[str, Fact] = {}
    for name, kind, choices in written_steps.stored(reader):
        if name.startswith(ANSWER):
            own.setdefault(name, answer_fact(name, kind, choices))
        elif name.startswith(FIELD) and facts.get(name) is None:
            own.setdefault(name, field(name.removeprefix(FIELD)))
    return facts.plus(own.values())


def answer_fact(name: str, kind: Kind, choices: Iterable[str] = ()) -> Fact:
    """What somebody answered on this way; no other way knows it, so no row outside it does."""
    of = _OF_ANSWERS.get(kind, FactType.TEXT)
    return Fact(
        name=name,
        type=of,
        sql=lambda _person: sa.null(),
        changed_by=("enrolment.answered",),
        choices=tuple(choices) if of is FactType.CHOICE else (),
    )


def is_draft(document: Document) -> bool:
    """Whether its author is not done with it."""
    return document.get("draft") is True


def fields(document: Document) -> set[str]:
    """The names of what a file's steps keep about people."""
    names = (name for name, _, _ in written_steps.stored(Reader(document)))
    return {name.removeprefix(FIELD) for name in names if name.startswith(FIELD)}


def _class(reader: Reader) -> MailClass:
    word = reader.choice("class", tuple(each.value for each in _CLASSES), MailClass.RELATIONAL.value)
    return MailClass(word)


def _list(reader: Reader, trigger: Trigger, mail_class: MailClass) -> str | None:
    """Whose members it writes to: those of the trigger's list, where the file names no other."""
    slug = reader.text("list", trigger.list)
    if slug is None and mail_class is not MailClass.SERVICE:
        what = f"nobody has agreed to {mail_class} mail of no group"
        reader.problem(what, 'add "list: <group>", whose members it writes to', "class")
    return slug


def _languages(reader: Reader) -> tuple[str, ...]:
    said = reader.words("languages", LANGUAGES)
    for place, each in enumerate(said):
        if each not in LANGUAGES:
            reader.problem(f'"{each}" is no language here', one_of(each, LANGUAGES), "languages", place)
    return said or LANGUAGES


def _trigger(place: Place) -> Trigger:
    reader = place.reader
    at = _hour(reader, "at")
    days = _days(reader, "days")
    trigger = Trigger(
        activity=reader.text("activity", None),
        list=reader.text("list", None),
        date=place.fact("date", (FactType.DATE, FactType.INSTANT)),
        offset=span_of(reader, "offset", times.offset) or times.Span(),
        hour=Hour(at, days) if at is not None else None,
        segment=place.condition("segment"),
        where=place.condition("where"),
        key=reader.choice("key", ("person", "thing"), "person"),
    )
    _one_beginning(reader)
    return trigger


def _one_beginning(reader: Reader) -> None:
    """People come in by one thing, and what says more about it stands beside it."""
    written = [name for name in ("activity", "date", "segment") if reader.has(name)]
    if len(written) > 1:
        reader.problem(
            f"it begins with {' and '.join(written)}", "keep one of them; write a second journey", written[1]
        )
    if reader.has("list") and not reader.has("activity"):
        reader.problem('"list" belongs to an activity', 'add "activity: …", or take it away', "list")
    if reader.has("offset") and not reader.has("date"):
        reader.problem('"offset" belongs to a date', 'add "date: …", or take it away', "offset")
    if reader.has("at") and (reader.has("activity") or reader.has("segment")):
        reader.problem('"at" is the hour of a date or of a schedule', "take it away, or begin with a wait", "at")
    if reader.has("days") and not reader.has("at"):
        reader.problem('"days" needs an hour', 'add at: "8:30"', "days")


def _entry(reader: Reader) -> Entry:
    return Entry(
        reentry=reader.choice("reentry", Reentry, Reentry.AFTER_EXIT),
        gap=span_of(reader, "gap") or times.Span(),
        backfill=reader.choice("backfill", Backfill, Backfill.NONE),
    )


def _exits(place: Place) -> Iterable[Exit]:
    seen: set[str] = set()
    for inner in place.each("exits"):
        reader = inner.reader
        name = reader.text("id")
        if name in seen:
            reader.problem(f'"{name}" stands above already', "give it another id", "id")
        seen.add(name)
        keep = reader.words("keep", ())
        if set(keep) - {MailClass.SERVICE.value}:
            reader.problem("only service mail can be kept", "write keep: [service]", "keep")
        check, goal = reader.choice("check", Check, Check.IMMEDIATE), reader.flag("goal", False)
        when = inner.needed("when")
        if when is not None:
            yield Exit(
                id=name,
                when=when,
                check=check,
                goal=goal,
                keep_service=bool(keep),
                line=reader.document.line(*reader.path),
            )


def _membership(known: Facts, slug: str | None) -> Iterable[Exit]:
    """Who leaves the group whose members are written to has left the journey, whatever the file says."""
    fact = known.get(f"list.{slug.replace('-', '_')}.member") if slug is not None else None
    if fact is not None:
        yield Exit(id=LEFT_GROUP, when=Comparison(fact, Operator.EQUAL, False), keep_service=True)


def _timing(reader: Reader) -> Timing:
    quiet, overdue = reader.mapping("quiet"), reader.mapping("overdue")
    for one, other in (("from", "to"), ("to", "from")):
        if quiet.has(one) and not quiet.has(other):
            quiet.problem(f'"quiet" has no "{other}"', 'write quiet: {from: "21:30", to: "8:00"}', one)
    start = _hour(quiet, "from") or times.MIDNIGHT
    end = _hour(quiet, "to") or times.MIDNIGHT
    days = _days(reader, "days")
    default = Timing()
    return Timing(
        window=Window(start, end, days),
        grace=span_of(overdue, "grace") or default.grace,
        late=overdue.choice("then", Late, default.late),
    )


def _hour(reader: Reader, key: str) -> time | None:
    said = reader.text(key, None)
    if said is None:
        return None
    try:
        return times.hour(said)
    except ValueError as error:
        what, _, cure = str(error).partition("; ")
        reader.problem(what, cure, key)
        return None


def _days(reader: Reader, key: str) -> frozenset[int]:
    found = set()
    for place, each in enumerate(reader.words(key, ())):
        try:
            found.add(times.weekday(each))
        except ValueError as error:
            what, _, cure = str(error).partition("; ")
            reader.problem(what, cure, key, place)
    return frozenset(found) or times.EVERY_DAY


def _tests(reader: Reader) -> tuple[Mapping[str, Any], ...]:
    """Kept as they stand: `trials` reads them, with the journey in hand."""
    value = reader.raw("tests")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        reader.problem('"tests" is no list of mappings', 'begin each with "- name: …"', "tests")
        return ()
    return tuple(each for each in value if isinstance(each, dict))
