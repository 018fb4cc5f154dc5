"""Ticks: the one place that knows APScheduler. Due times live in rows; a tick only makes somebody look."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub.jobs.tables import Fire


class Timetable:
    """Calls functions every so many seconds, each at most once at a time, late ones once."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def every(self, seconds: float, name: str, look: Callable[[], None]) -> None:
        self._scheduler.add_job(
            look, "interval", seconds=seconds, id=name, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def fire(session: Session, schedule: str, slot: datetime, now: datetime) -> bool:
    """Claim this slot of this schedule; False when anybody already has (promise 8)."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    claimed = session.execute(
        insert(Fire)
        .values(schedule=schedule, slot=slot, fired_at=now)
        .on_conflict_do_nothing()
        .returning(sa.literal(1))
    )
    return claimed.scalar() is not None
