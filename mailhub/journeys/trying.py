"""Tries the tests of a journey: each script is played, and where something else comes than is expected, it is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mailhub.clock import local
from mailhub.content import Document, Problem
from mailhub.delivery.budget import Budget
from mailhub.errors import MailhubError
from mailhub.journeys import trials
from mailhub.journeys.definition import END, Journey
from mailhub.journeys.overhearing import ears
from mailhub.journeys.simulating import Course, Event, What
from mailhub.journeys.state import Seen
from mailhub.journeys.trials import Changes, Expect, IsDone, Kept, Line, Passes, Says, Trial
from mailhub.lists.gazetteer import Places

_ALWAYS_TOLD = (What.MAIL, What.REMINDER, What.END)  # of these none may be passed over
_SEEN = (*_ALWAYS_TOLD, What.TASK, What.CALL, What.VERB, What.LATE)


@dataclass(frozen=True, slots=True)
class Around:
    """What the imagined people live in."""

    zone: str  # the site's
    budget: Budget = field(default_factory=Budget)
    places: Places = field(default_factory=Places)
    nearest: Callable[[str, int], str | None] = lambda _place, _within: None


class _Failed(MailhubError):
    """Something else came than was expected."""


def problems(journey: Journey, document: Document, around: Around) -> Iterator[Problem]:
    """What is wrong with the tests of a journey, and each that fails, at the line where it does."""
    found, wrong = trials.read(journey, document, around.zone)
    yield from wrong
    for trial in found:
        playing = _Playing(journey, trial, around)
        for line in trial.script:
            try:
                playing.plays(line)
            except _Failed as failed:
                expected, _, got = str(failed).partition("; ")
                yield document.problem(f'test "{trial.name}": {expected}', got, *line.path)
                break


class _Playing:
    """One script while it is played."""

    def __init__(self, journey: Journey, trial: Trial, around: Around) -> None:
        self._trial, self._journey = trial, journey
        self._read = 0  # events that were looked at

        def near(place: str, within: int) -> str | None:
            return trial.near[place] if place in trial.near else around.nearest(place, within)

        self._course = Course(
            journey,
            1,
            Seen(trial.values, trial.zone, around.zone, nearest=near),
            trial.at,
            around.budget,
            hears=ears(around.places, trial.language, around.zone),
        )

    def plays(self, line: Line) -> None:
        """One line of the script. Raises _Failed."""
        course = self._course
        course.runs(line.after.after(course.now, self._trial.zone))
        match line.act:
            case Expect():
                self._expects(line.act)
            case Says(words):
                if not course.says(words):
                    raise _Failed(f"a reply to nothing; {self._stands()}")
            case IsDone(step):
                if course.way.step != step or not course.is_done():
                    raise _Failed(f"{step} is done and was not asked; {self._stands()}")
            case Changes(values):
                course.changes(values)
            case Kept():
                self._kept(line.act)
            case Passes():
                pass

    def _expects(self, expected: Expect) -> None:
        while (event := self._next()) is not None:
            if self._is(event, expected.step):
                self._fits(event, expected)
                return
            if event.what in _ALWAYS_TOLD:
                raise _Failed(f"expected {expected.step}; got {self._told(event)}")
        raise _Failed(f"expected {expected.step}; {self._stands()}")

    def _fits(self, event: Event, expected: Expect) -> None:
        if expected.at is not None and expected.at != event.at.replace(second=0, microsecond=0):
            raise _Failed(f"expected {expected.step} on {self._clock(expected.at)}; got it on {self._clock(event.at)}")
        if expected.by is not None and expected.by not in event.detail.split(" "):
            raise _Failed(f"expected {expected.step} by {expected.by}; got {self._told(event)}")

    def _is(self, event: Event, step: str) -> bool:
        if step == END:
            return event.what is What.END
        return event.step == step

    def _next(self) -> Event | None:
        """The next thing that is to be seen; time goes on until there is one."""
        course = self._course
        while True:
            for event in course.events[self._read :]:
                self._read += 1
                if event.what in _SEEN:
                    return event
            if course.end is not None or course.next_at() is None:
                return None
            course.goes_on()

    def _kept(self, expected: Kept) -> None:
        answers = {f"answer.{name}": value for name, value in self._course.way.answers.items()}
        known = {**self._course.seen.values, **answers}
        for name, value in expected.values.items():
            if known.get(name) != value:
                raise _Failed(f"expected {name} to be {value}; it is {known.get(name)}")

    def _told(self, event: Event) -> str:
        what = "the end" if event.what is What.END else event.step
        detail = f" ({event.detail})" if event.detail and event.detail != event.step else ""
        return f"{what}{detail} on {self._clock(event.at)}"

    def _stands(self) -> str:
        course = self._course
        if course.end is not None:
            return f"the way has ended: {course.end} {course.reason}".strip()
        return f"the way stands at {course.way.step} ({course.way.phase}) on {self._clock(course.now)}"

    def _clock(self, at: datetime) -> str:
        return local(at, self._trial.zone).strftime("%a %d %b %Y, %H:%M")
