"""Alembic's environment: runs on the connection that `db/migrate.py` hands over."""

from typing import Any, Literal

from alembic import context

from mailhub.db.base import BigInt, UtcDateTime
from mailhub.faults import Point, point


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our own types by their names in a drafted revision."""
    known = "UtcDateTime()" if isinstance(item, UtcDateTime) else "BigInt" if item is BigInt else ""
    if kind != "type" or not known:
        return False
    autogen.imports.add(f"from mailhub.db.base import {known.removesuffix('()')}")
    return known


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    transactional_ddl=True,
    on_version_apply=lambda **_step: point(Point.MIGRATION_STEP),
)
with context.begin_transaction():
    context.run_migrations()
