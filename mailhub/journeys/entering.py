"""Brings people in: once for each cause, as often as the journey lets them; concurrent causes make one way (I8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.session import ring
from mailhub.delivery.rows import insert_new
from mailhub.journeys import moves
from mailhub.journeys.definition import Journey, Reentry
from mailhub.journeys.rows import ENROLMENT, kept_of
from mailhub.journeys.tables import JourneyRow

BELL = "journeys"
PAGE = 500  # people who come in with one statement


@dataclass(frozen=True, slots=True)
class Cause:
    """What brings somebody in."""

    person_id: int
    at: datetime
    key: str = ""  # "" where a second cause does not make a second way
    is_own_act: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


def enter(session: Session, row: JourneyRow, journey: Journey, causes: Sequence[Cause], *, now: datetime) -> int:
    """Begin the way of everybody here who may come in; how many did."""
    if row.closed_at is not None:
        return 0
    welcome = _welcome(session, row, journey, causes, now)
    rows = [_row(row, journey, cause, now) for cause in welcome.values()]
    if not rows:
        return 0
    before = _count(session, row)
    session.connection().execute(insert_new(session, ENROLMENT), rows)
    ring(session, BELL)
    return _count(session, row) - before if len(rows) < PAGE else len(rows)


def _welcome(
    session: Session, row: JourneyRow, journey: Journey, causes: Sequence[Cause], now: datetime
) -> dict[tuple[int, str], Cause]:
    """Who of these may come in, each once for a key."""
    wanted: dict[tuple[int, str], Cause] = {}
    for cause in causes:
        wanted.setdefault((cause.person_id, cause.key), cause)
    for person_id, key, began_at, ended in _before(session, row, {person for person, _ in wanted}):
        if (person_id, key) in wanted and not _again(journey, began_at, ended, now):
            del wanted[person_id, key]
    return wanted


def _again(journey: Journey, began_at: datetime, ended: object, now: datetime) -> bool:
    """Whether somebody who came in then, for the same cause, may come in once more."""
    if ended is None or journey.entry.reentry is not Reentry.AFTER_EXIT:
        return False
    return journey.entry.gap.after(began_at, "UTC") <= now


def _before(session: Session, row: JourneyRow, person_ids: set[int]) -> list[tuple[int, str, datetime, object]]:
    """The ways these have been on, the last of each key last."""
    c = ENROLMENT.c
    wanted = (
        sa.select(c.person_id, c.key, c.began_at, c.ended)
        .where(c.person_id.in_(person_ids), c.journey_id == row.id)
        .order_by(c.id)
    )
    return [(person_id, key, at, ended) for person_id, key, at, ended in session.connection().execute(wanted)]


def _row(row: JourneyRow, journey: Journey, cause: Cause, now: datetime) -> dict[str, Any]:
    way = moves.begin(journey, cause.person_id, now=now, acted_at=cause.at if cause.is_own_act else None)
    return {
        "journey_id": row.id,
        "version": row.version,
        "person_id": cause.person_id,
        "key": cause.key,
        "began_at": now,
        "step": way.step,
        "phase": way.phase,
        "due_at": way.due_at,
        "since": way.since,
        "visit": way.visit,
        "tries": 0,
        "unclear": 0,
        "acted_at": way.acted_at,
        "kept": {**kept_of(way), **({"cause": dict(cause.detail)} if cause.detail else {})},
    }


def _count(session: Session, row: JourneyRow) -> int:
    counted = sa.select(sa.func.count()).select_from(ENROLMENT).where(ENROLMENT.c.journey_id == row.id)
    return session.scalar(counted) or 0
