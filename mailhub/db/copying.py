"""Copies a whole database while it is used, as it was at one moment, and fills an empty one from such a copy.

SQLite is copied page by page into a file; PostgreSQL table by table, each as its own COPY writes it. Full text is left
out there: a restored site reads its posts anew.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mailhub.db import migrate
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.errors import BadInput

Tell = Callable[[int, int], None]  # done, of; it may raise to cancel

_PAGES = 2_000  # of SQLite, between two looks whether anybody still waits
_CHUNK = 1024 * 1024
_ENDING = ".copy"
_READ_ANEW = "UPDATE post SET indexed_at = NULL"


def copy(database: Database, folder: Path, tell: Tell) -> None:
    """Write the rows as they are now into this empty folder."""
    if database.is_sqlite:
        _copy_sqlite(database, folder / "mailhub.db", tell)
    else:
        _copy_postgresql(database, folder, tell)


def fill(database: Database, folder: Path, tell: Tell) -> None:
    """Fill a PostgreSQL database without tables from a copy; it must be of this release."""
    if migrate.current(database) is not None:
        raise BadInput("The database holds a site already; name an empty one in [database] url.")
    migrate.upgrade(database)
    tables = _tables()
    with database.writer.begin() as connection:
        for number, table in enumerate(tables):
            tell(number, len(tables))
            path = folder / f"{table.name}{_ENDING}"
            with path.open("rb") as source, _copying(connection, f"{_quoted(table)} FROM STDIN") as into:
                while chunk := source.read(_CHUNK):
                    into.write(chunk)
            _count_on(connection, table)
        connection.exec_driver_sql(_READ_ANEW)


def _copy_sqlite(database: Database, target: Path, tell: Tell) -> None:
    with closing(database.reader.raw_connection()) as borrowed, closing(sqlite3.connect(target)) as copied:
        source = borrowed.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.execute("BEGIN")  # one moment, whatever is written meanwhile
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copied, pages=_PAGES, progress=lambda _state, left, of: tell(of - left, of))
        finally:
            source.execute("ROLLBACK")
        copied.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def _copy_postgresql(database: Database, folder: Path, tell: Tell) -> None:
    tables = _tables()
    with database.reader.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for number, table in enumerate(tables):
            tell(number, len(tables))
            path = folder / f"{table.name}{_ENDING}"
            with path.open("wb") as target, _copying(connection, f"{_quoted(table)} TO STDOUT") as rows:
                for chunk in rows:
                    target.write(chunk)


def _tables() -> list[sa.Table]:
    """Every table, parents first."""
    migrate.know_all_tables()
    return list(Base.metadata.sorted_tables)


@contextmanager
def _copying(connection: sa.Connection, what: str) -> Iterator[Any]:
    """The driver's own COPY of psycopg."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(f"COPY {what}") as stream:
        yield stream


def _quoted(table: sa.Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'"{table.name}" ({columns})'


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Let the ids of new rows follow those that came."""
    for column in table.primary_key:
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        if sequence is not None:
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            connection.execute(sa.select(sa.func.setval(sequence, highest, False)))
