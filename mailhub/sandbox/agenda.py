"""Who has still to say what, and when: the story's messages with their hours. Pure but for what it remembers."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailhub.clock import at_local, local
from mailhub.sandbox import story
from mailhub.sandbox.cast import Said

PAUSE = timedelta(minutes=20)  # before the first of them speaks to a newcomer
EVENING = timedelta(hours=22, minutes=30)  # after midnight: when the last one speaks, where there is time until then
AT_LEAST = timedelta(hours=2)


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One message and its hour."""

    at: datetime
    is_first: bool
    place: int  # in its part of the story

    def said(self, language: str) -> Said:
        told = story.told(language)
        return told.first[self.place] if self.is_first else told.later[self.place].said


class Agenda:
    """What is still to be said; safe for several threads."""

    def __init__(self, zone: str, today: date) -> None:
        self._zone = zone
        self._lock = threading.Lock()
        self._lines: list[Line] = []  # the soonest first
        self._planned = today  # up to this day the later part has its hours
        self._days = 0  # of the later part
        self._has_greeted = False

    @property
    def soonest(self) -> Line | None:
        with self._lock:
            return self._lines[0] if self._lines else None

    def done(self, line: Line) -> None:
        """It has been said."""
        with self._lock:
            self._lines.remove(line)

    def greet(self, now: datetime) -> None:
        """Somebody has joined: everybody has something to say, spread over what is left of the day. Once."""
        with self._lock:
            if not self._has_greeted:
                self._has_greeted = True
                instants = spread(now, len(story.told("it").first), self._zone)
                self._add([Line(at, True, place) for place, at in enumerate(instants)])

    def plan(self, until: datetime) -> None:
        """Give the days up to then their part of the story; when all is told nobody says more."""
        with self._lock:
            while self._planned < local(until, self._zone).date():
                self._planned += timedelta(days=1)
                self._add(
                    [
                        Line(at_local(self._planned, dated.at, self._zone), False, place)
                        for place, dated in enumerate(story.told("it").later)
                        if dated.day == self._days
                    ]
                )
                self._days += 1

    def _add(self, lines: Sequence[Line]) -> None:
        self._lines = sorted([*self._lines, *lines])


def spread(after: datetime, count: int, zone: str) -> list[datetime]:
    """So many instants, evenly until the evening, or within two hours where it is late."""
    begin = after + PAUSE
    midnight = local(after, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    end = max(midnight + EVENING, begin + AT_LEAST)
    step = (end - begin) / max(count - 1, 1)
    return [begin + step * place for place in range(count)]
