"""The life of a mailing: opened once for its cause, due, paused, cancelled, done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub.db import prepared
from mailhub.db.base import EPOCH
from mailhub.db.session import ring
from mailhub.delivery.rows import (
    BELL,
    CANCEL,
    DELIVERY,
    IN_WORK,
    MAILING,
    WAITING,
    its_key,
    waiting_mailings,
)
from mailhub.delivery.tables import DeliveryState, MailClass, Mailing, MailingFrame, MailingState

PAGE = 500  # rows cancelled in one transaction
_UNFINISHED = (
    MailingState.DRAFT,
    MailingState.SCHEDULED,
    MailingState.HELD,
    MailingState.OPEN,
    MailingState.PAUSED,
)

_GIVEN = "source key mail_class purpose list_id thing_id state created_at due_at reads place".split()  # noqa: SIM905
_FRAME = prepared.insert(cast(sa.Table, MailingFrame.__table__), "mailing_id", "language", "frame")


def _open(insert: sqlite.Insert | postgresql.Insert) -> sa.Executable:
    """Made once: every post opens a mailing, and making the statement costs more than running it."""
    new = insert.values({name: sa.bindparam(name) for name in _GIVEN}).on_conflict_do_nothing()
    return sa.select(Mailing).from_statement(new.returning(MAILING))


_OPEN = {"sqlite": _open(sqlite.insert(MAILING)), "postgresql": _open(postgresql.insert(MAILING))}


def open_mailing(
    session: Session,
    *,
    source: str,
    key: str,
    mail_class: MailClass,
    frames: Mapping[str, bytes],
    now: datetime,
    due_at: datetime,
    purpose: str | None = None,
    list_id: int | None = None,
    thing_id: int | None = None,
    reads: str | None = None,
) -> Mailing:
    """The mailing of this cause: a new one, due then, or the one it already has, which stays as it is.

    `frames` are by language; `reads` names the source's audience, else rows are owed one by one for ever.
    """
    row = {
        "source": source,
        "key": key,
        "mail_class": mail_class,
        "purpose": purpose,
        "list_id": list_id,
        "thing_id": thing_id,
        "state": MailingState.OPEN if due_at <= now else MailingState.SCHEDULED,
        "created_at": now,
        "due_at": due_at,
        "reads": reads,
        "place": 0,
    }
    opened: Mailing | None = session.scalars(_OPEN[session.get_bind().dialect.name], row).one_or_none()
    if opened is not None:
        rows = [{"mailing_id": opened.id, "language": name, "frame": frame} for name, frame in frames.items()]
        _FRAME.run(session.connection(), rows)
        if due_at <= now:
            ring(session, BELL)
        return opened
    return session.scalars(sa.select(Mailing).where(Mailing.source == source, Mailing.key == key)).one()


def open_due(session: Session, *, now: datetime) -> int:
    """Open what was scheduled for now or earlier; how many."""
    due = sa.update(Mailing).where(Mailing.state == MailingState.SCHEDULED, Mailing.due_at <= now)
    return _moved(session, due.values(state=MailingState.OPEN))


def pause(session: Session, mailing: Mailing) -> bool:
    """Send no more of it for now; False when it was not open."""
    if not _move(session, mailing, (MailingState.OPEN,), state=MailingState.PAUSED):
        return False
    session.connection().execute(_claimed(mailing.id).values(state=DeliveryState.READY, lease_until=None))
    return True


def resume(session: Session, mailing: Mailing) -> bool:
    """Go on with a paused mailing; False when it was not paused."""
    ring(session, BELL)
    return _move(session, mailing, (MailingState.PAUSED,), state=MailingState.OPEN)


def cancel(session: Session, mailing: Mailing, *, now: datetime, reason: str) -> bool:
    """Send no more of it, ever; False when it had ended already. What is on a connection still arrives."""
    if not _move(session, mailing, _UNFINISHED, state=MailingState.CANCELLED, done_at=now):
        return False
    ended = {"state": DeliveryState.CANCELLED, "reply": reason, "finished_at": now, "lease_until": None}
    session.connection().execute(_claimed(mailing.id).values(**ended))
    tidy(session, now=now, reason=reason)
    return True


def tidy(session: Session, *, now: datetime, reason: str = "the mailing was cancelled") -> int:
    """Cancel a page of rows that still wait for a cancelled mailing; how many."""
    waiting = waiting_mailings()
    cancelled = sa.select(MAILING.c.id).join(waiting, waiting.c.id == MAILING.c.id)
    cancelled = cancelled.where(MAILING.c.state == MailingState.CANCELLED)
    # Naming the second column of its index keeps SQLite from reading all rows of the mailing by their key.
    waits = WAITING, DELIVERY.c.due_at >= EPOCH
    key = DELIVERY.c.mailing_id, DELIVERY.c.person_id, DELIVERY.c.occurrence
    page = sa.select(*key).where(DELIVERY.c.mailing_id.in_(cancelled), *waits).limit(PAGE)
    rows = [its_key(*row) | {"why": reason, "at": now} for row in session.connection().execute(page)]
    if rows:
        session.connection().execute(CANCEL, rows)
    return len(rows)


def finish(session: Session, *, now: datetime) -> int:
    """Mark as done every open mailing that is expanded and has nothing left to send or to decide; how many."""
    waiting = sa.select(waiting_mailings().c.id)
    in_work = sa.select(DELIVERY.c.mailing_id).where(IN_WORK)
    over = sa.update(Mailing).where(
        Mailing.state == MailingState.OPEN,
        Mailing.reads.is_not(None),
        Mailing.expanded_at.is_not(None),
        Mailing.id.not_in(waiting),
        Mailing.id.not_in(in_work),
    )
    return _moved(session, over.values(state=MailingState.DONE, done_at=now))


def _move(session: Session, mailing: Mailing, states: tuple[MailingState, ...], **values: object) -> bool:
    """Change a mailing that is still in one of these states."""
    change = sa.update(Mailing).where(Mailing.id == mailing.id, Mailing.state.in_(states)).values(**values)
    return _moved(session, change) == 1


def _moved(session: Session, change: sa.Update) -> int:
    """Run it by way of the session, so that a mailing in the caller's hands shows its new state."""
    return cast("sa.CursorResult[Any]", session.execute(change)).rowcount


def _claimed(mailing_id: int) -> sa.Update:
    """Rows that no worker has announced to the next hop yet; its announcement will find them gone."""
    # Correlated, lest SQLite reads all rows of the mailing by their key.
    is_its = sa.exists().where(MAILING.c.id == DELIVERY.c.mailing_id, MAILING.c.id == mailing_id)
    return sa.update(DELIVERY).where(DELIVERY.c.state == DeliveryState.CLAIMED, IN_WORK, is_its)


def forget_frames(session: Session, mailing_id: int) -> None:
    """Keep nothing of what a mailing said; it must have ended."""
    session.execute(sa.delete(MailingFrame).where(MailingFrame.mailing_id == mailing_id))
