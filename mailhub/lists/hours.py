"""Reads at which hour and on which days somebody wants the letter, as they would say it to a person.

Pure. A small grammar on purpose, as in `dates`: what it does not know is asked back, never guessed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from mailhub.verbs import plain

_DAYS = (
    ("lunedi", "monday"),
    ("martedi", "tuesday"),
    ("mercoledi", "wednesday"),
    ("giovedi", "thursday"),
    ("venerdi", "friday"),
    ("sabato", "saturday"),
    ("domenica", "sunday"),
)
_SHORTEST = 3  # letters that are enough of a day's name
_EVERY, _WORKING, _FREE = 0b1111111, 0b0011111, 0b1100000
_SETS: Mapping[str, int] = {
    **dict.fromkeys(("ogni giorno", "tutti i giorni", "every day", "daily", "sempre"), _EVERY),
    **dict.fromkeys(("giorni feriali", "feriali", "weekdays", "working days"), _WORKING),
    **dict.fromkeys(("fine settimana", "weekend", "weekends"), _FREE),
}
_HOURS: Mapping[str, time] = {"mezzogiorno": time(12), "noon": time(12), "midday": time(12), "mezzanotte": time(0)}
_HOUR = re.compile(
    r"(?<![\w.:])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?: e (?P<part>mezza|un quarto))? ?(?P<half>am|pm)?"
    r"(?![\w:.])(?: (?:in punto|o'clock))?"
)
_RANGE = re.compile(
    r"(?:dal(?:la)? |from )?(?P<first>[a-z]{3,10}) (?:al(?:la)?|to|till|until|through) (?P<last>[a-z]{3,10})"
)
_FILLING = frozenset(
    "la il lo le i a al alla alle all'1 di del dei e ed ore ogni solo nei in lettera the a an at on of and every only "  # noqa: SIM905
    "each my me letter please per favore grazie thanks".split()
)
_PARTS = {"mezza": 30, "un quarto": 15, None: 0}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said; None where nothing was."""

    at: time | None
    days: int | None  # a bit each, Monday the lowest


def read(said: str) -> Wanted | None:
    """What these words want; None where they are anything else."""
    words = plain(said).replace(",", " ").replace(";", " ").replace("-", " ")
    hours: list[time] = []
    for name, at in _HOURS.items():
        words, count = re.subn(rf"\b{name}\b", " ", words)
        hours += [at] * bool(count)
    found = list(_HOUR.finditer(words))
    read_hours = [_hour(match) for match in found]
    words, days = _days(" ".join(_HOUR.sub(" ", words).split()))
    rest = [word for word in words.split() if word not in _FILLING]
    if rest or None in read_hours or len(hours) + len(found) > 1 or not (hours or found or days):
        return None
    return Wanted(next(iter((*hours, *(at for at in read_hours if at is not None))), None), days or None)


def _hour(match: re.Match[str]) -> time | None:
    hour, minute = int(match["hour"]), int(match["minute"] or _PARTS[match["part"]])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    return time(hour % 24, minute) if hour <= 24 and minute < 60 and (hour < 24 or not minute) else None


def _days(words: str) -> tuple[str, int]:
    """The days among these words, and the words that are none."""
    days = 0
    for name, bits in _SETS.items():
        words, count = re.subn(rf"\b{name}\b", " ", words)
        days |= bits * bool(count)
    for match in _RANGE.finditer(words):
        first, last = _day(match["first"]), _day(match["last"])
        if first is not None and last is not None:
            days |= sum(1 << (first + ahead) % 7 for ahead in range((last - first) % 7 + 1))
            words = words.replace(match[0], " ")
    left = []
    for word in words.split():
        day = _day(word)
        if day is None:
            left.append(word)
        else:
            days |= 1 << day
    return " ".join(left), days


def _day(name: str) -> int | None:
    """The day of this name, also shortened or in the plural (0: Monday)."""
    bare = name.removesuffix("s") if len(name) > _SHORTEST + 2 else name
    bare = {"sabati": "sabato", "domeniche": "domenica"}.get(bare, bare)
    found = (number for number, names in enumerate(_DAYS) if any(full.startswith(bare) for full in names))
    return next(found, None) if len(bare) >= _SHORTEST else None
