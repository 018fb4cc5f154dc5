"""How people who are on their way come to a new version, where an organiser says so (decision 016). Pure.

Without a word everybody finishes on the version they began with. A step that goes while people stand at it needs one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mailhub.content import one_of
from mailhub.journeys import moves
from mailhub.journeys.definition import Journey, Step, Wait
from mailhub.journeys.state import Close, End, Move, Phase, Transition, Way
from mailhub.times import whole_minute

MOVED = "moved"  # the outcome of a step that somebody was taken away from
_ASKING = (Phase.ASKED, Phase.TASKED, Phase.LATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What publishing does with people at steps; by the step they stand at."""

    map: Mapping[str, str] = field(default_factory=dict)  # the step of the new version they go to
    leave: Mapping[str, str] = field(default_factory=dict)  # their way ends, for this reason
    stay: frozenset[str] = frozenset()  # they finish on their version, though it is gone from the new one
    recount: frozenset[str] = frozenset()  # waits whose new length counts from when people came to them
    spread: int = 1  # days over which those are spread whose time would have come at once

    @property
    def steps(self) -> frozenset[str]:
        """Whose people do not simply stay where they are."""
        return frozenset({*self.map, *self.leave, *self.recount})

    def target(self, step: str) -> str | None:
        """The step of the new version for who stands at this one; None where their way ends."""
        return None if step in self.leave else self.map.get(step, step)

    def to_dict(self) -> dict[str, Any]:
        return {
            "map": dict(self.map),
            "leave": dict(self.leave),
            "stay": sorted(self.stay),
            "recount": sorted(self.recount),
            "spread": self.spread,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Migration":
        sets = {name: frozenset(kept[name]) for name in ("stay", "recount")}
        return cls(map=kept["map"], leave=kept["leave"], spread=kept["spread"], **sets)

    def told(self) -> str:
        """In a few words, for the record of each person it moves."""
        pieces = [f"{old} → {new}" for old, new in sorted(self.map.items())]
        pieces += [f"{old} ends: {why}" for old, why in sorted(self.leave.items())]
        pieces += [f"{step} counted anew" for step in sorted(self.recount)]
        return ", ".join(pieces)


NOBODY = Migration()


def problems(
    migration: Migration, old: Journey | None, new: Journey, standing: Mapping[str, int], older: Iterable[str] = ()
) -> Iterator[str]:
    """What is missing or makes no sense, with its cure. `standing`: people by step; `older`: of other versions."""
    known = {*older, *(step.id for step in old.steps)} if old is not None else {*older}
    there = [step.id for step in new.steps]
    for step in sorted({*migration.map, *migration.leave, *migration.stay} - known):
        yield f'no version that people are on has a step "{step}"; {one_of(step, sorted(known))}'
    for step, target in sorted(migration.map.items()):
        if target not in there:
            yield f'"{step}" is to become "{target}", which the new version has not; {one_of(target, there)}'
    for step in sorted(migration.recount):
        if not isinstance(new.find(migration.map.get(step, step)), Wait):
            yield f'"{step}" is no wait in the new version; only a wait can be counted anew'
    settled = {*migration.map, *migration.leave, *migration.stay}
    for gone in old.steps if old is not None else ():
        if new.find(gone.id) is None and standing.get(gone.id) and gone.id not in settled:
            yield _stranded(new.slug, gone.id, standing[gone.id])


def _stranded(slug: str, step: str, count: int) -> str:
    people = "1 person stands" if count == 1 else f"{count} people stand"
    return (
        f'{people} at the step "{step}", which is gone; say what becomes of them: --map {slug}:{step}=NEW-STEP, '
        f"--leave {slug}:{step}=REASON, or --stay {slug}:{step} lets them finish as they began"
    )


def moved(way: Way, old: Step | None, new: Journey, migration: Migration, *, now: datetime, zone: str) -> Move:
    """What becomes of a way. At a step that both versions have, what it waits for and until when stays as it was."""
    target = migration.target(way.step)
    if target is None:
        return moves.stop(way, End.STOPPED, migration.leave[way.step])
    step = new.find(target)
    assert step is not None, "`problems` finds no fault with it"
    transition = Transition(way.step, MOVED, target)
    onward = replace(way, step=target, visit=way.visit + 1)
    if target == way.step and _is_alike(old, step):
        if way.step in migration.recount and isinstance(step, Wait):
            onward = _recounted(onward, step, now, zone)
        return Move(onward, (), (transition,))
    if way.step in migration.recount and isinstance(step, Wait) and step.length is not None:
        due = step.length.after(way.since, zone)
        onward = replace(onward, phase=Phase.WAITING, due_at=max(whole_minute(due), whole_minute(now)))
        return Move(onward, closing(way), (transition,))
    visits = {**way.visits, target: way.visits.get(target, 0) + 1} if step.most_visits > 1 else way.visits
    fresh = replace(onward, phase=Phase.READY, due_at=now, since=now, tries=0, unclear=0, visits=visits)
    return Move(fresh, closing(way), (transition,))


def _is_alike(old: Step | None, new: Step) -> bool:
    """Whether who waits at the one waits at the other for the same sort of thing."""
    if isinstance(old, Wait) and isinstance(new, Wait):
        return (old.when is None) is (new.when is None)
    return old is not None and old.kind is new.kind


def closing(way: Way) -> tuple[Close, ...]:
    """Nobody waits any more for what was asked at the step that is left."""
    return (Close(way.visit, MOVED),) if way.phase in _ASKING else ()


def spread(ways: Iterable[Move], migration: Migration, *, now: datetime) -> list[Move]:
    """Those whose time would have come at once, over some days: who has waited longest comes first."""
    moved_ways = list(ways)
    if migration.spread <= 1:
        return moved_ways
    due = [n for n, move in enumerate(moved_ways) if move.end is None and is_due(move.way, now)]
    for place, n in enumerate(sorted(due, key=lambda n: (moved_ways[n].way.since, n))):
        later = now + timedelta(days=place * migration.spread // len(due))
        moved_ways[n] = replace(moved_ways[n], way=replace(moved_ways[n].way, due_at=whole_minute(later)))
    return moved_ways


def is_due(way: Way, now: datetime) -> bool:
    """Whether its time has come."""
    return way.phase in (Phase.READY, Phase.WAITING) and way.due_at is not None and way.due_at <= whole_minute(now)


def _recounted(way: Way, step: Wait, now: datetime, zone: str) -> Way:
    """The same wait by its new words, from when the person came to it."""
    if way.phase is Phase.READY:
        return way
    if step.length is not None:
        due = step.length.after(way.since, zone)
        return replace(way, phase=Phase.WAITING, due_at=max(whole_minute(due), whole_minute(now)))
    # What waits for something to be so is looked at again; its end counts from then anyway.
    phase = Phase.WATCHING if step.when is not None else Phase.READY
    return replace(way, phase=phase, due_at=now)
