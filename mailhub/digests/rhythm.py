"""When a person reads the letter: an hour on their own clock, on some days of the week. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mailhub.clock import at_local, local

EVERY_DAY = 0b1111111
_A_WEEK = 8  # days to look at: today's hour may be over, and come again in a week


@dataclass(frozen=True, slots=True, order=True)
class Rhythm:
    """The same for everybody who shares zone, hour and days."""

    zone: str
    at: int  # minutes after midnight
    days: int = EVERY_DAY  # a bit each, Monday the lowest

    @property
    def hour(self) -> time:
        return time(*divmod(self.at, 60))

    def has(self, weekday: int) -> bool:
        """Whether a letter comes on this day (0: Monday)."""
        return bool(self.days >> weekday & 1)


def minutes(at: time) -> int:
    """An hour as rows keep it."""
    return at.hour * 60 + at.minute


def latest(rhythm: Rhythm, now: datetime) -> datetime:
    """The last slot that is not later than now."""
    return _found(rhythm, now, -1, lambda slot: slot <= now)


def following(rhythm: Rhythm, now: datetime) -> datetime:
    """The first slot later than now."""
    return _found(rhythm, now, 1, lambda slot: slot > now)


def _found(rhythm: Rhythm, now: datetime, step: int, fits: Callable[[datetime], bool]) -> datetime:
    today = local(now, rhythm.zone).date()
    # A day more on the near side: a slot that daylight saving moved may lie on the other side of midnight.
    for ahead in range(-1, _A_WEEK + 1):
        day = today + timedelta(days=ahead * step)
        slot = at_local(day, rhythm.hour, rhythm.zone)
        if rhythm.has(day.weekday()) and fits(slot):
            return slot
    raise ValueError(f"a rhythm without days: {rhythm}")
