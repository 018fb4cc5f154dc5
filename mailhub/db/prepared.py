"""Statements that run for every mail: compiled once, since SQLAlchemy's way there costs more than they do."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

_Convert = Callable[[Any], Any] | None
_Row = sa.Update | sa.Insert | Mapping[str, sa.Insert]  # a statement for one row; or one for each dialect
_ROWS = "rows"


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
    one = sa.insert(table).values({name: sa.bindparam(name) for name in names})
    return Prepared(one, names, lambda: _insert_all(table, names))


def insert_new(table: sa.Table, *names: str) -> "Prepared":
    """The same, which leaves rows alone whose key is there already."""
    bound: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    one = {
        "sqlite": sqlite.insert(table).values(bound).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(table).values(bound).on_conflict_do_nothing(),
    }
    return Prepared(one, names, lambda: _insert_all(table, names).on_conflict_do_nothing())


def update(table: sa.Table, keys: Mapping[str, str], *names: str) -> "Prepared":
    """An update of these columns where each of the keys, a column and the name of its value, fits."""
    one = sa.update(table).where(*(table.c[column] == sa.bindparam(name) for column, name in keys.items()))
    one = one.values({name: sa.bindparam(name) for name in names})
    return Prepared(one, (*keys.values(), *names), lambda: _update_all(table, keys, names))


def _insert_all(table: sa.Table, names: Sequence[str]) -> postgresql.Insert:
    given = _given({name: table.c[name] for name in names})
    return postgresql.insert(table).from_select(names, sa.select(*given.c), include_defaults=False)


def _update_all(table: sa.Table, keys: Mapping[str, str], names: Sequence[str]) -> sa.Update:
    given = _given({name: table.c[column] for column, name in keys.items()} | {name: table.c[name] for name in names})
    fits = (table.c[column] == given.c[name] for column, name in keys.items())
    return sa.update(table).where(*fits).values({name: given.c[name] for name in names})


def _given(columns: Mapping[str, sa.Column[Any]]) -> Any:
    """Many rows as PostgreSQL takes them at a third of the cost: as one value."""
    named = [sa.column(name, column.type) for name, column in columns.items()]
    rows = sa.cast(sa.bindparam(_ROWS, type_=sa.Text), postgresql.JSON)
    return sa.func.json_to_recordset(rows).table_valued(*named).render_derived(name="given", with_types=True)


def _as_json(value: object) -> object:
    """What PostgreSQL reads back from JSON as the type of its column."""
    match value:
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a datetime without a time zone reached the database")
            return value.isoformat()
        case date():
            return value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
        case Enum():
            return value.value
    raise TypeError(f"{type(value).__name__} cannot be written in JSON")


class Prepared:
    """One update or insert, run for many rows of values; values it does not name are passed over."""

    def __init__(
        self, one: _Row, names: Sequence[str] = (), many: Callable[[], sa.Update | sa.Insert] | None = None
    ) -> None:
        self._one = one
        self._names = names
        self._many = many  # rows, on PostgreSQL; made when every table is known
        self._compiled: dict[str, _Compiled] = {}
        self._many_compiled = ""

    def run(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows it changed."""
        if not rows:
            return 0
        dialect = connection.dialect
        if self._many is not None and dialect.name == "postgresql" and len(rows) > 1:
            self._many_compiled = self._many_compiled or str(self._many().compile(dialect=dialect))
            given = [{name: row[name] for name in self._names} for row in rows]
            asked = {_ROWS: json.dumps(given, default=_as_json)}
            return connection.exec_driver_sql(self._many_compiled, asked).rowcount
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        return connection.exec_driver_sql(compiled.text, [compiled.values(row) for row in rows]).rowcount

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement = self._one if isinstance(self._one, sa.Executable) else self._one[dialect.name]
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
        compiled = self._compiled[dialect.name] = _Compiled(
            str(made),
            dict(fixed) if order is None else [fixed.get(name) for name in order],
            [(name, place, convert[name]) for place, name in places if name not in fixed],
        )
        return compiled
