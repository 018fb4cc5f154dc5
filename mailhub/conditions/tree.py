"""What a condition is, once read: comparisons of facts, joined by and, or and not.

Three rules make it total, and the same for one person and for many:

- What is not known compares as false, whatever the comparison: `x = 1`, `x != 1` and `x in (1)` are all false.
- `not` asks for the opposite comparison, so that it is false as well: `not x = 1` means `x != 1`, `not (a and b)` means
  `not a or not b`. Only `is known` and `is unknown` speak about what is not known.
- Text compares by code point, case and accents included; a choice and a flag are only equal or not.

A test may count from `now` or `today`; the evaluators take it once `timing` has put an instant or a date in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from mailhub.facts import Fact

Constant: TypeAlias = str | int | Decimal | bool | date | datetime


class Operator(StrEnum):
    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    MORE = ">"
    MORE_OR_EQUAL = ">="


class Anchor(StrEnum):
    """What a moment is counted from: an instant, or the site's calendar day."""

    NOW = "now"
    TODAY = "today"


class Unit(StrEnum):
    """As `timedelta` names them."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Relative:
    """A moment that moves on with the clock: `now - 30 days`, `today`.

    Beside an instant, `today` is the first instant of that day.
    """

    anchor: Anchor
    amount: int = 0  # below zero: back in time
    unit: Unit = Unit.DAYS


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact against a constant, a moment or another fact of its type."""

    fact: Fact
    operator: Operator
    other: Fact | Constant | Relative


@dataclass(frozen=True, slots=True)
class Reach:
    """So many km round a place, or round the place of a group (`list.orto`)."""

    km: Decimal
    place: str


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a fact is one of these constants; `reach`: they are what the places there are called."""

    fact: Fact
    among: tuple[Constant, ...]
    reach: Reach | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a fact is known at all; never unknown itself."""

    fact: Fact
    known: bool


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    parts: "tuple[Condition, ...]"


Test: TypeAlias = Comparison | Membership | Presence
Condition: TypeAlias = Test | Not | And | Or


def tests(condition: Condition) -> Iterator[Test]:
    """Every single test in the condition, in the order written."""
    match condition:
        case Not(part):
            yield from tests(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from tests(part)
        case _:
            yield condition


def depth(condition: Condition) -> int:
    """How many levels are inside one another; a test alone is none."""
    match condition:
        case Not(part):
            return 1 + depth(part)
        case And(parts) | Or(parts):
            return 1 + max(map(depth, parts), default=0)
        case _:
            return 0


def facts_of(condition: Condition) -> frozenset[Fact]:
    """All facts this condition looks at."""
    used = {test.fact for test in tests(condition)}
    others = (test.other for test in tests(condition) if isinstance(test, Comparison))
    return frozenset(used | {other for other in others if isinstance(other, Fact)})


def facts_used(condition: Condition) -> frozenset[str]:
    """Names of all facts this condition looks at."""
    used = {test.fact.name for test in tests(condition)}
    others = (test.other for test in tests(condition) if isinstance(test, Comparison))
    return frozenset(used | {other.name for other in others if isinstance(other, Fact)})
