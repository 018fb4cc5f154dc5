"""Why a condition holds for somebody, or does not, in a line for each test that decided."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mailhub.clock import local
from mailhub.conditions.spelling import spelled, written
from mailhub.conditions.timing import resolved
from mailhub.conditions.tree import Comparison, Condition, Not, Relative, Test, tests
from mailhub.conditions.values import Reason, reasons
from mailhub.language import say


def explain(
    condition: Condition, values: Mapping[str, Any], language: str, *, now: datetime, zone: str
) -> tuple[str, ...]:
    """The tests that decided, with what was found: «person.age >= 18 è vero: person.age è 40».

    A test that counts from now or today says the instant or the date that was; instants are told in the zone.
    """
    judged = resolved(condition, now, zone)
    as_written = dict(zip(tests(judged), tests(condition), strict=True))
    return tuple(_line(reason, as_written[reason.test], language, zone) for reason in reasons(judged, values))


def _line(reason: Reason, test: Test, language: str, zone: str) -> str:
    key = "conditions.holds" if reason.held else "conditions.fails"
    words = written(test if reason.wanted else Not(test))
    found = ", ".join(_found(name, value, language, zone) for name, value in _seen(reason, test))
    return say(language, key, test=words, found=found)


def _seen(reason: Reason, test: Test) -> Iterator[tuple[str, Any]]:
    """Everything that was looked at: facts and, where it is counted from now or today, the moment."""
    yield from reason.found
    if isinstance(test, Comparison) and isinstance(reason.test, Comparison) and isinstance(test.other, Relative):
        yield spelled(test.other), reason.test.other


def _found(name: str, value: Any, language: str, zone: str) -> str:
    if value is None:
        return say(language, "conditions.unknown", fact=name)
    if isinstance(value, datetime):
        plain = local(value, zone).isoformat(timespec="minutes")
    else:
        plain = spelled(value) if isinstance(value, str | bool | int | Decimal | date) else str(value)
    return say(language, "conditions.known", fact=name, value=plain)
