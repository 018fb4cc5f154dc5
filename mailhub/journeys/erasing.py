"""What journeys keep of a person goes with them: where they were stays as a count, their answers do not (I12)."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.tables import Attention
from mailhub.journeys.rows import ENROLMENT, VISITS
from mailhub.journeys.state import End
from mailhub.journeys.tables import CallRow, SegmentMember

ERASED = "erased"


def forget(session: Session, person_id: int, *, limit: int) -> int:
    """End every way of a person and forget what was said on it; how many rows that took, 0 when nothing is left."""
    ways = sa.select(ENROLMENT.c.id).where(ENROLMENT.c.person_id == person_id)
    left = list(session.scalars(ways.where(sa.func.coalesce(ENROLMENT.c.reason, "") != ERASED).limit(limit)))
    for way in left:
        session.execute(sa.delete(CallRow).where(CallRow.id.between(way * VISITS, way * VISITS + VISITS - 1)))
    ended: dict[str, Any] = {
        "ended": sa.func.coalesce(ENROLMENT.c.ended, End.STOPPED.value),
        "ended_at": sa.func.coalesce(ENROLMENT.c.ended_at, ENROLMENT.c.since),
        "due_at": None,
        "reason": ERASED,
        "kept": {},
    }
    session.connection().execute(sa.update(ENROLMENT).where(ENROLMENT.c.id.in_(left)).values(**ended))
    session.execute(sa.delete(SegmentMember).where(SegmentMember.person_id == person_id))
    return len(left) + _attention(session, person_id)


def _attention(session: Session, person_id: int) -> int:
    gone = session.execute(sa.delete(Attention).where(Attention.person_id == person_id))
    return cast("sa.CursorResult[Any]", gone).rowcount
