"""Whether a column is one of many numbers, or texts: one value of the statement, however many they are.

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


class _Texts(TypeDecorator[Collection[str]]):
    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> str:  # noqa: ARG002
        return json.dumps(list(value or ()), ensure_ascii=False, separators=(",", ":"))


class _Among(FunctionElement[Any]):
    name = "among"
    type = sa.types.NULLTYPE  # a Boolean is compared with 1 on SQLite, which then uses no index
    inherit_cache = True


class _AmongTexts(FunctionElement[Any]):
    name = "among_texts"
    type = sa.types.NULLTYPE
    inherit_cache = True


def among(column: sa.ColumnElement[int], name: str) -> sa.ColumnElement[bool]:
    """True where the column is one of the numbers that the statement is run with under this name."""
    return _Among(column, sa.bindparam(name, type_=_Numbers()))


def among_texts(column: sa.ColumnElement[str], texts: Collection[str]) -> sa.ColumnElement[bool]:
    """True where the column is one of these texts, letter by letter."""
    return _AmongTexts(column, sa.literal(texts, _Texts()))


@compiles(_Among, "sqlite")
@compiles(_AmongTexts, "sqlite")
def _on_sqlite(element: FunctionElement[Any], compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - the compiler wrote both


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, numbers = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY(CAST({numbers} AS BIGINT[]))"


@compiles(_AmongTexts, "postgresql")
def _texts_on_postgresql(element: _AmongTexts, compiler: SQLCompiler, **options: Any) -> str:
    column, texts = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT jsonb_array_elements_text(CAST({texts} AS JSONB)))"
