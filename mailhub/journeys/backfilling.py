"""Brings in people whom the beginning of a journey would have fitted before it ran: only where somebody says so."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub.journeys import entering, loading, matching, publishing
from mailhub.journeys.entering import Cause
from mailhub.site import Site

PAGE = 500  # people who come in within one transaction


def whom(session: Session, site: Site, slug: str, *, now: datetime) -> Sequence[int]:
    """Everybody it is about, found once: to look for each page anew took most of the time."""
    row = publishing.find(session, slug)
    if row is None or row.closed_at is not None:
        return ()
    journey = loading.version(session, slug, row.version, loading.facts(session, site))
    return session.scalars(matching.people(session, site, journey, row, now=now).order_by(matching.ME)).all()


def page(session: Session, site: Site, slug: str, ids: Sequence[int], start: int, *, days: int, now: datetime) -> int:
    """Bring in a page of them, from this place on; how many came. Over so many days their ways begin."""
    row = publishing.find(session, slug)
    assert row is not None
    journey = loading.version(session, slug, row.version, loading.facts(session, site))
    causes = [
        Cause(person_id, now, detail={"what": "backfill"}, begins_at=now + timedelta(days=place * days // len(ids)))
        for place, person_id in enumerate(ids[start : start + PAGE], start)
    ]
    return entering.enter(session, row, journey, causes, now=now)
