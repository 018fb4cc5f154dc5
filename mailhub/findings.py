"""What is so of many people at once: their facts, read in one statement for a page of people."""

import math
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.among import among
from mailhub.facts import Fact, FactType

PAGE = 500  # people in one statement
_KEPT = 200  # statements, one for each set of facts that is asked for
# The ground knows no tables; named otherwise than the person a fact's own expression may read.
_ASKED = sa.table("person", sa.column("id", sa.BigInteger())).alias("asked")

_Read = tuple[sa.Select[Any], tuple[Fact, ...]]


def read(session: Session, facts: Collection[Fact], person_ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
    """For each of these people who is there, the value of each fact by its name; None: not known.

    Values have the type the fact promises, on both databases alike, as `conditions.holds` wants them.
    """
    statement, asked = _statement(tuple(sorted({(fact, fact.sql) for fact in facts}, key=lambda each: each[0].name)))
    ids, names = list(person_ids), [fact.name for fact in asked]
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(ids), PAGE):
        rows = session.connection().execute(statement, {"people": ids[start : start + PAGE]}).all()
        found |= {row[0]: dict(zip(names, map(_typed, asked, row[1:]), strict=True)) for row in rows}
    return found


# The expressions are part of the key: facts are compared by what they declare.
@lru_cache(maxsize=_KEPT)
def _statement(asked: tuple[tuple[Fact, Callable[..., Any]], ...]) -> _Read:
    facts = tuple(fact for fact, _ in asked)
    columns = [fact.sql(_ASKED.c.id).label(f"fact_{place}") for place, fact in enumerate(facts)]
    return sa.select(_ASKED.c.id, *columns).where(among(_ASKED.c.id, "people")), facts


def _typed(fact: Fact, value: Any) -> Any:
    """The value in the type its fact promises. Raises TypeError where its expression gives something else."""
    match fact.type, value:
        case _, None:
            return None
        case ((FactType.TEXT | FactType.CHOICE), Enum()):
            return str(value.value)
        case ((FactType.TEXT | FactType.CHOICE), str()):
            return value
        case FactType.FLAG, bool() | 0 | 1:
            return bool(value)
        case FactType.NUMBER, int() | float() | Decimal():
            return _number(value)
        case FactType.INSTANT, datetime() if value.tzinfo is not None:
            return value.astimezone(UTC)
        case FactType.DATE, date() if not isinstance(value, datetime):
            return value
    raise TypeError(f"the expression of {fact.name} gives {value!r}, which is no {fact.type}")


def _number(value: int | float | Decimal) -> int | Decimal | None:
    """An int where it is whole, whatever the database counts in; what is no number is not known."""
    if not math.isfinite(value):
        return None
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return int(exact) if exact == int(exact) else exact.normalize()
