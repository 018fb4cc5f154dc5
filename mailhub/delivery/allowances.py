"""What the next hop lets us do now, kept in rows so that a restart and a second host know it: a rate, a rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import state
from mailhub.db.base import EPOCH, MICROSECOND
from mailhub.delivery import pacing
from mailhub.delivery.pacing import Spent
from mailhub.delivery.rows import insert_new
from mailhub.delivery.tables import MailClass
from mailhub.measures import Rate

_RATE = "delivery.rate"
_REST = "delivery.rest"
_STATE = cast(sa.Table, state.SiteState.__table__)


@dataclass(frozen=True, slots=True)
class Rest:
    """The next hop could not be reached so many times in a row, and is left alone until then."""

    until: datetime
    failures: int


def rest(session: Session) -> Rest | None:
    """The rest that was taken last; it may be over."""
    kept = state.get(session, _REST)
    return Rest(_instant(kept["until"]), kept["failures"]) if kept else None


def take_rest(session: Session, *, now: datetime) -> Rest:
    """Leave the next hop alone for a while, longer each time."""
    before = rest(session)
    failures = before.failures + 1 if before else 1
    taken = Rest(now + pacing.rest_after(failures), failures)
    state.put(session, _REST, {"until": _micros(taken.until), "failures": failures})
    return taken


def end_rest(session: Session) -> None:
    """The next hop takes mail again."""
    state.put(session, _REST, {})


def reserve(session: Session, rate: Rate | None, mail_class: MailClass, wanted: int, *, now: datetime) -> int:
    """Reckon up to so many mails against the rate, for all senders together; how many may be claimed."""
    if rate is None:
        return wanted
    spent = _lock(session)
    service = mail_class is MailClass.SERVICE
    granted = min(wanted, pacing.allowance(rate, spent, now, service=service))
    if granted:
        _keep_spent(session, rate, pacing.spend(rate, spent, granted, now))
    return granted


def give_back(session: Session, rate: Rate | None, count: int) -> None:
    """So many that were reckoned did not leave."""
    if rate is not None and count:
        _keep_spent(session, rate, pacing.give_back(_lock(session), count))


def forget_rate(session: Session) -> None:
    """There is no rate any more."""
    if state.get(session, _RATE):
        state.put(session, _RATE, {})


def allowed_at(session: Session, *, now: datetime, service: bool) -> datetime:
    """When the rest is over and the rate has room for such a mail; `now` or earlier when nothing stands in the way."""
    taken = rest(session)
    instants = [now, taken.until] if taken else [now]
    if kept := state.get(session, _RATE):
        rate = Rate(kept["count"], timedelta(microseconds=kept["per"]))
        instants.append(pacing.allowed_at(rate, _spent(kept), now, service=service))
    return max(instants)


def _lock(session: Session) -> Sequence[Spent]:
    """What was spent, which no other sender changes before this transaction ends."""
    session.connection().execute(insert_new(session, _STATE).values(name=_RATE, value={}))
    row = sa.select(_STATE.c.value).where(_STATE.c.name == _RATE).with_for_update()
    return _spent(session.connection().execute(row).scalar_one())


def _keep_spent(session: Session, rate: Rate, spent: Sequence[Spent]) -> None:
    state.put(session, _RATE, _rate_value(rate, spent))


def _rate_value(rate: Rate, spent: Sequence[Spent]) -> dict[str, Any]:
    parts = [[_micros(each.until), each.count] for each in spent]
    return {"count": rate.count, "per": rate.per // MICROSECOND, "spent": parts}


def _spent(kept: dict[str, Any]) -> tuple[Spent, ...]:
    return tuple(Spent(_instant(until), count) for until, count in kept.get("spent", ()))


def _micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def _instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)
