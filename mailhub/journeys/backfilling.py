"""Brings in people whom the beginning of a journey would have fitted before it ran: only where somebody says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub.journeys import entering, loading, matching, publishing
from mailhub.journeys.entering import Cause
from mailhub.site import Site

PAGE = 500  # people who come in within one transaction


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: the last person looked at, how many were, and how many came in."""

    of: int
    days: int
    after: int = 0
    looked_at: int = 0
    came: int = 0
    is_over: bool = False


def start(session: Session, site: Site, slug: str, *, days: int, now: datetime) -> Progress:
    """Count who it is about; over that many days their ways begin."""
    row = publishing.find(session, slug)
    if row is None or row.closed_at is not None:
        return Progress(0, days, is_over=True)
    journey = loading.version(session, slug, row.version, loading.facts(session))
    return Progress(matching.count(session, site, journey, row, now=now), days)


def page(session: Session, site: Site, slug: str, done: Progress, *, now: datetime) -> Progress:
    """Bring in the next of them."""
    row = publishing.find(session, slug)
    assert row is not None
    journey = loading.version(session, slug, row.version, loading.facts(session))
    ids = matching.page(session, site, journey, row, now=now, after=done.after, limit=PAGE)
    if not ids:
        return Progress(done.of, done.days, done.after, done.looked_at, done.came, is_over=True)
    causes = [
        Cause(person_id, now, detail={"what": "backfill"}, begins_at=_begins(done, place, now))
        for place, person_id in enumerate(ids, done.looked_at)
    ]
    came = entering.enter(session, row, journey, causes, now=now)
    return Progress(done.of, done.days, ids[-1], done.looked_at + len(ids), done.came + came)


def _begins(done: Progress, place: int, now: datetime) -> datetime:
    return now + timedelta(days=min(place, done.of - 1) * done.days // max(done.of, 1))
