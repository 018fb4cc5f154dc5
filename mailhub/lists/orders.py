"""Reads what a moderator wants for a conversation: «ritmo lento 6 ore», «chiudi fino a venerdì: …», "two voices". Pure.

A small grammar on purpose, like that of `dates`: these words are also written to the conversation itself, and a line
that does not fit whole is prose.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailhub.clock import at_local, local
from mailhub.lists import dates
from mailhub.lists.tables import Tool

SLOW_FOR, VOICES_FOR, MEDIATION_FOR = timedelta(days=3), timedelta(days=3), timedelta(days=14)
MOST_HOURS = 14 * 24

_LENGTH = r"(?P<count>\d{1,3}) ?(?P<unit>ore|ora|h|hours?|giorni|giorno|days?)"
_FOR = rf"(?: (?:per|for) {_LENGTH}| (?:fino|until|till?)(?P<day> [^:]{{2,40}}))?"
_WHY = r"(?: ?:(?P<why>.*))?"
_NAMES = r"(?: (?P<names>[^:]{3,80}?))?"
_SHAPES = {
    Tool.SLOW: re.compile(
        rf"(?:ritmo lento|slow pace|slow)(?: (?:di|ogni|of|every))? (?P<hours>\d{{1,2}}) ?(?:ore|ora|h|hours?)"
        rf"{_FOR}{_WHY}"
    ),
    Tool.LETTER: re.compile(rf"(?:solo lettera|solo per lettera|letter only)(?: (?:per|for))? {_LENGTH}{_WHY}"),
    Tool.CLOSED: re.compile(
        rf"(?:chiudi|close)(?: (?:fino|until|till?)(?P<day> [^:]{{2,40}})|(?P<good> per sempre| for good)){_WHY}"
    ),
    Tool.VOICES: re.compile(rf"(?:due voci|two voices){_NAMES}{_FOR}{_WHY}"),
    Tool.MEDIATION: re.compile(rf"(?:mediazione|mediation){_NAMES}{_FOR}{_WHY}"),
}
_AND = re.compile(r" (?:e|ed|and|&) |, ?")
_BETWEEN = re.compile(r"^(?:tra|fra|di|between|of) ")


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: until when (none: for good), how slow, between whom."""

    tool: Tool
    until: datetime | None
    every: timedelta = timedelta()
    names: tuple[str, ...] = ()
    has_reason: bool = False


def is_one(said: str) -> bool:
    """Whether a line, as `verbs.plain` leaves it, is such a wish."""
    return any(is_for(tool, said) for tool in _SHAPES)


def is_for(tool: Tool, said: str) -> bool:
    """Whether a line is a wish for this."""
    return _SHAPES[tool].fullmatch(said) is not None


def read(said: str, now: datetime, zone: str) -> Order | None:
    """The wish; None where its day or length is none, or is gone."""
    for tool, shape in _SHAPES.items():
        found = shape.fullmatch(said)
        if found is not None:
            return _order(tool, found.groupdict(), now, zone)
    return None


def _order(tool: Tool, parts: dict[str, str | None], now: datetime, zone: str) -> Order | None:
    usual = {Tool.SLOW: SLOW_FOR, Tool.VOICES: VOICES_FOR, Tool.MEDIATION: MEDIATION_FOR}.get(tool)
    until = None if parts.get("good") else _until(parts, now, zone, usual)
    hours = int(parts.get("hours") or 0)
    if (until is None and not parts.get("good")) or (tool is Tool.SLOW and not hours):
        return None
    names = _BETWEEN.sub("", parts.get("names") or "")
    people = tuple(name.strip() for name in _AND.split(names) if name.strip()) if names else ()
    return Order(tool, until, timedelta(hours=hours), people, bool((parts.get("why") or "").strip()))


def _until(parts: dict[str, str | None], now: datetime, zone: str, usual: timedelta | None) -> datetime | None:
    if parts.get("count"):
        count, unit = int(parts["count"] or 0), parts["unit"] or ""
        hours = count * (24 if unit[0] in "gd" else 1)
        return now + timedelta(hours=hours) if 0 < hours <= MOST_HOURS else None
    if parts.get("day"):
        day = dates.until((parts["day"] or "").strip(), local(now, zone).date())
        return at_local(day, time(), zone) if isinstance(day, date) else None
    return now + usual if usual is not None else None
