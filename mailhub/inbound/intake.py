"""Keeps what comes in: bytes and envelope are durable before anybody hears `250` (promise 1).

One thread writes for all connections, so that mails that arrive together share one commit.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.db.session import Database, ring
from mailhub.faults import Point, point
from mailhub.inbound.tables import InboundMail, InboundState
from mailhub.site import Site

COMMIT_AT_MOST = 50  # mails in one commit
BELL = "inbound"
_MAIL = cast(sa.Table, InboundMail.__table__)
_KEEP = sa.insert(_MAIL).returning(_MAIL.c.id, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent it, for whom, and by which door."""

    sender: str  # "" is the null sender
    recipients: tuple[str, ...]
    peer: str
    protocol: str


def keep(session: Session, site: Site, envelope: Envelope, raw: bytes | raws.Prepared, *, now: datetime) -> InboundMail:
    """Store one received mail; it is worked on after the commit."""
    kept = raws.keep(session, site, raw, now=now)
    mail = InboundMail(
        raw_id=kept.id,
        envelope_from=envelope.sender,
        recipients=list(envelope.recipients),
        peer=envelope.peer,
        protocol=envelope.protocol,
        received_at=now,
    )
    session.add(mail)
    session.flush()
    ring(session, BELL)
    return mail


def keep_all(session: Session, ready: Sequence[tuple[Envelope, raws.Prepared]], *, now: datetime) -> list[int]:
    """Store mails that came together; says their ids, in their order."""
    raw_ids = raws.keep_all(session, [raw for _, raw in ready], now=now)
    rows = [
        {
            "raw_id": raw_id,
            "envelope_from": envelope.sender,
            "recipients": list(envelope.recipients),
            "peer": envelope.peer,
            "protocol": envelope.protocol,
            "received_at": now,
            "state": InboundState.KEPT,
            "epoch": 0,
            "tries": 0,
        }
        for raw_id, (envelope, _) in zip(raw_ids, ready, strict=True)
    ]
    ring(session, BELL)
    return list(session.connection().execute(_KEEP, rows).scalars())


def in_work(session: Session) -> int:
    """How many mails wait to be worked on."""
    undone = sa.select(sa.func.count()).where(InboundMail.state.in_([InboundState.KEPT, InboundState.CLAIMED]))
    return session.scalar(undone.select_from(InboundMail)) or 0


class Keeper:
    """Commits received mails in groups; `offer` gives a future that is done when the mail is safe."""

    def __init__(self, database: Database, site: Site, now: Callable[[], datetime]) -> None:
        self._database = database
        self._site = site
        self._now = now
        self._waiting: queue.SimpleQueue[tuple[Envelope, bytes, Future[int]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)
        self._thread.start()

    def offer(self, envelope: Envelope, raw: bytes) -> Future[int]:
        future: Future[int] = Future()
        future.set_running_or_notify_cancel()  # who hangs up must not end the thread that would set it
        self._waiting.put((envelope, raw, future))
        return future

    def close(self) -> None:
        """Keep what was offered, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        closing = False
        while not closing:
            first = self._waiting.get()
            group = [first] if first else []
            closing = first is None
            while not closing and len(group) < COMMIT_AT_MOST and not self._waiting.empty():
                following = self._waiting.get()
                closing = following is None
                group += [following] if following else []
            if group:
                self._commit(group)

    def _commit(self, group: list[tuple[Envelope, bytes, Future[int]]]) -> None:
        try:
            # Large ones are files, safe on disk before a row names them and before the writer is taken.
            ready = [(envelope, raws.prepare(self._site, raw)) for envelope, raw, _ in group]
            with self._database.transaction() as session:
                ids = keep_all(session, ready, now=self._now())
                point(Point.INTAKE_BEFORE_COMMIT)
            point(Point.INTAKE_KEPT)
        except Exception as fault:  # each sender hears 451 and tries again; nothing was acknowledged
            if len(group) > 1 and not isinstance(fault, sa.exc.OperationalError | sa.exc.InterfaceError | OSError):
                for one in group:  # one that cannot be kept must not cost the others their 250
                    self._commit([one])
                return
            for _, _, future in group:
                future.set_exception(fault)
            return
        for mail_id, (_, _, future) in zip(ids, group, strict=True):
            future.set_result(mail_id)
