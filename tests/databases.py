"""Empty databases for tests of rows: SQLite in a file, PostgreSQL in a schema of this run's own."""

import importlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

import mailhub
from mailhub.db.base import Base
from mailhub.db.session import Database

POSTGRES = os.environ.get("MAILHUB_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def know_all_tables() -> None:
    """Import every module that declares tables, so that the metadata is whole."""
    for path in sorted(Path(mailhub.__file__).parent.glob("*/tables.py")):
        importlib.import_module(f"mailhub.{path.parent.name}.tables")
    for name in ("versions", "state"):
        importlib.import_module(f"mailhub.db.{name}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table and no row; tests get a copy, since creating tables is slower than copying them."""
    know_all_tables()
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    Base.metadata.create_all(database.writer)
    database.close()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """The URL of a schema of our own with every table; dropped at the end."""
    schema = f"mailhub_test_{os.getpid()}_{worker_id}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    except sa.exc.OperationalError as error:
        _no_server(str(error.orig).strip().splitlines()[0])
    # Nothing here survives a power cut, so nothing waits for the disk.
    options = f"-csearch_path={schema} -csynchronous_commit=off"
    url = make_url(POSTGRES).update_query_dict({"options": options}).render_as_string(hide_password=False)
    know_all_tables()
    database = Database(url)
    Base.metadata.create_all(database.writer)
    database.close()
    yield url
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with every table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "mailhub.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        opened = Database(f"sqlite:///{path}")
        waits_for_no_disk(opened)
    else:
        opened = Database(request.getfixturevalue("postgres_url"))
        empty(opened)
    yield opened
    opened.close()


def waits_for_no_disk(database: Database) -> None:
    """No test of rows cuts the power of the machine."""
    for engine in {database.writer, database.reader}:
        sa.event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))


def empty(database: Database) -> None:
    """Take every row out and count ids from 1 again; ten times faster than TRUNCATE, which makes new files."""
    tables = list(reversed(Base.metadata.sorted_tables))
    ask = sa.union_all(*(sa.select(sa.literal(t.name)).where(sa.exists(sa.select(1).select_from(t))) for t in tables))
    with database.writer.begin() as connection:
        filled = set(connection.scalars(ask))
        for table in tables:
            if table.name in filled:
                connection.execute(table.delete())
        connection.exec_driver_sql(
            "SELECT setval(oid, 1, false) FROM pg_class"
            " WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace"
        )


def _no_server(reason: str) -> None:
    message = f"no PostgreSQL at MAILHUB_TEST_POSTGRES: {reason}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
