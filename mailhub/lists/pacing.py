"""What becomes of a message in a conversation whose pace a moderator has decided about: pure rules over who wrote when.

Everybody is under the same rule, whoever moderates too. Nothing looks at what a message says.

- Closed: nobody writes in it.
- Two voices: the two named write, in turn; everybody else hears it back when that is over.
- Mediation: the two who talk about it in private do not write in it meanwhile.
- Slow: one message a person in so many hours, the rest leave by themselves.
- By letter only: anybody writes; how it reaches people is decided elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailhub.lists.tables import Tool


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision about one conversation, as far as it decides about messages."""

    tool: Tool
    until: datetime | None = None  # none: for good
    every: timedelta = timedelta()  # slow: between two messages of one person
    people: frozenset[int] = field(default=frozenset())  # voices, mediation: the two
    since: datetime | None = None  # voices: from then on they take turns

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation that has gone out, or has its time."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Goes:
    """It goes to the group now."""


@dataclass(frozen=True, slots=True)
class Waits:
    """It leaves by itself then; earlier where what it waits for happens."""

    until: datetime
    rule: Rule


@dataclass(frozen=True, slots=True)
class Back:
    """It does not go out; it is kept, and offered back to its writer when the rule ends."""

    rule: Rule


Ruling = Goes | Waits | Back


def judge(rules: Iterable[Rule], author: int, said: Sequence[Said], now: datetime) -> Ruling:
    """What becomes of a message that this author sends now; `said`: those before it, in any order."""
    holding = [rule for rule in rules if rule.holds(now)]
    for rule in holding:
        if _is_shut(rule, author):
            return Back(rule)
    waits = [waits for rule in holding if (waits := _waits(rule, author, said, now)) is not None]
    return max(waits, key=lambda one: one.until) if waits else Goes()


def _is_shut(rule: Rule, author: int) -> bool:
    match rule.tool:
        case Tool.CLOSED:
            return True
        case Tool.VOICES:
            return author not in rule.people
        case Tool.MEDIATION:
            return author in rule.people
    return False


def _waits(rule: Rule, author: int, said: Sequence[Said], now: datetime) -> Waits | None:
    match rule.tool:
        case Tool.SLOW:
            last = max((one.at for one in said if one.by == author), default=None)
            if last is not None and last + rule.every > now:
                return Waits(min(last + rule.every, rule.until or last + rule.every), rule)
        case Tool.VOICES if rule.until is not None:
            turns = [one for one in said if one.by in rule.people and (rule.since is None or one.at >= rule.since)]
            latest = max(turns, key=lambda one: one.at, default=None)
            if latest is not None and latest.by == author:
                return Waits(rule.until, rule)
    return None
