"""Brings a database to this version: the one place that knows Alembic. Forward only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from mailhub.db.session import Database
from mailhub.errors import BadInput

SCRIPTS = Path(__file__).parent / "migrations"


def newest() -> str:
    """The revision of this release."""
    head = ScriptDirectory(str(SCRIPTS)).get_current_head()
    assert head is not None, "the release ships its migrations"
    return head


def current(database: Database) -> str | None:
    """The revision a database is at; None for an empty one."""
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def ensure(database: Database) -> None:
    """Make the tables of an empty database; raises BadInput when an older one must be upgraded first."""
    at = current(database)
    if at is None:
        upgrade(database)
    elif at != newest():
        raise BadInput(
            f"The database is at revision {at} and this release needs {newest()}. Make a backup, then run "
            "`mailhub db upgrade`."
        )


def upgrade(database: Database) -> tuple[str | None, str]:
    """Run every revision that is missing, all in one transaction; gives the revisions before and after."""
    before = current(database)
    with _own_connection(database) as connection:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, newest()


@contextmanager
def _own_connection(database: Database) -> Iterator[sa.Connection]:
    """On SQLite foreign keys are off, before the transaction begins: recreating a parent would delete its children."""
    if not database.is_sqlite:
        with database.writer.begin() as connection:
            yield connection
        return
    engine = sa.create_engine(make_url(database.url), poolclass=sa.pool.NullPool)
    sa.event.listen(engine, "connect", _without_foreign_keys)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        yield connection
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise BadInput(f"The migration would leave {len(broken)} rows without their parent; nothing was changed.")
    engine.dispose()


def _without_foreign_keys(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own would commit before each change of a table
    connection.execute("PRAGMA foreign_keys=OFF")
