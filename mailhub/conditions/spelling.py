"""A condition back in words, as `parser` reads them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from mailhub.conditions.nearby import GROUP
from mailhub.conditions.tree import (
    And,
    Comparison,
    Condition,
    Constant,
    Membership,
    Not,
    Or,
    Presence,
    Reach,
    Relative,
)
from mailhub.facts import Fact


def written(condition: Condition) -> str:
    """The words of this condition; reading them gives it back."""
    match condition:
        case Comparison(fact, operator, other):
            right = other.name if isinstance(other, Fact) else spelled(other)
            return f"{fact.name} {operator} {right}"
        case Membership(fact, _, Reach(km, place)):
            return f"{fact.name} within {spelled(km)} km of {place if place.startswith(GROUP) else spelled(place)}"
        case Membership(fact, among):
            return f"{fact.name} in ({', '.join(spelled(each) for each in among)})"
        case Presence(fact, known):
            return f"{fact.name} is {'known' if known else 'unknown'}"
        case Not(part):
            return f"not {_inside(part)}"
        case And(parts):
            return " and ".join(_inside(part) for part in parts)
        case Or(parts):
            return " or ".join(_inside(part) for part in parts)


def _inside(condition: Condition) -> str:
    text = written(condition)
    return f"({text})" if isinstance(condition, And | Or) else text


def spelled(value: Constant | Relative) -> str:
    """One constant, or one moment."""
    match value:
        case Relative(anchor, 0):
            return anchor
        case Relative(anchor, amount, unit):
            return f"{anchor} {'-' if amount < 0 else '+'} {abs(amount)} {unit}"
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
