"""Reads the steps that do something for a person: a verb, and its spellings."""

from collections.abc import Callable, Mapping
from typing import Any

from mailhub.content import Reader
from mailhub.journeys.definition import Do, Step, StepKind
from mailhub.journeys.reading import Place, goes_to
from mailhub.journeys.written_asks import STORED


def read(place: Place, name: str) -> Step | None:
    inner = place.reader.mapping("do")
    args = {key: inner.raw(key) for key in inner if key != "verb"}
    return Do(id=name, kind=StepKind.DO, verb=inner.text("verb"), args=args, ways=goes_to(place.reader))


def spelled(verb: str, main: str) -> Callable[[Place, str], Step | None]:
    """`join: orto` is `do: {verb: join, list: orto}`."""

    def read_one(place: Place, name: str) -> Step | None:
        reader = place.reader
        value = reader.raw(verb)
        args: Mapping[str, Any] = {main: value}
        if isinstance(value, dict):
            inner = reader.mapping(verb)
            args = {key: inner.raw(key) for key in inner}
        elif not isinstance(value, str):
            reader.problem(f'"{verb}" says nothing', f"write {verb}: <{main}>", verb)
        return Do(id=name, kind=StepKind.DO, verb=verb, args=args, ways=goes_to(reader))

    return read_one


def read_set(place: Place, name: str) -> Step | None:
    """What is kept of a person, or of this way: a text, a name that holds one, or the nearest group to a place."""
    inner = place.reader.mapping("set")
    args: dict[str, Any] = {}
    for key in inner:
        if not STORED.fullmatch(key):
            inner.problem(f'"{key}" cannot be set', "write answer.<name>, or person.field.<name>", key)
        if isinstance(inner.raw(key), dict):
            args[key] = _nearest(inner.mapping(key))
        else:
            args[key] = inner.text(key)
    return Do(id=name, kind=StepKind.DO, verb="set", args=args, ways=goes_to(place.reader))


def _nearest(reader: Reader) -> Mapping[str, Any]:
    within = reader.text("within", "30 km").removesuffix("km").strip()
    if not within.isdecimal() or not 0 < int(within) <= 1_000:
        reader.problem("this is no distance", 'write it as "25 km"', "within")
        within = "30"
    return {"nearest": reader.text("nearest"), "within": int(within)}
