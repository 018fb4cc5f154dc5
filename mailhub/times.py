"""When mail leaves: lengths of time, hours and days on a person's own clock, and the hours that are nobody's.

Pure. Days are calendar days where the person is: three days after a Friday evening is the Monday evening, also when the
clocks have changed in between. Hours and minutes are absolute (RFC 5545, section 3.3.6, says it of durations).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mailhub.clock import at_local, local

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
MIDNIGHT = time()
LONGEST = 3_660  # days: ten years; whoever writes more means something else

_PIECE = re.compile(r"(\d{1,6})\s*([a-z]+)", re.ASCII)
_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_SECONDS = {"min": 60, "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600}
_CURE = 'write it as "30 min", "2 h", "3 d" or "2 w"'


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: calendar days, and seconds on top of them."""

    days: int = 0
    seconds: int = 0

    def after(self, moment: datetime, zone: str) -> datetime:
        """The instant this long after another, for somebody in that zone."""
        if self.days:
            wall = local(moment, zone)
            moment = at_local(wall.date() + timedelta(days=self.days), wall.time(), zone)
        return moment + timedelta(seconds=self.seconds)

    def __neg__(self) -> "Span":
        return Span(-self.days, -self.seconds)

    def __str__(self) -> str:
        hours, minutes = divmod(abs(self.seconds) // 60, 60)
        pieces = ((abs(self.days), "d"), (hours, "h"), (minutes, "min"))
        sign = "-" if self.days < 0 or self.seconds < 0 else ""
        return sign + (" ".join(f"{count} {unit}" for count, unit in pieces if count) or "0 min")


@dataclass(frozen=True, slots=True)
class Window:
    """The hours and days at which mail may leave. Quiet hours may cross midnight; equal ones are none."""

    quiet_from: time = MIDNIGHT
    quiet_to: time = MIDNIGHT
    days: frozenset[int] = EVERY_DAY

    def opening(self, moment: datetime, zone: str) -> datetime:
        """The first instant from this one on at which it is open, where somebody in that zone is."""
        today = local(moment, zone).date()
        for ahead in range(9):  # each day of the week comes, whatever hour of today it is
            day = today + timedelta(days=ahead)
            for opens, closes in self._hours(day, zone) if day.weekday() in self.days else ():
                if moment < closes and opens < closes:
                    return max(moment, opens)
        raise ValueError("a window that opens on no day")

    def _hours(self, day: date, zone: str) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches of one day."""
        starts, ends = at_local(day, MIDNIGHT, zone), at_local(day + timedelta(days=1), MIDNIGHT, zone)
        quiet, loud = at_local(day, self.quiet_from, zone), at_local(day, self.quiet_to, zone)
        if self.quiet_from == self.quiet_to:
            yield starts, ends
        elif self.quiet_from > self.quiet_to:
            yield loud, quiet
        else:
            yield starts, quiet
            yield loud, ends


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day, on one of these days."""

    at: time
    days: frozenset[int] = EVERY_DAY

    def next(self, moment: datetime, zone: str) -> datetime:
        """The first instant after this one at which that clock shows it."""
        today = local(moment, zone).date()
        days = (today + timedelta(days=ahead) for ahead in range(9))
        slots = (at_local(day, self.at, zone) for day in days if day.weekday() in self.days)
        return next(slot for slot in slots if slot > moment)


def span(text: str) -> Span:
    """A length of time as organisers write it: "3 d", "1 d 12 h". Raises ValueError with the cure."""
    said = text.strip().lower()
    pieces = [*_PIECE.finditer(said)]
    if not pieces or _PIECE.sub("", said).strip():
        raise ValueError(f'"{text}" is no length of time; {_CURE}')
    days = seconds = 0
    for piece in pieces:
        count, unit = int(piece[1]), piece[2]
        if unit not in _DAYS and unit not in _SECONDS:
            raise ValueError(f'"{text}" has the unit {unit}; {_CURE}')
        days += count * _DAYS.get(unit, 0)
        seconds += count * _SECONDS.get(unit, 0)
    if days + seconds / 86_400 > LONGEST:
        raise ValueError(f'"{text}" is too long; write ten years at most')
    return Span(days, seconds)


def offset(text: str) -> Span:
    """A length of time before ("-1 d") or after ("18 h", "+18 h") something. Raises ValueError with the cure."""
    said = text.strip()
    length = span(said.removeprefix("-") if said.startswith("-") else said.removeprefix("+"))
    return -length if said.startswith("-") else length


def hour(text: str) -> time:
    """A time of day: "8:30", "21:00". Raises ValueError with the cure."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip(), re.ASCII)
    if found is None:
        raise ValueError(f'"{text}" is no time of day; write it in quotes as "8:30" or "21:00"')
    return time(int(found[1]), int(found[2]))


def weekday(text: str) -> int:
    """A day of the week, Monday 0. Raises ValueError with the cure."""
    said = text.strip().lower()
    for number, whole in enumerate(_WHOLE):
        if len(said) >= 3 and whole.startswith(said):
            return number
    raise ValueError(f'"{text}" is no day of the week; write one of: {", ".join(WEEKDAYS)}')


def whole_minute(moment: datetime) -> datetime:
    """The first whole minute from this instant on: due times stand on minutes, so that pages of them are long."""
    rest = moment.second or moment.microsecond
    whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return whole + timedelta(minutes=1) if rest else whole
