"""Why a condition holds for somebody, or does not, in a line for each test that decided."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from mailhub.conditions.spelling import spelled, written
from mailhub.conditions.tree import Condition, Not
from mailhub.conditions.values import Reason, reasons
from mailhub.language import say


def explain(condition: Condition, values: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """The tests that decided, with what was found: «person.age >= 18 è vero: person.age è 40»."""
    return tuple(_line(reason, language) for reason in reasons(condition, values))


def _line(reason: Reason, language: str) -> str:
    key = "conditions.holds" if reason.held else "conditions.fails"
    test = written(reason.test if reason.wanted else Not(reason.test))
    return say(language, key, test=test, found=", ".join(_found(name, value, language) for name, value in reason.found))


def _found(name: str, value: Any, language: str) -> str:
    if value is None:
        return say(language, "conditions.unknown", fact=name)
    plain = spelled(value) if isinstance(value, str | bool | int | Decimal | date) else str(value)
    return say(language, "conditions.known", fact=name, value=plain)
