"""Judges a condition for one person, whose facts are values at hand."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from mailhub.conditions.tree import (
    And,
    Condition,
    Membership,
    Not,
    Operator,
    Or,
    Presence,
    Relative,
    Test,
    facts_used,
)
from mailhub.facts import Fact

_COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: eq,
    Operator.UNEQUAL: ne,
    Operator.LESS: lt,
    Operator.LESS_OR_EQUAL: le,
    Operator.MORE: gt,
    Operator.MORE_OR_EQUAL: ge,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One test that decided; under `not` it is the opposite test that was `wanted`, and held or did not."""

    test: Test
    wanted: bool
    held: bool
    found: tuple[tuple[str, Any], ...]  # each fact it looked at, with its value; None: not known


def holds(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Whether the condition holds for these facts, by name; a fact that is missing is not known.

    Raises ValueError where it still counts from now or today: see `timing.resolved`.
    """
    return _holds(condition, values, wanted=True)


def _holds(condition: Condition, values: Mapping[str, Any], *, wanted: bool) -> bool:
    """Whether the condition holds or, when it is not wanted, whether its opposite does: both may be false."""
    if isinstance(condition, Not):  # isinstance: patterns cost twice as much, and this is done for every reader
        return _holds(condition.part, values, wanted=not wanted)
    if isinstance(condition, And | Or):
        every = isinstance(condition, And) is wanted
        return (all if every else any)(_holds(part, values, wanted=wanted) for part in condition.parts)
    return _judge(condition, values) is wanted


def reasons(condition: Condition, values: Mapping[str, Any]) -> tuple[Reason, ...]:
    """The tests that decided: all of those that had to hold, or the first that sufficed."""
    return _reasons(condition, values, wanted=True)


def _reasons(condition: Condition, values: Mapping[str, Any], *, wanted: bool) -> tuple[Reason, ...]:
    match condition:
        case Not(part):
            return _reasons(part, values, wanted=not wanted)
        case And(parts) | Or(parts):
            every = isinstance(condition, And) is wanted
            result = _holds(condition, values, wanted=wanted)
            if every is not result:  # one part was enough
                parts = tuple(part for part in parts if _holds(part, values, wanted=wanted) is result)[:1]
            return tuple(reason for part in parts for reason in _reasons(part, values, wanted=wanted))
        case _:
            held = _judge(condition, values) is wanted
            looked_at = [condition.fact.name, *sorted(facts_used(condition) - {condition.fact.name})]
            return (Reason(condition, wanted, held, tuple((name, values.get(name)) for name in looked_at)),)


def _judge(test: Test, values: Mapping[str, Any]) -> bool | None:
    """Whether this one test holds; None when it speaks about what is not known."""
    found = _value(test.fact, values)
    if isinstance(test, Presence):
        return (found is not None) is test.known
    if found is None:
        return None
    if isinstance(test, Membership):
        return found in test.among
    if isinstance(test.other, Relative):
        raise ValueError(f"{test.other.anchor} is no instant yet: resolve the condition first")
    other = _value(test.other, values) if isinstance(test.other, Fact) else test.other
    return None if other is None else bool(_COMPARE[test.operator](found, other))


def _value(fact: Fact, values: Mapping[str, Any]) -> Any:
    found = values.get(fact.name)
    if isinstance(found, float):  # 0.1 means 0.1 here, as it does in the database
        return Decimal(repr(found)) if math.isfinite(found) else None
    return found
