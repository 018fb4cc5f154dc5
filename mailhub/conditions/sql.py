"""Judges a condition for many people at once, as one SQL expression that agrees with `values`."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from mailhub.among import among_texts
from mailhub.conditions.tree import (
    And,
    Comparison,
    Condition,
    Constant,
    Membership,
    Not,
    Operator,
    Or,
    Presence,
    Relative,
    Test,
)
from mailhub.facts import SHORT, Fact, FactType

_OPPOSITE = {
    Operator.EQUAL: Operator.UNEQUAL,
    Operator.LESS: Operator.MORE_OR_EQUAL,
    Operator.MORE: Operator.LESS_OR_EQUAL,
}
_OPPOSITE |= {other: one for one, other in _OPPOSITE.items()}
_CONSTANT_TYPES: dict[FactType, sa.types.TypeEngine[Any]] = {
    FactType.TEXT: sa.Text(),
    FactType.CHOICE: sa.Text(),
    FactType.FLAG: sa.Boolean(),
}


class _ByCodePoint(FunctionElement[str]):
    """Text compared as Python compares it, whatever the collation of the database or the column."""

    type = sa.Text()
    inherit_cache = True


@compiles(_ByCodePoint, "sqlite")
def _binary(element: _ByCodePoint, compiler: SQLCompiler, **options: Any) -> str:
    return f"(CAST({compiler.process(element.clauses, **options)} AS TEXT) COLLATE BINARY)"


@compiles(_ByCodePoint, "postgresql")
def _c(element: _ByCodePoint, compiler: SQLCompiler, **options: Any) -> str:
    return f'(CAST({compiler.process(element.clauses, **options)} AS TEXT) COLLATE "C")'


def where(condition: Condition, person_id: ColumnElement[int], *, whole: bool = False) -> ColumnElement[bool]:
    """For a WHERE over people: true for those for whom the condition holds.

    `whole`: everybody is asked at once, not a page of them, so that who lives where is looked up by place.

    For the others it is false or null; so negate the condition (`Not`), never this expression. Raises ValueError where
    it still counts from now or today: see `timing.resolved`.
    """
    return _where(condition, person_id, wanted=True, whole=whole)


def _where(condition: Condition, person: ColumnElement[int], *, wanted: bool, whole: bool) -> ColumnElement[bool]:
    match condition:
        case Not(part):
            return _where(part, person, wanted=not wanted, whole=whole)
        case And(parts) | Or(parts):
            every = isinstance(condition, And) is wanted
            # Of most people most is not known: where that suffices, it is looked at first, and nothing after it.
            ordered = parts if every else sorted(parts, key=lambda part: not isinstance(part, Presence))
            inner = [_where(part, person, wanted=wanted, whole=whole) for part in ordered]
            return sa.and_(sa.true(), *inner) if every else sa.or_(sa.false(), *inner)
        case Membership(fact, among, reach) if whole and wanted and reach is not None and fact.having is not None:
            named = [str(each) for each in among if len(str(each)) <= SHORT]
            return person.in_(fact.having(lambda column: among_texts(column, named)))
        case _:
            return _test(condition, person, wanted=wanted)


def _test(test: Test, person: ColumnElement[int], *, wanted: bool) -> ColumnElement[bool]:
    found = _expression(test.fact, person)
    match test:
        case Presence(known=known):
            return found.is_not(None) if known is wanted else found.is_(None)
        case Membership(_, among, reach) if reach is not None:
            inside = among_texts(found, [str(each) for each in among])
            return inside if wanted else sa.not_(inside)
        case Membership(fact, among):
            values = [_bound(value, fact, found) for value in among]
            return found.in_(values) if wanted else found.not_in(values)
        case Comparison(fact, operator, other):
            right = _right(other, fact, found, person)
            return _compared(found, operator if wanted else _OPPOSITE[operator], right)


def _right(
    other: Fact | Constant | Relative, fact: Fact, beside: ColumnElement[Any], person: ColumnElement[int]
) -> ColumnElement[Any]:
    match other:
        case Fact():
            return _expression(other, person)
        case Relative():
            raise ValueError(f"{other.anchor} is no instant yet: resolve the condition first")
        case _:
            return _bound(other, fact, beside)


def _compared(left: ColumnElement[Any], operator: Operator, right: ColumnElement[Any]) -> ColumnElement[bool]:
    match operator:
        case Operator.EQUAL:
            return left == right
        case Operator.UNEQUAL:
            return left != right
        case Operator.LESS:
            return left < right
        case Operator.LESS_OR_EQUAL:
            return left <= right
        case Operator.MORE:
            return left > right
        case Operator.MORE_OR_EQUAL:
            return left >= right


def _expression(fact: Fact, person: ColumnElement[int]) -> ColumnElement[Any]:
    expression = fact.sql(person)
    return _ByCodePoint(expression) if fact.type in (FactType.TEXT, FactType.CHOICE) else expression


def _bound(value: Constant, fact: Fact, beside: ColumnElement[Any]) -> ColumnElement[Any]:
    """The constant as a parameter; a date and an instant take the type of the column they are compared with."""
    if fact.type is FactType.NUMBER:
        return sa.literal(value, sa.Numeric(asdecimal=False) if isinstance(value, Decimal) else sa.BigInteger())
    return sa.literal(value, _CONSTANT_TYPES.get(fact.type, beside.type))
