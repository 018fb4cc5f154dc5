"""Rows of people on their way, as values and back: claimed in pages, written in one statement each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import prepared
from mailhub.journeys.state import Move, Phase, Transition, Way
from mailhub.journeys.tables import DUE, Enrolment, JourneyRow, TransitionRow

ENROLMENT = cast(sa.Table, Enrolment.__table__)
JOURNEY = cast(sa.Table, JourneyRow.__table__)
VISITS = 1_000  # of one enrolment have an occurrence of their own
DUE_AT = "due_at"  # kept where the column says when a rule of exit is looked at, which is sooner
_CHANGING = ("step", "phase", "due_at", "since", "visit", "tries", "unclear", "acted_at", "kept")
_ENDING = ("ended", "ended_at", "reason")
_MOVE = prepared.update(ENROLMENT, {"id": "its_id"}, *_CHANGING, *_ENDING)
_LEFT = prepared.insert(
    cast(sa.Table, TransitionRow.__table__),
    "enrolment_id",
    "visit",
    "journey_id",
    "version",
    "step",
    "outcome",
    "to_step",
    "at",
    "cause",
)
_READ = ("id", "journey_id", "version", "key", "began_at", "kept", "person_id", *_CHANGING[:-1])
_COLUMNS = [ENROLMENT.c[name] for name in _READ]
_RUNS = (JOURNEY.c.id == ENROLMENT.c.journey_id, JOURNEY.c.paused_at.is_(None))

_FIRST = sa.select(sa.func.min(ENROLMENT.c.due_at)).where(DUE, *_RUNS)
# When the next of anybody has something to do: one step in the index for each journey that is not paused.
_SOONEST = _FIRST.correlate(JOURNEY).scalar_subquery()
NEXT_DUE = sa.select(sa.func.min(_SOONEST)).select_from(JOURNEY)
_READY = (
    sa.select(JOURNEY.c.id)
    .where(sa.bindparam("now", type_=ENROLMENT.c.due_at.type) >= _SOONEST)
    .order_by(_SOONEST, JOURNEY.c.id)
)
_DUE = (
    sa.select(*_COLUMNS)
    .where(DUE, ENROLMENT.c.journey_id == sa.bindparam("journey"), ENROLMENT.c.due_at <= sa.bindparam("now"))
    .order_by(ENROLMENT.c.due_at, ENROLMENT.c.id)
    .limit(sa.bindparam("most"))
    .with_for_update(of=ENROLMENT, skip_locked=True)  # SQLite has one writer and ignores it
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One enrolment that has not ended, and the way it stands for."""

    id: int
    journey_id: int
    version: int
    key: str
    began_at: datetime
    way: Way
    kept: Mapping[str, Any]

    @property
    def occurrence(self) -> int:
        """What names this visit of this enrolment to the rest of the house: deliveries, questions, tokens."""
        return occurrence_of(self.id, self.way.visit)


def occurrence_of(enrolment_id: int, visit: int) -> int:
    return enrolment_id * VISITS + visit


def enrolment_of(occurrence: int) -> tuple[int, int]:
    """The enrolment and its visit that an occurrence names."""
    return divmod(occurrence, VISITS)


def due(session: Session, *, now: datetime, limit: int) -> list[Enrolled]:
    """Those whose time has come, locked against other workers; nobody of a journey that is paused."""
    connection = session.connection()
    found: list[Enrolled] = []
    for journey in connection.scalars(_READY, {"now": now}).all():
        asked = {"journey": journey, "now": now, "most": limit - len(found)}
        found += [_enrolled(row) for row in connection.execute(_DUE, asked)]
        if len(found) >= limit:
            break
    return found


def active(session: Session, person_ids: Sequence[int]) -> list[Enrolled]:
    """Everybody of these who is on their way, locked: something about them has changed."""
    wanted = (
        sa.select(*_COLUMNS)
        .where(ENROLMENT.c.person_id.in_(person_ids), ENROLMENT.c.ended.is_(None), sa.exists().where(*_RUNS))
        .order_by(ENROLMENT.c.id)
        .with_for_update(of=ENROLMENT)
    )
    return [_enrolled(row) for row in session.connection().execute(wanted)]


