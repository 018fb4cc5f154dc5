"""Brings people in: once for each cause, as often as the journey lets them; concurrent causes make one way (I8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.among import among
from mailhub.db import prepared
from mailhub.db.session import ring
from mailhub.journeys import moves
from mailhub.journeys.definition import Journey, Reentry
from mailhub.journeys.rows import ENROLMENT, kept_of
from mailhub.journeys.tables import JourneyRow

BELL = "journeys"
_GIVEN = (
    "journey_id version person_id key began_at step phase due_at since visit tries unclear acted_at kept".split()  # noqa: SIM905
)
_ENTER = prepared.insert_new(ENROLMENT, *_GIVEN)
_BEFORE = (
    sa.select(ENROLMENT.c.person_id, ENROLMENT.c.key, ENROLMENT.c.began_at, ENROLMENT.c.ended, ENROLMENT.c.kept)
    .where(
        among(ENROLMENT.c.person_id, "people"),
        ENROLMENT.c.journey_id == sa.bindparam("journey"),
    )
    .order_by(ENROLMENT.c.id)
)


@dataclass(frozen=True, slots=True)
class Cause:
    """What brings somebody in."""

    person_id: int
    at: datetime
    key: str = ""  # "" where a second cause does not make a second way
    is_own_act: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)
    slot: str = ""  # the day or the hour that has come: of each they come in once
    begins_at: datetime | None = None  # later than now where many come in at once


def enter(session: Session, row: JourneyRow, journey: Journey, causes: Sequence[Cause], *, now: datetime) -> int:
    """Begin the way of everybody here who may come in; how many did."""
    if row.closed_at is not None:
        return 0
    welcome = _welcome(session, row, journey, causes, now)
    # By person, so that two workers never wait for each other.
    rows = [_row(row, journey, cause, now) for _, cause in sorted(welcome.items(), key=itemgetter(0))]
    if not rows:
        return 0
    ring(session, BELL)
    return _ENTER.run(session.connection(), rows)


def _welcome(
    session: Session, row: JourneyRow, journey: Journey, causes: Sequence[Cause], now: datetime
) -> dict[tuple[int, str], Cause]:
    """Who of these may come in, each once for a key."""
    wanted: dict[tuple[int, str], Cause] = {}
    for cause in causes:
        wanted.setdefault((cause.person_id, cause.key), cause)
    for person_id, key, began_at, ended, kept in _before(session, row, {person for person, _ in wanted}):
        wants = wanted.get((person_id, key))
        if wants is not None and (_was_for(wants, kept) or not _again(journey, began_at, ended, now)):
            del wanted[person_id, key]
    return wanted


def _was_for(cause: Cause, kept: Mapping[str, Any]) -> bool:
    """Whether an earlier way began for the same day or hour."""
    return bool(cause.slot) and kept.get("cause", {}).get("slot") == cause.slot


def _again(journey: Journey, began_at: datetime, ended: object, now: datetime) -> bool:
    """Whether somebody who came in then, for the same cause, may come in once more."""
    if ended is None or journey.entry.reentry is not Reentry.AFTER_EXIT:
        return False
    return journey.entry.gap.after(began_at, "UTC") <= now


def _before(session: Session, row: JourneyRow, person_ids: set[int]) -> list[tuple[Any, ...]]:
    """The ways these have been on, the last of each key last."""
    asked = {"people": list(person_ids), "journey": row.id}
    return [tuple(each) for each in session.connection().execute(_BEFORE, asked)]


def _row(row: JourneyRow, journey: Journey, cause: Cause, now: datetime) -> dict[str, Any]:
    detail = {**cause.detail, **({"slot": cause.slot} if cause.slot else {})}
    way = moves.begin(journey, cause.person_id, now=now, acted_at=cause.at if cause.is_own_act else None)
    return {
        "journey_id": row.id,
        "version": row.version,
        "person_id": cause.person_id,
        "key": cause.key,
        "began_at": now,
        "step": way.step,
        "phase": way.phase,
        "due_at": cause.begins_at or way.due_at,
        "since": way.since,
        "visit": way.visit,
        "tries": 0,
        "unclear": 0,
        "acted_at": way.acted_at,
        "kept": {**kept_of(way), **({"cause": detail} if detail else {})},
    }
