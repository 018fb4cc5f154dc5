"""Reads until when somebody wants to pause, in Italian and English, as they would say it to a person.

Pure. A small grammar on purpose: what it does not know is asked back, never guessed. Days come before months, in
both languages, since that is how this site's people write.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from mailhub.verbs import plain

FURTHEST = timedelta(days=2 * 366)
LONGEST = 200  # characters that can say a day

_LEADING = re.compile(
    r"(?:fino|sino|until|untill|till|til|to|for|per|by|al|alla|all'|allo|ai|a|il|lo|la|the|on|dopo)\b\s*"
)
_MONTHS = (
    ("gennaio", "january"),
    ("febbraio", "february"),
    ("marzo", "march"),
    ("aprile", "april"),
    ("maggio", "may"),
    ("giugno", "june"),
    ("luglio", "july"),
    ("agosto", "august"),
    ("settembre", "september"),
    ("ottobre", "october"),
    ("novembre", "november"),
    ("dicembre", "december"),
)
_WEEKDAYS = (
    ("lunedi", "monday"),
    ("martedi", "tuesday"),
    ("mercoledi", "wednesday"),
    ("giovedi", "thursday"),
    ("venerdi", "friday"),
    ("sabato", "saturday"),
    ("domenica", "sunday"),
)
_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "un uno una un' a an one",
            "due two",
            "tre three",
            "quattro four",
            "cinque five",
            "sei six",
            "sette seven",
            "otto eight",
            "nove nine",
            "dieci ten",
            "undici eleven",
            "dodici twelve",
        ),
        start=1,
    )
    for word in words.split()
}
_UNITS = {
    **dict.fromkeys(("giorno", "giorni", "day", "days"), 1),
    **dict.fromkeys(("settimana", "settimane", "week", "weeks"), 7),
    **dict.fromkeys(("mese", "mesi", "month", "months"), 0),
    **dict.fromkeys(("fortnight", "quindicina"), 14),
}
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|º|°|o)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        rf"{_DAY}(?: of| di)?\s+(?P<month>[a-z]+){_YEAR}",
        rf"(?P<month>[a-z]+)\s+{_DAY}{_YEAR}",
        r"(?P<day>\d{1,2})[/.-](?P<number>\d{1,2})(?:[/.-](?P<year>\d{4}|\d{2}))?",
        r"(?P<year>\d{4})-(?P<number>\d{1,2})-(?P<day>\d{1,2})",
    )
)
_LENGTH = re.compile(r"(?P<count>\d{1,3}|[a-z']+)\s*(?P<unit>[a-z]+)")
_END_OF = re.compile(r"(?:la )?(?:fine|end)(?: di| of| del)?(?: the)?\s*(?P<month>[a-z]+)")


@dataclass(frozen=True, slots=True)
class NoDate:
    """Nothing was said about when: until they say so themselves."""


@dataclass(frozen=True, slots=True)
class NotADate:
    """Something was said, and it is not clear when that would be."""

    said: str


def until(said: str, today: date) -> date | NoDate | NotADate:
    """The first day after the pause that these words mean, seen from `today`; always later than today."""
    if len(said) > LONGEST:
        return NotADate(said.strip())
    words = _without_leading(plain(said))
    if not words:
        return NoDate()
    day = _length(words, today) or _weekday(words, today) or _end_of_month(words, today) or _calendar(words, today)
    if day is None or not today < day <= today + FURTHEST:
        return NotADate(said.strip())
    return day


def _without_leading(words: str) -> str:
    """Strip «fino al», "until the" and the like, however many stand there, but no number word."""
    while (leading := _LEADING.match(words)) and _counted(words) is None:
        words = words[leading.end() :]
    return words


def _length(words: str, today: date) -> date | None:
    match words:
        case "domani" | "tomorrow":
            return today + timedelta(days=1)
        case "dopodomani":
            return today + timedelta(days=2)
    counted = _counted(words)
    if counted is None:
        return None
    count, days = counted
    return today + timedelta(days=days * count) if days else _months_on(today, count)


def _counted(words: str) -> tuple[int, int] | None:
    """How many of how many days: «due settimane» is (2, 7); 0 days stand for a month."""
    said = _LENGTH.fullmatch(words)
    if said is None or said["unit"] not in _UNITS:
        return None
    count = int(said["count"]) if said["count"].isdigit() else _NUMBERS.get(said["count"], 0)
    return (count, _UNITS[said["unit"]]) if count else None


def _weekday(words: str, today: date) -> date | None:
    name = words.removeprefix("next ").removesuffix(" prossimo").removesuffix(" prossima")
    for number, names in enumerate(_WEEKDAYS):
        if name in names:
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return None


def _end_of_month(words: str, today: date) -> date | None:
    """«fine agosto» ends with the first of September; «fine mese» with that of the next month."""
    said = _END_OF.fullmatch(words)
    if said is None:
        return None
    if said["month"] in ("mese", "month"):
        return _months_on(today.replace(day=1), 1)
    month = _month(said["month"])
    return None if month is None else _coming(today, month % 12 + 1, 1)


def _calendar(words: str, today: date) -> date | None:
    if (month := _month(words)) is not None:
        return _coming(today, month, 1)
    for shape in _SHAPES:
        said = shape.fullmatch(words)
        if said is None:
            continue
        parts = said.groupdict()
        month = int(parts["number"]) if parts.get("number") else _month(parts["month"])
        if month is None:
            return None
        year = parts.get("year")
        return _date(_full_year(year), month, int(parts["day"])) if year else _coming(today, month, int(parts["day"]))
    return None


def _month(name: str) -> int | None:
    """The month of this name; its first three letters or more are enough."""
    if len(name) < 3:
        return None
    return next((n for n, names in enumerate(_MONTHS, 1) if any(full.startswith(name) for full in names)), None)


def _coming(today: date, month: int, day: int) -> date | None:
    """This day of the calendar the next time it comes."""
    soonest = (_date(today.year + ahead, month, day) for ahead in range(3))
    return next((found for found in soonest if found is not None and found > today), None)


def _months_on(today: date, count: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return next(d for d in (_date(year, month + 1, today.day - less) for less in range(4)) if d is not None)


def _full_year(year: str) -> int:
    return int(year) + (2000 if len(year) == 2 else 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
