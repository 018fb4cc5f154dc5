"""One version of a journey with its numbers, step by step, as it is drawn in a terminal or on a page. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from mailhub.journeys import describing
from mailhub.journeys.counting import JOINED, POSTED, ArmCount, Place, StepCount
from mailhub.journeys.definition import NEXT, Ask, Journey, Send, Split, Step
from mailhub.journeys.estimating import wilson
from mailhub.journeys.migration import MOVED
from mailhub.journeys.state import Phase

SENT, SKIPPED, TOO_LATE = "sent", "skipped", "too late"
_ONWARD = (SENT, SKIPPED, TOO_LATE, MOVED)  # outcomes that no step names as a way


@dataclass(frozen=True, slots=True)
class Share:
    """Of those who took a way, for how many the goal came, and where the true share may lie."""

    hits: int
    of: int

    @property
    def bounds(self) -> tuple[float, float]:
        return wilson(self.hits, self.of)


@dataclass(frozen=True, slots=True)
class WayOn:
    """One outcome: what it is called, the step it leads to, and how many went that way."""

    said: str
    target: str
    count: int
    share: Share | None = None  # of a split


@dataclass(frozen=True, slots=True)
class StepSummary:
    """One step."""

    id: str
    kind: str
    does: str
    entered: int
    sent: int | None  # where it writes
    answered: int | None  # where it asks
    joined: int | None  # a group, within a week of its mail and before the next
    posted: int | None  # a message that stands in a group, likewise
    standing: Mapping[Phase, int]
    left: int  # the journey, here, before its end
    aside: Mapping[str, int]  # passed over, too late, moved elsewhere
    median: timedelta | None
    ways: tuple[WayOn, ...]

    @property
    def waiting(self) -> int:
        return sum(self.standing.values())

    @property
    def forks(self) -> bool:
        return len(self.ways) > 1


@dataclass(frozen=True, slots=True)
class Numbers:
    """What was counted of a journey, over all its versions."""

    steps: Mapping[Place, StepCount]
    medians: Mapping[Place, timedelta]
    arms: Mapping[tuple[int, str, str], ArmCount]


def of(journey: Journey, version: int, numbers: Numbers, language: str) -> tuple[StepSummary, ...]:
    """Every step of a version, in the order written."""
    return tuple(_step(step, version, numbers, language) for step in journey.steps)


def _step(step: Step, version: int, numbers: Numbers, language: str) -> StepSummary:
    count = numbers.steps.get((version, step.id), StepCount())
    outcomes = count.outcomes
    known = {*step.ways, *_ONWARD, step.id}  # a step that ends is left by its own name
    return StepSummary(
        id=step.id,
        kind=step.kind.value,
        does=describing.does(step, language),
        entered=count.entered,
        sent=_sent(step, count),
        answered=outcomes.get("answered", 0) if isinstance(step, Ask) else None,
        joined=_did(step, count, JOINED),
        posted=_did(step, count, POSTED),
        standing=count.waiting,
        left=sum(people for outcome, people in outcomes.items() if outcome not in known),
        aside={name: outcomes[name] for name in (SKIPPED, TOO_LATE, MOVED) if outcomes.get(name)},
        median=numbers.medians.get((version, step.id)),
        ways=tuple(_ways(step, version, numbers, outcomes, language)),
    )


def _sent(step: Step, count: StepCount) -> int | None:
    if isinstance(step, Send):
        return count.outcomes.get(SENT, 0)
    if isinstance(step, Ask):
        asked = sum(count.outcomes.get(outcome, 0) for outcome in step.ways)
        return asked + count.waiting.get(Phase.ASKED, 0)
    return None


def _did(step: Step, count: StepCount, what: str) -> int | None:
    return count.acts.get(what, 0) if isinstance(step, Send | Ask) else None


def _ways(step: Step, version: int, numbers: Numbers, outcomes: Mapping[str, int], language: str) -> Iterator[WayOn]:
    for outcome, said, target in describing.ways(step, language):
        count = outcomes.get(outcome, 0) + (outcomes.get(SENT, 0) if outcome == NEXT else 0)
        arm = numbers.arms.get((version, step.id, outcome)) if isinstance(step, Split) else None
        yield WayOn(said, target, count, Share(arm.goals, arm.took) if arm is not None else None)
