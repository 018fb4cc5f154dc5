"""What journeys cost: who comes in, who goes on, and the many who only wait.

The mix is half waits, a quarter mails, a quarter branches on three facts. Mails are owed, worded and paid for from
people's attention; none is sent, since that is the bench of the fan-out.
"""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.cli.bench.journeys_site import FIRST, STEPS, Filled
from mailhub.cli.bench.machine import Meter
from mailhub.clock import Clock
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.delivery.rows import DELIVERY
from mailhub.errors import MailhubError
from mailhub.hub.build import all_verbs
from mailhub.journeys import reacting, rows, running
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.tables import TransitionRow
from mailhub.site import Site
from mailhub.tokens import Keys

LOOKS = 50  # idle ticks, of which the median counts
COMES_IN = 10  # one in so many of those who wait: as many come in by one trigger
GOES_ON = 4  # one in so many of those who came in goes on
DAY = timedelta(days=1, minutes=1)

Page = Callable[[Session, datetime], int]


def run(members: int = 1_000_000, url: str | None = None) -> dict[str, float | int]:
    """Bring people in and move them on, while so many wait; on PostgreSQL in a schema that is dropped afterwards."""
    with tempfile.TemporaryDirectory(prefix="mailhub-bench-") as folder, database_for(url, Path(folder)) as database:
        bench = _Bench(database, Path(folder), members)
        figures: dict[str, float | int] = {"waiting": members}
        settle_memory()
        figures |= bench.idle()
        figures |= bench.come_in(max(members // COMES_IN, GOES_ON))
        figures |= bench.go_on(max(members // COMES_IN // GOES_ON, 1))
    return figures


@contextmanager
def database_for(url: str | None, folder: Path) -> Iterator[Database]:
    schema, inside = "mailhub_bench", None
    if url is not None:
        _in_schema(url, f"DROP SCHEMA IF EXISTS {schema} CASCADE", f"CREATE SCHEMA {schema}")
        options = {"options": f"-csearch_path={schema}"}
        inside = sa.make_url(url).update_query_dict(options).render_as_string(hide_password=False)
    database = Database(inside or f"sqlite:///{folder / 'bench.db'}")
    try:
        Base.metadata.create_all(database.writer)
        yield database
    finally:
        database.close()
        if url is not None:
            _in_schema(url, f"DROP SCHEMA {schema} CASCADE")


def settle_memory() -> None:
    """As the service does it once it runs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _in_schema(url: str, *statements: str) -> None:
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    server.dispose()


class _Bench:
    """A site in which many wait, and some move."""

    def __init__(self, database: Database, folder: Path, waiting: int) -> None:
        self._database = database
        self._verbs = all_verbs()
        keys, url = Keys(b"b" * 32), "https://lists.example.net"
        self._site = Site("Bench", "lists.example.net", keys, url, data_dir=folder, content_dir=folder)
        self._now = Clock().now()
        self._pages: list[float] = []
        self._filled = Filled(database, self._site, folder, self._verbs, self._now)
        self._filled.wait(waiting)

    def idle(self) -> dict[str, float | int]:
        """One look of the loop when nobody's time has come, as `jobs.worker` has it."""
        found = []
        for _ in range(LOOKS):
            started = time.perf_counter()
            with self._database.transaction() as session:
                done = self._happened(session, self._now) + self._moved(session, self._now)
            found.append(time.perf_counter() - started)
            if done:
                raise MailhubError(f"{done} moved, where everybody waits")
        return {"idle_tick_ms": round(statistics.median(found) * 1000, 2)}

    def come_in(self, count: int) -> dict[str, float | int]:
        """A trigger concerns so many people at once."""
        self._filled.confirm(count)
        with Meter() as meter:
            self._work(self._happened, self._now)
        if (came := self._count(ENROLMENT.c.step == FIRST)) != count:
            raise MailhubError(f"{came} came in, where {count} were concerned")
        return {
            "came_in": count,
            "come_in_seconds": round(meter.wall_seconds, 2),
            "come_in_cpu_seconds": round(meter.cpu_seconds, 2),
        }

    def go_on(self, count: int) -> dict[str, float | int]:
        """So many go through every step there is; the others come to wait as well."""
        self._filled.only(count)
        self._work(self._moved, self._now)  # to where they wait for the first time
        self._pages.clear()
        with Meter() as meter:
            started = time.thread_time()  # without the looks of the meter itself
            for days in (1, 2):
                self._work(self._moved, self._now + days * DAY)
            cpu_seconds = time.thread_time() - started
        steps, mails = self._steps(), self._mails()
        if (steps, mails) != (count * STEPS, count):
            raise MailhubError(f"{steps} steps and {mails} mails of {count} people")
        pages = sorted(self._pages)
        return {
            "steps": steps,
            "steps_per_second": round(steps / meter.wall_seconds),
            "steps_per_cpu_second": round(steps / cpu_seconds),
            "cpu_seconds": round(cpu_seconds, 2),
            "transaction_p50_ms": round(pages[len(pages) // 2] * 1000, 1),
            "transaction_p99_ms": round(pages[len(pages) * 99 // 100] * 1000, 1),
            "peak_pss_mib": round(meter.peak_pss / 2**20, 1),
        }

    def _work(self, page: Page, now: datetime) -> None:
        while True:
            started = time.perf_counter()
            with self._database.transaction() as session:
                done = page(session, now)
            self._pages.append(time.perf_counter() - started)
            if not done:
                return

    def _happened(self, session: Session, now: datetime) -> int:
        return reacting.page(session, self._site, self._verbs, now=now)

    def _moved(self, session: Session, now: datetime) -> int:
        soonest = session.scalar(rows.NEXT_DUE)
        return running.page(session, self._site, self._verbs, now=now) if soonest and soonest <= now else 0

    def _steps(self) -> int:
        with self._database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(TransitionRow)) or 0

    def _mails(self) -> int:
        with self._database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(DELIVERY)) or 0

    def _count(self, which: sa.ColumnElement[bool]) -> int:
        with self._database.reading() as session:
            return session.scalar(sa.select(sa.func.count()).where(which)) or 0
