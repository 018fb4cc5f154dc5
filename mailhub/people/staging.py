"""Imports on their way in: a job row for each file, and its lines, checked before anything happens.

A job that is being staged has had no effect and can be thrown away; one that is being applied is always completed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.people.roster import Entry
from mailhub.people.tables import ImportJob, ImportRow, ImportState

ABANDONED_AFTER = timedelta(hours=1)  # staging takes seconds

_COLUMNS = ("line", "email", "email_key", "name", "language", "time_zone", "delivery", "fields")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked to have imported."""

    what: str
    file_name: str
    sha256: str
    imported_by: str  # who answers for it: an organiser's address, or "command line"
    list_id: int | None = None
    basis: str | None = None  # where these people's consent came from


def begin(session: Session, order: Order, *, now: datetime) -> ImportJob:
    """Open a job; it has no effect before `ready`."""
    job = ImportJob(**asdict(order), state=ImportState.STAGING, refused={}, started_at=now)
    session.add(job)
    session.flush()
    return job


def add(session: Session, job_id: int, entries: Sequence[Entry]) -> None:
    """Stage checked lines."""
    rows = [{"job_id": job_id, **{name: getattr(entry, name) for name in _COLUMNS}} for entry in entries]
    if rows:
        session.execute(sa.insert(ImportRow.__table__), rows)  # type: ignore[arg-type]


def ready(session: Session, job_id: int, staged: int) -> None:
    """Everything is staged: from here on the job is going to be completed."""
    job = session.get_one(ImportJob, job_id)
    job.state, job.staged = ImportState.APPLYING, staged


def take_page(session: Session, job: ImportJob, limit: int) -> Sequence[Entry]:
    """The next lines of a job, which leave the staging table with this transaction."""
    columns = [ImportRow.__table__.c[name] for name in _COLUMNS]
    rows = session.execute(
        sa.select(*columns)
        .where(ImportRow.job_id == job.id, ImportRow.line > job.place)
        .order_by(ImportRow.line)
        .limit(limit)
    ).all()
    entries = [Entry(text=row.email, **row._mapping) for row in rows]
    if entries:
        job.place = entries[-1].line
        session.execute(sa.delete(ImportRow).where(ImportRow.job_id == job.id, ImportRow.line <= job.place))
    return entries


def locked(session: Session, job_id: int) -> ImportJob:
    """The job, for the one who applies its next page; others wait."""
    return session.scalars(sa.select(ImportJob).where(ImportJob.id == job_id).with_for_update()).one()


def finish(job: ImportJob, *, now: datetime) -> None:
    """All lines are applied."""
    job.state, job.finished_at = ImportState.DONE, now


def count_refused(job: ImportJob, reasons: Iterable[str]) -> None:
    """Lines that were good when they were checked and are not any more."""
    counts = dict(job.refused)
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    job.refused = counts


def unfinished(session: Session) -> Sequence[ImportJob]:
    """Jobs to go on with at the start, oldest first."""
    return session.scalars(
        sa.select(ImportJob).where(ImportJob.state == ImportState.APPLYING).order_by(ImportJob.id)
    ).all()


def abandoned(session: Session, *, now: datetime) -> Sequence[int]:
    """Jobs whose staging nobody goes on with."""
    return session.scalars(
        sa.select(ImportJob.id).where(
            ImportJob.state == ImportState.STAGING, ImportJob.started_at <= now - ABANDONED_AFTER
        )
    ).all()


def discard(session: Session, job_id: int, limit: int) -> bool:
    """Throw away one page of a job that was never ready; True when it is gone."""
    job = session.get(ImportJob, job_id)
    if job is None or job.state is not ImportState.STAGING:
        return True
    page = sa.select(ImportRow.line).where(ImportRow.job_id == job_id).order_by(ImportRow.line).limit(limit).subquery()
    last = session.scalar(sa.select(sa.func.max(page.c.line)))
    if last is not None:
        session.execute(sa.delete(ImportRow).where(ImportRow.job_id == job_id, ImportRow.line <= last))
        return False
    session.delete(job)
    return True
