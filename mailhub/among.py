"""Whether a column is one of many numbers: one value of the statement, however many they are.

SQLAlchemy's own way writes the statement anew for each count of them, which costs more than to find the rows.
"""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class _Numbers(TypeDecorator[Collection[int]]):
    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> str:
        listed = json.dumps(list(value or ()), separators=(",", ":"))
        return listed if dialect.name == "sqlite" else f"{{{listed[1:-1]}}}"


class _Among(FunctionElement[Any]):
    name = "among"
    type = sa.types.NULLTYPE  # a Boolean is compared with 1 on SQLite, which then uses no index
    inherit_cache = True


def among(column: sa.ColumnElement[int], name: str) -> sa.ColumnElement[bool]:
    """True where the column is one of the numbers that the statement is run with under this name."""
    return _Among(column, sa.bindparam(name, type_=_Numbers()))


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - the compiler wrote both


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY(CAST({numbers} AS BIGINT[]))"
