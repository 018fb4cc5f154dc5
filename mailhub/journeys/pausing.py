"""Holds a journey still, and lets it go on: nobody moves meanwhile, and what is late by then is as its file says."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.session import ring
from mailhub.journeys.entering import BELL
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.state import Phase
from mailhub.journeys.tables import JourneyRow
from mailhub.people import activity


def pause(session: Session, row: JourneyRow, *, by: str, now: datetime) -> bool:
    """Nobody moves, comes in or is written to; False where that is so already."""
    if row.paused_at is not None:
        return False
    row.paused_at = now
    activity.note(session, "journey.paused", now=now, slug=row.slug, by=by)
    return True


def resume(session: Session, row: JourneyRow, *, by: str, now: datetime) -> bool:
    """Go on after a pause, or take people in again after it was closed; False where it does both already."""
    if row.paused_at is None and row.closed_at is None:
        return False
    row.paused_at = row.closed_at = None
    # Nobody reacted to what happened meanwhile, so that all who wait for something look whether it is so.
    watching = (ENROLMENT.c.journey_id == row.id, ENROLMENT.c.phase == Phase.WATCHING, ENROLMENT.c.ended.is_(None))
    session.connection().execute(sa.update(ENROLMENT).where(*watching).values(due_at=now))
    activity.note(session, "journey.resumed", now=now, slug=row.slug, by=by)
    ring(session, BELL)
    return True
