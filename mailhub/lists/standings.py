"""What a moderator has said of one person's messages in a group: nobody need read them first, or they may not write."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists.tables import Measure, Tool
from mailhub.people import activity

OF_A_PERSON = (Tool.BAN, Tool.TRUST)


def decided(session: Session, list_id: int, person_id: int) -> Measure | None:
    """What holds now."""
    standing = sa.select(Measure).where(
        Measure.list_id == list_id,
        Measure.person_id == person_id,
        Measure.ended_at.is_(None),
        Measure.tool.in_(OF_A_PERSON),
    )
    return session.scalar(standing.order_by(Measure.id.desc()).limit(1))


def decide(
    session: Session, list_id: int, person_id: int, tool: Tool, by: int, *, now: datetime, detail: dict[str, Any]
) -> Measure | None:
    """From now on this holds, and what was said before no more; None where just this held already."""
    standing = decided(session, list_id, person_id)
    if standing is not None and standing.tool is tool:
        return None
    if standing is not None:
        end(session, standing, by, now=now)
    measure = Measure(
        list_id=list_id, person_id=person_id, tool=tool, detail=detail, begun_at=now, begun_by=by, until=None
    )
    session.add(measure)
    session.flush()
    activity.note(session, f"{tool.value}.decided", now=now, person_id=person_id, list_id=list_id, by=by)
    return measure


def end(session: Session, measure: Measure, by: int, *, now: datetime) -> bool:
    """It holds no more; False when it had ended before."""
    if measure.ended_at is not None:
        return False
    measure.ended_at, measure.ended_by = now, by
    session.flush()
    name = f"{measure.tool.value}.ended"
    activity.note(session, name, now=now, person_id=measure.person_id, list_id=measure.list_id, by=by)
    return True