def those(session: Session, enrolment_ids: Sequence[int], *, locks: bool) -> list[Enrolled]:
    """These, where they have not ended."""
    wanted = sa.select(*_COLUMNS).where(ENROLMENT.c.id.in_(enrolment_ids), ENROLMENT.c.ended.is_(None))
    wanted = wanted.order_by(ENROLMENT.c.id)
    wanted = wanted.with_for_update(of=ENROLMENT) if locks else wanted
    return [_enrolled(row) for row in session.connection().execute(wanted)]


def one(session: Session, enrolment_id: int) -> Enrolled | None:
    """This one, locked, if it has not ended."""
    wanted = sa.select(*_COLUMNS).where(ENROLMENT.c.id == enrolment_id, ENROLMENT.c.ended.is_(None))
    row = session.connection().execute(wanted.with_for_update(of=ENROLMENT)).one_or_none()
    return None if row is None else _enrolled(row)


def any_one(session: Session, enrolment_id: int) -> Enrolled | None:
    """This one, ended or not."""
    row = session.connection().execute(sa.select(*_COLUMNS).where(ENROLMENT.c.id == enrolment_id)).one_or_none()
    return None if row is None else _enrolled(row)


def write(session: Session, moved: Sequence[tuple[Enrolled, Move]], *, now: datetime, causes: Sequence[str]) -> None:
    """Keep where each has got to, and every step it left."""
    connection = session.connection()
    _MOVE.run(connection, [_row(each, move, now) for each, move in moved])
    left = [
        _left(each, transition, place, now, cause)
        for (each, move), cause in zip(moved, causes, strict=True)
        for place, transition in enumerate(move.transitions)
    ]
    _LEFT.run(connection, left)


def _enrolled(row: Sequence[Any]) -> Enrolled:
    """The values of a row, in the order of `_READ`."""
    number, journey, version, key, began_at, kept, person, step, phase, due_at, since, visit, tries, unclear, acted = (
        row
    )
    answers = {name: typed(value) for name, value in kept["answers"].items()} if "answers" in kept else {}
    visits = kept.get("visits", {})
    due, look = due_of(due_at, kept), due_at if DUE_AT in kept else None
    way = Way(person, step, Phase(phase), due, since, visit, tries, unclear, acted, answers, visits, look)
    return Enrolled(number, journey, version, key, began_at, way, kept)


def _row(each: Enrolled, move: Move, now: datetime) -> Mapping[str, Any]:
    way = move.way
    return {
        "its_id": each.id,
        "step": way.step,
        "phase": way.phase,
        "due_at": None if move.end else way.next_at,
        "since": way.since,
        "visit": way.visit,
        "tries": way.tries,
        "unclear": way.unclear,
        "acted_at": way.acted_at,
        "kept": {**_lasting(each.kept), **kept_of(way)},
        "ended": move.end,
        "ended_at": now if move.end else None,
        "reason": move.reason or None,
    }


def _lasting(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in kept.items() if name != DUE_AT} if DUE_AT in kept else kept


def kept_of(way: Way) -> dict[str, Any]:
    """What is kept of a way beside its columns; nothing where there is nothing."""
    answers = {name: plain(value) for name, value in way.answers.items()}
    filled = {"answers": answers, "visits": dict(way.visits)}
    kept: dict[str, Any] = {name: value for name, value in filled.items() if value}
    if way.look_at is not None and way.look_at == way.next_at:
        kept[DUE_AT] = way.due_at.isoformat() if way.due_at is not None else ""
    return kept


def due_of(next_at: datetime | None, kept: Mapping[str, Any]) -> datetime | None:
    """When the step itself is over, where a rule of exit is looked at before."""
    if DUE_AT not in kept:
        return next_at
    return datetime.fromisoformat(kept[DUE_AT]) if kept[DUE_AT] else None


def plain(value: Any) -> Any:
    """A value as JSON keeps it, told apart from a text that looks like it."""
    match value:
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"number": str(value)}
    return value


def typed(value: Any) -> Any:
    """What `plain` kept."""
    match value:
        case {"date": str(said)}:
            return date.fromisoformat(said)
        case {"number": str(said)}:
            return Decimal(said)
    return value


def _left(each: Enrolled, transition: Transition, place: int, now: datetime, cause: str) -> Mapping[str, Any]:
    return {
        "enrolment_id": each.id,
        "visit": each.way.visit + place,  # each step left is a visit of its own
        "journey_id": each.journey_id,
        "version": each.version,
        "step": transition.step,
        "outcome": transition.outcome,
        "to_step": transition.to,
        "at": now,
        "cause": cause,
    }
