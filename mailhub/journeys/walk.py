"""One way while it goes on: what is known, what follows, where it gets to. Pure; `carrying` and `moves` use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from mailhub.clock import at_local, local
from mailhub.conditions import Condition, flips, holds, resolved
from mailhub.delivery.budget import Budget
from mailhub.delivery.tables import MailClass
from mailhub.facts import FactType
from mailhub.journeys.definition import END, NEXT, Ask, Exit, Journey, Late, Letter, Step, StepKind, Wait
from mailhub.journeys.state import (
    AskOrganiser,
    Effect,
    End,
    Mail,
    Move,
    Phase,
    Seen,
    Store,
    Transition,
    Way,
    at_rest,
)
from mailhub.times import Span, whole_minute

ANSWERS_WITHIN = timedelta(minutes=15)  # a mail that soon after what the person did answers it
MORNING = time(9)  # of a day that names no hour
MOST_VISITS = 999  # of steps, over all of a way
_PASSED: Mapping[StepKind, str] = {
    **dict.fromkeys(StepKind, NEXT),
    StepKind.ASK: "answered",
    StepKind.TASK: "done",
    StepKind.WEBHOOK: "done",
    StepKind.BRANCH: "else",
}


def passed(step: Step) -> str:
    """The outcome of a step that is passed over."""
    return "met" if isinstance(step, Wait) and step.when is not None else _PASSED[step.kind]


def in_words(value: Any) -> str | None:
    """A value as a text keeps it: what an organiser would compare it with. None: nothing is kept."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
    return str(value)


