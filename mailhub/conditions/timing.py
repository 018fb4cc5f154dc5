"""What a condition that counts from now or today says at one moment, and when that changes by itself.

Days before `now` are 24 hours each, so that a moment never goes back; `today` is the calendar day of the zone, which is
the site's for everybody (decision 015).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mailhub.clock import at_local, local
from mailhub.conditions.moments import FARTHEST
from mailhub.conditions.tree import Anchor, And, Comparison, Condition, Not, Or, Relative, tests
from mailhub.conditions.values import holds
from mailhub.facts import FactType

_NEXT = timedelta(microseconds=1)  # no clock of ours tells less
_DAY = timedelta(days=1)


def is_timed(condition: Condition) -> bool:
    """Whether it counts from now or today, so that it may change while no fact does."""
    return any(isinstance(test, Comparison) and isinstance(test.other, Relative) for test in tests(condition))


def resolved(condition: Condition, now: datetime, zone: str) -> Condition:
    """The same condition with the instants and dates that its moments are now; what both evaluators judge."""
    if isinstance(condition, Comparison):  # isinstance: this is done for every reader, at every step
        if not isinstance(condition.other, Relative):
            return condition
        moment = _on_the_clock(condition.other, condition.fact.type, now, zone)
        return Comparison(condition.fact, condition.operator, moment)
    if isinstance(condition, Not):
        return Not(resolved(condition.part, now, zone))
    if isinstance(condition, And | Or):
        return type(condition)(tuple([resolved(part, now, zone) for part in condition.parts]))
    return condition


def _on_the_clock(moment: Relative, beside: FactType, now: datetime, zone: str) -> date | datetime:
    if moment.anchor is Anchor.NOW:
        return now.astimezone(UTC) + _length(moment)
    day = local(now, zone).date() + _length(moment)
    return day if beside is FactType.DATE else at_local(day, time(), zone)


def _length(moment: Relative) -> timedelta:
    return timedelta(**{moment.unit: moment.amount})


def flips(condition: Condition, values: Mapping[str, Any], now: datetime, zone: str) -> datetime | None:
    """The next instant after `now` at which it turns true or false for these facts while none of them changes.

    None: not in a hundred years. Between the two nothing needs to look again, but where a fact changes.
    """
    held = holds(resolved(condition, now, zone), values)
    turns = {turn for test in tests(condition) for turn in _turns(test, values, zone)}
    for turn in sorted(turn for turn in turns if now < turn <= now + FARTHEST):
        if holds(resolved(condition, turn, zone), values) is not held:
            return turn
    return None


def _turns(test: Condition, values: Mapping[str, Any], zone: str) -> Iterator[datetime]:
    """The instants at which the moment of a test reaches the fact, and goes past it."""
    if not (isinstance(test, Comparison) and isinstance(test.other, Relative)):
        return
    found, length = values.get(test.fact.name), _length(test.other)
    if found is None:
        return
    with suppress(OverflowError):  # beyond the calendar, and so not in a hundred years
        if test.other.anchor is Anchor.NOW:
            yield found.astimezone(UTC) - length
            yield found.astimezone(UTC) - length + _NEXT
        else:
            day = local(found, zone).date() if isinstance(found, datetime) else found
            yield at_local(day - length, time(), zone)
            yield at_local(day - length + _DAY, time(), zone)
