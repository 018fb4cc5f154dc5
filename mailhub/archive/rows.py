"""The archive's tables as statements want them, and inserts that may be repeated."""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub.archive.tables import Attachment, Blob, Picture, Post, PostReference, PostText, Raw, Thread

RAW = cast(sa.Table, Raw.__table__)
THREAD = cast(sa.Table, Thread.__table__)
POST = cast(sa.Table, Post.__table__)
REFERENCE = cast(sa.Table, PostReference.__table__)
TEXT = cast(sa.Table, PostText.__table__)
BLOB = cast(sa.Table, Blob.__table__)
ATTACHMENT = cast(sa.Table, Attachment.__table__)
PICTURE = cast(sa.Table, Picture.__table__)


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def insert_new(session: Session, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those whose key is not there yet."""
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    if rows:
        session.connection().execute(insert(table).on_conflict_do_nothing(), rows)


def insert_all(session: Session, table: sa.Table, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert them and say their ids, in the same order."""
    if not rows:
        return []
    statement = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(statement, rows).scalars())


def fetch(session: Session, statement: sa.Executable, **values: Any) -> Sequence[Any]:
    """All rows of a statement made once, which is several times cheaper than one made for each post."""
    return session.connection().execute(statement, values).all()


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a column is among the values that `fetch` is given under this name."""
    return column.in_(sa.bindparam(name, expanding=True))


def execute_many(session: Session, statement: sa.Executable, rows: Sequence[dict[str, Any]]) -> None:
    """Run one statement for each of these, if there are any."""
    if rows:
        session.connection().execute(statement, rows)


def slot(name: str) -> sa.BindParameter[Any]:
    """A value that each row of `execute_many` brings; the names of columns are SQLAlchemy's own here."""
    return sa.bindparam(f"b_{name}")