@dataclass(slots=True)
class Walk:
    """One way, and what has come of it so far."""

    journey: Journey
    way: Way
    seen: Seen
    now: datetime
    budget: Budget
    goes_on: bool = False
    has_stored: bool = False  # so that a rule of exit may fit by now
    end: End | None = None
    reason: str = ""
    effects: list[Effect] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    lateness: timedelta = timedelta()

    @property
    def is_looked_at(self) -> bool:
        """Whether it is the time of a rule of exit, not of the step."""
        return self.way.look_at is not None and self.way.look_at <= self.now

    def moved(self) -> Move:
        return Move(self.way, tuple(self.effects), tuple(self.transitions), self.end, self.reason)

    def leave(self, outcome: str, told: str = "") -> None:
        step = self.journey.find(self.way.step)
        assert step is not None
        to = step.ways.get(outcome, END)
        if self._is_used_up(step, to):
            to = self.journey.below(step.id)
        self.transitions.append(Transition(step.id, told or outcome, to))
        if (to == END and self.journey.find(to) is None) or step.kind is StepKind.END:
            self._over(End.COMPLETED)
            return
        if self.way.visit >= MOST_VISITS:
            self._over(End.FAILED, f"it has come to {MOST_VISITS} steps and is not over")
            return
        self.goes_on = True
        self.way = self.way.come_to(to, self.now, self._counted(to))

    def _over(self, end: End, reason: str = "") -> None:
        self.end, self.reason, self.goes_on = end, reason, False
        self.way = at_rest(self.way)

    def leave_by(self, rule: Exit) -> None:
        """A rule fits by now: the way ends before its next step."""
        self.transitions.append(Transition(self.way.step, rule.id, END))
        self._over(End.GOAL if rule.goal else End.LEFT, rule.id)

    def _counted(self, to: str) -> Mapping[str, int]:
        target = self.journey.find(to)
        if target is None or target.most_visits == 1:
            return self.way.visits
        return {**self.way.visits, to: self.way.visits.get(to, 0) + 1}

    def _is_used_up(self, step: Step, to: str) -> bool:
        """Whether this way leads back to a step that has been come to as often as it may; then it goes on below."""
        target = self.journey.find(to)
        if target is None or not self.journey.leads_back(step.id, to):
            return False
        return target.most_visits == 1 or self.way.visits.get(to, 0) >= target.most_visits

    def wait(self, phase: Phase, due: datetime | None) -> None:
        self.goes_on = False
        self.way = self.way.waiting(phase, None if due is None else whole_minute(due))

    def mail(self, step: Step, letter: Letter, *, reminds: int = 0, asks: bool = False) -> None:
        self.effects.append(Mail(step.id, self.way.visit, letter, reminds, asks))
        if self._class(letter) is not MailClass.SERVICE:
            self.seen = self.seen.written_to(self.now)

    def may_leave(self, step: Step, letter: Letter) -> bool:
        """Whether a mail may leave now; if not, the way waits for its hour, or goes on without it."""
        if self.is_late(letter):
            match self.journey.timing.late:
                case Late.SKIP:
                    self.leave(passed(step), "too late")
                    return False
                case Late.ASK:
                    self.effects.append(AskOrganiser(step.id, self.way.visit))
                    self.wait(Phase.LATE, None)
                    return False
        if (at := self.gate(letter)) > self.now:
            self.wait(Phase.READY, at)
            return False
        return True

    def is_late(self, letter: Letter) -> bool:
        """Whether its time was longer ago than the grace; service mail never is."""
        return (
            self._class(letter) is not MailClass.SERVICE
            and self.lateness > timedelta(0)
            and self.journey.timing.grace.after(self.now - self.lateness, self.seen.zone) < self.now
        )

    def gate(self, letter: Letter) -> datetime:
        """When this mail may leave: quiet hours, days, attention; service, and what answers at once, never waits."""
        if self._class(letter) is MailClass.SERVICE or (letter.ignores_quiet and self._answers()):
            return self.now
        window, zone = self.journey.timing.window, self.seen.zone
        at = max(self.now, self.seen.away_until or self.now)
        for _ in range(3):  # a day that is free may be one on which nothing leaves
            opening = window.opening(at, zone)
            at = self.budget.free_at(self.seen.mails, opening, zone)
            if at == opening:
                break
        return at

    def _answers(self) -> bool:
        return self.way.acted_at is not None and self.now - self.way.acted_at < ANSWERS_WITHIN

    def _class(self, letter: Letter) -> MailClass:
        return letter.mail_class or self.journey.mail_class

    def arrive(self) -> None:
        """Whatever is waited for here is counted from now: a verb before it, or a pause, may have taken its time."""
        if self.way.since != self.now:
            self.way = replace(self.way, since=self.now)

    def watch(self, step: Wait, condition: Condition) -> None:
        """Wait until it is so: whatever changes it is heard of, but time itself only at the instant it names."""
        ends = self.ends(step)
        turns = flips(condition, self.seen.values, self.now, self.seen.site_zone)
        self.wait(Phase.WATCHING, min((at for at in (ends, turns) if at is not None), default=None))

    def ends(self, step: Wait) -> datetime | None:
        """When nothing is waited for any more, so or not."""
        return step.timeout.after(self.way.since, self.seen.zone) if step.timeout is not None else None

    def patience(self, step: Ask) -> datetime | None:
        if self.way.tries < step.retries and step.retry_every is not None:
            return self.after(step.retry_every)
        return self.after(step.timeout)

    def after(self, length: Span | None) -> datetime | None:
        return None if length is None else length.after(self.now, self.seen.zone)

    def due(self, step: Wait) -> datetime | None:
        """When a wait for a time is over; None where the day it waits for is not known."""
        zone, since = self.seen.zone, self.way.since
        if step.length is not None:
            return step.length.after(since, zone)
        if step.date is None:
            return step.hour.next(since, zone) if step.hour is not None else since
        value = self.seen.values.get(step.date.name)
        if isinstance(value, datetime):
            moment = step.offset.after(value, zone)
            return at_local(local(moment, zone).date(), step.hour.at, zone) if step.hour is not None else moment
        if isinstance(value, date):
            return step.offset.after(at_local(value, step.hour.at if step.hour is not None else MORNING, zone), zone)
        return None

    def holds(self, condition: Condition) -> bool:
        return holds(resolved(condition, self.now, self.seen.site_zone), self.seen.values)

    def store(self, name: str, value: Any) -> None:
        fact = self.journey.facts.get(name)
        if fact is not None and fact.type is FactType.TEXT:
            value = in_words(value)
        self.has_stored = True
        self.effects.append(Store(name, value))
        self.seen = replace(self.seen, values={**self.seen.values, name: value})
        if name.startswith("answer."):
            self.way = replace(self.way, answers={**self.way.answers, name.removeprefix("answer."): value})

    def value(self, said: Any) -> Any:
        """What `set` keeps: the group near a place, what a name holds, or the words themselves."""
        if isinstance(said, Mapping):
            place = self.seen.values.get(said["nearest"])
            return self.seen.nearest(str(place), said["within"]) if place is not None else None
        return self.named(said)

    def named(self, said: Any) -> Any:
        return self.seen.values.get(said) if isinstance(said, str) and self.journey.facts.get(said) else said
