"""Statements that run for every mail: compiled once, since SQLAlchemy's way there costs more than they do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

_Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    blank: dict[str, Any] | list[Any]  # the constants, as the driver wants them, with room for the values
    converters: Sequence[tuple[str, Any, _Convert]]  # a value of the row, and where it goes: its name or its number

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        ready: Any = self.blank.copy()
        for name, place, convert in self.converters:
            ready[place] = row[name] if convert is None else convert(row[name])
        return tuple(ready) if isinstance(ready, list) else ready


def insert(table: sa.Table, *names: str) -> "Prepared":
    """An insert of these columns; the others get their defaults from the database."""
    return Prepared(sa.insert(table).values({name: sa.bindparam(name) for name in names}))


def insert_new(table: sa.Table, *names: str) -> "Prepared":
    """The same, which leaves rows alone whose key is there already."""
    return Prepared(
        {
            dialect.__name__.rpartition(".")[2]: dialect.insert(table)
            .values({name: sa.bindparam(name) for name in names})
            .on_conflict_do_nothing()
            for dialect in (sqlite, postgresql)
        }
    )


class Prepared:
    """One update or insert, run for many rows of values; values it does not name are passed over."""

    def __init__(self, statement: sa.Update | sa.Insert | Mapping[str, sa.Insert]) -> None:
        self._statement = statement  # or one for each dialect
        self._by_dialect: dict[str, _Compiled] = {}

    def run(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows it changed."""
        if not rows:
            return 0
        compiled = self._by_dialect.get(connection.dialect.name) or self._compile(connection.dialect)
        return connection.exec_driver_sql(compiled.text, [compiled.values(row) for row in rows]).rowcount

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement = self._statement if isinstance(self._statement, sa.Executable) else self._statement[dialect.name]
        made = statement.compile(dialect=dialect)
        assert isinstance(made, sa.sql.compiler.SQLCompiler)
        convert = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in made.binds.items()}
        fixed = {
            name: bind.value if (to := convert[name]) is None else to(bind.value)
            for name, bind in made.binds.items()
            if not bind.required
        }
        order = made.positiontup  # None where values go by name
        places = list(enumerate(order)) if order is not None else [(name, name) for name in made.binds]
        compiled = _Compiled(
            str(made),
            dict(fixed) if order is None else [fixed.get(name) for name in order],
            [(name, place, convert[name]) for place, name in places if name not in fixed],
        )
        self._by_dialect[dialect.name] = compiled
        return compiled
