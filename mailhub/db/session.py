"""Opens the database and hands out short transactions; the one place that knows SQLite's manners."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import LRUCache

from mailhub.clock import Clock

_MOST_COMPILED = 2_000  # statements
_RESTS = 1.0  # seconds; a server that restarts takes longer
_seconds = Clock().monotonic
_COMPILED: dict[tuple[str, str | None, int | None], tuple[Dialect, Any]] = {}

BELLS = "bells"
ROWS = "rows"


class Database:
    """Writers and readers of one database.

    SQLite has one writer connection, which also checkpoints (versions before 3.51.3 can damage a WAL that two
    connections reset at once); others wait for it in turn. Readers cannot write.
    """

    def __init__(self, url: str, *, readers: int = 8, on_commit: Callable[[str], None] | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.on_commit = on_commit or (lambda _kind: None)
        if self.is_sqlite:
            self.writer = _sqlite(url, size=1, query_only=False)
            self.reader = _sqlite(url, size=readers, query_only=True)
        else:
            self.writer = self.reader = _postgresql(url, readers)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits when the block ends well, then rings the bells that `ring` noted in it."""
        session = Session(self.writer, expire_on_commit=False)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
        for kind in sorted(session.info.get(BELLS, ())):
            self.on_commit(kind)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, at one moment of the database; what it loaded may be used afterwards."""
        session = Session(self.reader, expire_on_commit=False, autoflush=False)
        try:
            yield session
        finally:
            session.expunge_all()
            session.rollback()
            session.close()

    def checkpoint(self) -> None:
        """Fold the write-ahead log back into the file; a no-op on PostgreSQL."""
        if not self.is_sqlite:
            return
        connection = self.writer.raw_connection()  # outside a transaction, which would lock its own log
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


@event.listens_for(Session, "loaded_as_persistent")
def _hold(session: Session, row: object) -> None:
    """Rows read once stay known for the whole transaction; by itself a session forgets what nobody holds."""
    session.info.setdefault(ROWS, []).append(row)


def ring(session: Session, kind: str) -> None:
    """Wake the workers of this kind once the transaction has committed."""
    session.info.setdefault(BELLS, set()).add(kind)


def _engine(url: str, **settings: Any) -> Engine:
    """An engine; what is compiled of statements it shares with all that are made after the first has connected to the
    server: half of the work of a database that lives for a moment.

    SQLAlchemy keeps that by dialect, of which each engine would have one of its own, and knows a server once connected.
    """
    compiled = LRUCache[Any, Any](_MOST_COMPILED)
    made = sa.create_engine(url, execution_options={"compiled_cache": compiled}, **settings)
    server = (made.url.drivername, made.url.host, made.url.port)
    if server in _COMPILED:
        dialect, compiled = _COMPILED[server]
        return Engine(made.pool, dialect, made.url, execution_options={"compiled_cache": compiled})
    event.listen(made, "connect", lambda *_: _COMPILED.setdefault(server, (made.dialect, compiled)), once=True)
    return made


def _sqlite(url: str, *, size: int, query_only: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=120,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    event.listen(engine, "connect", lambda connection, _record: _manners(connection, query_only))
    event.listen(engine, "begin", lambda connection: _begin(connection, query_only))
    return engine


def _postgresql(url: str, size: int) -> Engine:
    engine = _engine(url, pool_size=size, max_overflow=size)
    event.listen(engine, "connect", lambda connection, _record: _plans_anew(connection))
    event.listen(engine, "checkin", lambda _, record: record.info.update(rests_since=_seconds()))
    event.listen(engine, "checkout", lambda connection, record, _: _wake(engine.dialect, connection, record.info))
    return engine


def _plans_anew(connection: Any) -> None:
    """No plan is kept: one made while a table was small reads all of it for a minute after it has grown."""
    connection.execute("SET plan_cache_mode = force_custom_plan")
    connection.commit()


def _wake(dialect: Dialect, connection: Any, info: dict[str, Any]) -> None:
    """A connection that has rested may have lost its server; before every transaction the question costs a tenth."""
    if _seconds() - info.get("rests_since", _seconds()) <= _RESTS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as fault:
        raise sa.exc.InvalidatePoolError from fault  # all are opened anew


def _manners(connection: Any, query_only: bool) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    if query_only:
        cursor.execute("PRAGMA query_only=ON")
        cursor.execute("PRAGMA wal_autocheckpoint=0")
    cursor.close()


def _begin(connection: sa.Connection, query_only: bool) -> None:
    # A deferred transaction that reads and then writes fails at once when another wrote in between.
    connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")
