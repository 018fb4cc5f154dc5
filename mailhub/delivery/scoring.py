"""How much bounces weigh against a mailbox, and when they say more of a mailing than of the mailboxes. Pure.

Mailman's rule (D-63): a hard bounce counts one, a soft one half, a day no more than once; a quiet week forgets all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailhub.mail.reports.verdicts import Verdict

WEIGHTS = {Verdict.HARD: 1.0, Verdict.SOFT: 0.5, Verdict.UNKNOWN: 0.5, Verdict.POLICY: 0.0}
STALE_AFTER = timedelta(days=7)
TOO_MUCH = 5.0
FEWEST = 4  # refusals that can stop a mailing
MANY, SHARE = 20, 5  # or this many, and one in five


@dataclass(frozen=True, slots=True)
class Event:
    """One bounce."""

    at: datetime
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Score:
    """What has gathered, and since when."""

    total: float
    since: datetime | None

    @property
    def is_too_much(self) -> bool:
        return self.total >= TOO_MUCH


def score(events: Iterable[Event], now: datetime) -> Score:
    """The present score: what happened before a week without any bounce is forgotten."""
    total, since = 0.0, None
    last: datetime | None = None
    days: dict[date, float] = {}
    for event in sorted(events, key=lambda one: one.at):
        weight = WEIGHTS[event.verdict]
        if not weight or event.at > now:
            continue
        if last is not None and event.at - last > STALE_AFTER:
            days, since = {}, None
        last, since = event.at, since or event.at
        days[event.at.date()] = max(days.get(event.at.date(), 0.0), weight)
    if last is None or now - last > STALE_AFTER:
        return Score(0.0, None)
    total = sum(days.values())
    return Score(total, since)


def is_broken(went: int, refused: int) -> bool:
    """Whether a mailing comes back from everywhere: half of a few, or a fifth of many. `refused` are among `went`."""
    if refused < FEWEST:
        return False
    return 2 * refused >= went or (refused >= MANY and SHARE * refused >= went)
