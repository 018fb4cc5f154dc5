"""Adds up what a journey would do to many people: how many mails on which day, and what becomes of each step. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from mailhub.clock import local
from mailhub.journeys.definition import Journey
from mailhub.journeys.simulating import Course, What, mails_of


@dataclass
class StepTotal:
    """One step: how many come to it, what they are written, and by which outcome they leave."""

    came: int = 0
    mails: int = 0
    reminders: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def standing(self) -> int:
        """Who is still there when the time that was looked at is over."""
        return self.came - sum(self.outcomes.values())


@dataclass
class Totals:
    """Everybody's courses, added one by one; days are those of the site."""

    journey: Journey
    zone: str
    people: int = 0
    days: dict[date, Counter[str]] = field(default_factory=dict)  # templates
    ends: Counter[str] = field(default_factory=Counter)
    steps: dict[str, StepTotal] = field(default_factory=dict)
    most: int = 0  # mails to one person
    last_at: datetime | None = None

    def __post_init__(self) -> None:
        self.steps = {step.id: StepTotal() for step in self.journey.steps}

    def add(self, course: Course) -> None:
        """One more person."""
        self.people += 1
        mails = mails_of(course.events)
        self.most = max(self.most, len(mails))
        for event in mails:
            self.days.setdefault(local(event.at, self.zone).date(), Counter())[event.detail] += 1
            total = self.steps[event.step]
            total.mails += event.what is What.MAIL
            total.reminders += event.what is What.REMINDER
        for left in course.left:
            self.steps[left.step].came += 1
            self.steps[left.step].outcomes[left.outcome] += 1
        if course.end is None:
            self.steps[course.way.step].came += 1
        self.ends[self._ended(course)] += 1
        self.last_at = max(filter(None, (self.last_at, *(event.at for event in course.events))), default=None)

    def calendar(self) -> Iterator[tuple[date, Counter[str]]]:
        """Each day on which mail leaves, the first one first."""
        yield from sorted(self.days.items())

    @property
    def mails(self) -> int:
        return sum(counts.total() for counts in self.days.values())

    def _ended(self, course: Course) -> str:
        if course.end is None:
            return "on their way"
        return course.end.value if not course.reason else f"{course.end.value} ({course.reason})"
