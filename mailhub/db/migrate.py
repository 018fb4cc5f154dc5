"""Brings a database to this version: the one place that knows Alembic. Forward only.

Alembic is imported where it is needed: a start only compares two revisions, and took a twelfth longer with it.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

import mailhub
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.errors import BadInput

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
BY_HAND = "post_search"  # full text is no table of the metadata
LOCK = 0x6D61696C687562  # an advisory lock of PostgreSQL: two processes never upgrade at once


def opened(url: str, *, on_commit: Callable[[str], None] | None = None) -> Database:
    """The database of this URL; raises BadInput where it cannot be reached."""
    shown = make_url(url).render_as_string()
    try:
        database = Database(url, on_commit=on_commit)
    except ModuleNotFoundError as fault:
        cure = "pip install 'mailhub[postgres]'" if fault.name == "psycopg" else "look at [database] url"
        raise BadInput(f"{shown}: the driver {fault.name} is not installed; {cure}") from fault
    try:
        with database.reader.connect():
            return database
    except sa.exc.DBAPIError as fault:
        database.close()
        said = " ".join(str(fault.orig).split())
        raise BadInput(f"{shown}: the database cannot be opened ({said}); look at [database] url") from fault


def newest() -> str:
    """The revision of this release."""
    [head] = _revisions().keys() - _revisions().values()
    return head


def current(database: Database) -> str | None:
    """The revision a database is at; None for an empty one."""
    with database.reader.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return revision


def ensure(database: Database) -> None:
    """Make the tables of an empty database; raises BadInput when it is of another release."""
    if current(database) is None:
        upgrade(database)
    complaint = behind(database)
    if complaint is not None:
        raise BadInput(complaint)


def behind(database: Database) -> str | None:
    """Why this release cannot work with the database, and what to do; None when it can."""
    at = current(database)
    if at is None or at == newest():
        return None
    if at not in _revisions():
        return f"The database is at revision {at}, which a newer release made; install that release."
    cure = "make a backup, then run `mailhub db upgrade`"
    return f"The database is at revision {at}, and this release needs {newest()}; {cure}."


def upgrade(database: Database) -> tuple[str | None, str]:
    """Run every revision that is missing, all in one transaction; gives the revisions before and after."""
    from alembic import command

    before = current(database)
    with _own_connection(database) as connection:
        command.upgrade(_config(connection), "head")
    return before, newest()


def draft(database: Database, message: str) -> None:
    """For developers: write the revision that leads from this upgraded database to the tables of the code."""
    from alembic import command

    know_all_tables()
    with _own_connection(database) as connection:
        number = f"{len(_revisions()) + 1:04d}"
        command.revision(_config(connection), message, autogenerate=True, rev_id=number)


def differences(database: Database) -> list[str]:
    """For tests: what an upgraded database has otherwise than the tables of the code."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    know_all_tables()
    with database.reader.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(BY_HAND)}
        context = MigrationContext.configure(connection, opts=options)
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def know_all_tables() -> None:
    """Import every module that declares tables, so that the metadata is whole."""
    for path in sorted(Path(mailhub.__file__).parent.glob("*/tables.py")):
        importlib.import_module(f"mailhub.{path.parent.name}.tables")
    for name in ("state", "versions"):
        importlib.import_module(f"mailhub.db.{name}")


@cache
def _revisions() -> Mapping[str, str | None]:
    """Every revision of this release, each with the one it follows, as its file says."""
    named = re.compile(r'^(?:down_)?revision = "?(\w+)"?$', re.MULTILINE)
    found = (named.findall(path.read_text()) for path in (SCRIPTS / "versions").glob("*.py"))
    return {revision: None if before == "None" else before for revision, before in found}


def _config(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Base.metadata
    return config


@contextmanager
def _own_connection(database: Database) -> Iterator[sa.Connection]:
    """On SQLite foreign keys are off, before the transaction begins: recreating a parent would delete its children."""
    if not database.is_sqlite:
        with database.writer.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            yield connection
        return
    engine = sa.create_engine(database.url, poolclass=sa.pool.NullPool)
    sa.event.listen(engine, "connect", _without_foreign_keys)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            yield connection
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise BadInput(
                    f"The migration would leave {len(broken)} rows without their parent; nothing was changed."
                )
    finally:
        engine.dispose()


def _without_foreign_keys(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own would commit before each change of a table
    connection.execute("PRAGMA foreign_keys=OFF")
