"""Looks at several rows in one statement, compiled once: the way to the database and back costs more than each look."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

_Convert = Callable[[Any], Any] | None


class Looks:
    """What each of these statements finds: a single value, None where there is none. They have no values to fill in."""

    def __init__(self, *statements: sa.Select[Any]) -> None:
        self._statement = sa.select(*(each.scalar_subquery() for each in statements))
        self._by_dialect: dict[str, tuple[str, Sequence[_Convert]]] = {}

    def take(self, session: Session) -> Sequence[Any]:
        """Look, within this transaction."""
        if not self._statement.selected_columns:
            return []
        connection = session.connection()
        text, converters = self._by_dialect.get(connection.dialect.name) or self._compile(connection.dialect)
        found = connection.exec_driver_sql(text).one()
        return [value if to is None else to(value) for value, to in zip(found, converters, strict=True)]

    def _compile(self, dialect: Dialect) -> tuple[str, Sequence[_Convert]]:
        text = str(self._statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        types = [column.type.dialect_impl(dialect) for column in self._statement.selected_columns]
        compiled = text, [each.result_processor(dialect, None) for each in types]
        self._by_dialect[dialect.name] = compiled
        return compiled
