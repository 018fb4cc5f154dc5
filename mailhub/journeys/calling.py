"""Calls to other systems: claimed, made outside any transaction, written down; tried again for up to a day.

A call is signed as Standard Webhooks has it (standardwebhooks.com): HMAC-SHA256 over its id, the time and its body. The
id is the same at every try, so that whoever is called can tell a repeat from a second call.
"""

import base64
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.clock import Clock
from mailhub.db.session import Database
from mailhub.faults import Point, point
from mailhub.fetching import NotFetched, Reply
from mailhub.journeys import rows
from mailhub.journeys.running import Runner
from mailhub.journeys.state import Called, Phase
from mailhub.journeys.tables import CallRow
from mailhub.site import Site
from mailhub.tokens import Keys
from mailhub.verbs import Verbs

log = logging.getLogger("mailhub.journeys")

PAGE = 10  # calls claimed at once
LEASE = timedelta(minutes=5)  # by the real clock; ten calls of ten seconds each take less than two
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 720))  # together less than a day
SAID = 200  # characters of an answer that are kept
GONE_ON = "the way has gone on"
_CALL = cast(sa.Table, CallRow.__table__)
_OPEN = (CallRow.due_at.is_not(None), CallRow.lease_until.is_(None))
_GONE = 410  # whoever answers so wants no more of them


class Posts(Protocol):
    """Hands something in, as `fetching.Fetcher` does. Raises NotFetched."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try."""

    worked: bool
    status: int | None
    said: str
    for_good: bool = False  # trying again is of no use


class Caller:
    """Makes the calls that are due; fit for one thread of its own."""

    def __init__(self, database: Database, site: Site, verbs: Verbs, clock: Clock, posts: Posts) -> None:
        self._database, self._site, self._verbs, self._clock, self._posts = database, site, verbs, clock, posts

    def work(self) -> int:
        """Make a page of the calls that are due; how many."""
        claimed = self._claimed()
        for call in claimed:
            outcome = self._try(call)
            point(Point.CALL_ANSWERED)
            with self._database.transaction() as session:
                self._record(session, call, outcome)
        return len(claimed)

    def _claimed(self) -> Sequence[CallRow]:
        now, real = self._clock.now(), self._clock.real()
        with self._database.reading() as session:
            if not waits(session, now=now, real=real):
                return []
        free = sa.or_(CallRow.lease_until.is_(None), CallRow.lease_until <= real)
        wanted = sa.select(CallRow).where(CallRow.due_at.is_not(None), CallRow.due_at <= now, free)
        with self._database.transaction() as session:
            due = session.scalars(wanted.order_by(CallRow.due_at).limit(PAGE).with_for_update(skip_locked=True)).all()
            for call in due:
                call.lease_until, call.attempts = real + LEASE, call.attempts + 1
        return due

    def _try(self, call: CallRow) -> Outcome:
        body = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        try:
            reply = self._posts.post(call.url, body, headers(self._site.keys, call, body, self._clock.real()))
        except NotFetched as fault:
            return Outcome(False, None, str(fault), fault.for_good)
        said = reply.body[: SAID * 4].decode(errors="replace").replace("\0", "")
        return Outcome(200 <= reply.status < 300, reply.status, said, reply.status == _GONE)

    def _record(self, session: Session, call: CallRow, outcome: Outcome) -> None:
        """Write down what came of it; where another has taken the call over meanwhile, that one's word counts."""
        now = self._clock.now()
        retry = None if outcome.worked or outcome.for_good else next_try(call, now)
        mine = sa.update(_CALL).where(_CALL.c.id == call.id, _CALL.c.lease_until == call.lease_until)
        kept = {"status": outcome.status, "said": outcome.said[:SAID], "due_at": retry, "lease_until": None}
        if session.connection().execute(mine.values(**kept)).rowcount != 1:
            return
        log.info("call=%d attempt=%d status=%s worked=%s", call.id, call.attempts, outcome.status, outcome.worked)
        if retry is None:
            self._tell(session, call, outcome.worked, now)

    def _tell(self, session: Session, call: CallRow, worked: bool, now: datetime) -> None:
        """The way hears of it, if it still waits there."""
        enrolment_id, visit = rows.enrolment_of(call.id)
        each = rows.one(session, enrolment_id)
        if each is not None and each.way.visit == visit and each.way.phase is Phase.CALLING:
            Runner(session, self._site, self._verbs, now).happens([(each, Called(worked))], f"call {call.id}")


def next_try(call: CallRow, now: datetime) -> datetime | None:
    """When to call again after a try that did not work; None when it has been tried for long enough."""
    return now + RETRY_AFTER[call.attempts - 1] if call.attempts <= len(RETRY_AFTER) else None


def headers(keys: Keys, call: CallRow, body: bytes, real: datetime) -> dict[str, str]:
    """What proves that a call is ours; under the last secret as well, so that there is time to make a new one known."""
    name, stamp = f"call-{call.id}", str(int(real.timestamp()))
    signed = f"{name}.{stamp}.".encode() + body
    secrets = [keys, *([Keys(keys.previous)] if keys.previous else [])]
    made = [base64.b64encode(hmac.digest(key_for(each, call.url), signed, "sha256")).decode() for each in secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in made),
    }


def key_for(keys: Keys, url: str) -> bytes:
    """The key that calls to this host are signed with; none can sign for another."""
    return keys.derive(f"webhook {urlsplit(url).hostname or ''}")


def secret_for(keys: Keys, url: str) -> str:
    """The same as whoever is called writes it into their configuration."""
    return f"whsec_{base64.b64encode(key_for(keys, url)).decode()}"


def waits(session: Session, *, now: datetime, real: datetime) -> bool:
    """Whether a call is due, or somebody who claimed one has not come back."""
    due = sa.select(CallRow.id).where(CallRow.due_at.is_not(None), CallRow.due_at <= now)
    free = sa.or_(CallRow.lease_until.is_(None), CallRow.lease_until <= real)
    return session.scalar(due.where(free).limit(1)) is not None


def in_work(session: Session) -> bool:
    """Whether somebody is calling at this moment."""
    claimed = sa.select(CallRow.id).where(CallRow.due_at.is_not(None), CallRow.lease_until.is_not(None)).limit(1)
    return session.scalar(claimed) is not None


def next_due(session: Session) -> datetime | None:
    """When the next call is due."""
    found: datetime | None = session.scalar(sa.select(sa.func.min(CallRow.due_at)).where(*_OPEN))
    return found


def take_over(session: Session) -> int:
    """Make again what a process that is gone was calling; how many."""
    claimed = sa.update(_CALL).where(_CALL.c.due_at.is_not(None), _CALL.c.lease_until.is_not(None))
    return cast("sa.CursorResult[Any]", session.connection().execute(claimed.values(lease_until=None))).rowcount
