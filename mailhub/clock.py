"""The site's time, the real time, and what a local hour means: the only module that reads a clock.

`now()` is the site's time, in which promises are made; a sandbox may turn it. `real()` never turns and serves leases,
timeouts, DKIM and TLS. The offset between them is kept in a row by the sandbox and handed in at start.
"""

import time as _time
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS_TO_LOOK = 3  # a local hour comes back within two days even where a calendar day was skipped


class Clock:
    """Tells the time; only `turn` and `offset` change what it says."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        """The site's time: aware, in UTC."""
        return self.real() + self.offset

    def real(self) -> datetime:
        """The machine's time: aware, in UTC, never turned."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump, for timeouts within one process."""
        return _time.monotonic()

    def turn(self, by: timedelta) -> None:
        """Move the site's time on; the real time stays."""
        self.offset += by


class FakeClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime, offset: timedelta = timedelta()) -> None:
        super().__init__(offset)
        self._real = start
        self._seconds = 0.0

    def real(self) -> datetime:
        return self._real

    def monotonic(self) -> float:
        return self._seconds

    def pass_by(self, elapsed: timedelta) -> None:
        """Let real time go by, and the site's time with it."""
        self._real += elapsed
        self._seconds += elapsed.total_seconds()


def is_zone(name: str) -> bool:
    """Whether this is a time zone we know, such as Europe/Rome."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as Europe
        return False
    return bool(name)


def local(moment: datetime, zone: str) -> datetime:
    """The same instant as people in that zone read it off their wall."""
    return moment.astimezone(ZoneInfo(zone))


@lru_cache(maxsize=4096)  # a page of people waits for the same few hours
def at_local(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, at which a wall clock in that zone shows this day and time.

    A time that daylight saving skips becomes the first instant after the gap; one that comes twice means the first.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=ZoneInfo(zone))
    instant = wall.astimezone(UTC)
    if local(instant, zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    return _end_of_gap(wall.replace(fold=1).astimezone(UTC), instant, zone)


def next_local(after: datetime, at: time, zone: str) -> datetime:
    """The first instant later than `after` at which that wall clock shows `at`, by the rules of `at_local`."""
    today = local(after, zone).date()
    slots = (at_local(today + timedelta(days=ahead), at, zone) for ahead in range(_DAYS_TO_LOOK))
    return next(slot for slot in slots if slot > after)


def _end_of_gap(before: datetime, after: datetime, zone: str) -> datetime:
    """Find the second at which the zone's offset changes, between an instant on either side of a gap."""
    offset_after = local(after, zone).utcoffset()
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if local(datetime.fromtimestamp(middle, UTC), zone).utcoffset() == offset_after:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
