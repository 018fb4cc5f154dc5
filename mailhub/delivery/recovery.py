"""What a worker that died left behind: taken up again, or held where nobody can know whether it arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.rows import DELIVERY, IN_WORK, MAILING
from mailhub.delivery.tables import Delivery, DeliveryState, MailClass, Mailing

# Sent again with the same Message-ID, by which mailboxes know a second copy. Other mail is held and shown.
RESENT = frozenset({MailClass.SERVICE, MailClass.DISCUSSION, MailClass.DIGEST})
NEXT_LEASE = sa.select(sa.func.min(DELIVERY.c.lease_until)).where(IN_WORK)  # by the clock that never turns


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many deliveries were taken up again before they had left, sent again in doubt, or held in doubt."""

    ready: int = 0
    resent: int = 0
    held: int = 0


def take_over(session: Session) -> Recovered:
    """Take every lease at once: only for a process that knows it is alone with its database."""
    return _recover(session, sa.true())


def sweep(session: Session, *, real: datetime) -> Recovered:
    """Take up what a worker has held for longer than its lease, by the clock that never turns."""
    first = session.scalar(NEXT_LEASE)
    return _recover(session, DELIVERY.c.lease_until <= real) if first is not None and first <= real else Recovered()


def in_doubt(session: Session, limit: int = 200) -> Sequence[Delivery]:
    """Mail that may or may not have arrived, held for somebody to decide, oldest mailing first."""
    held = sa.select(Delivery).join(Mailing, Mailing.id == Delivery.mailing_id)
    held = held.where(Delivery.state == DeliveryState.UNCERTAIN, IN_WORK, Mailing.mail_class.not_in(RESENT))
    return session.scalars(held.order_by(Delivery.mailing_id, Delivery.person_id).limit(limit)).all()


def _recover(session: Session, whose: sa.ColumnElement[bool]) -> Recovered:
    # Correlated, lest SQLite reads all rows of all such mailings by their key.
    is_resent = sa.exists().where(MAILING.c.id == DELIVERY.c.mailing_id, MAILING.c.mail_class.in_(RESENT))
    ready = _move(session, DeliveryState.CLAIMED, DeliveryState.READY, whose)
    in_doubt = _move(session, DeliveryState.SENDING, DeliveryState.UNCERTAIN, whose)
    resent = _move(session, DeliveryState.UNCERTAIN, DeliveryState.READY, is_resent)
    return Recovered(ready, resent, max(0, in_doubt - resent))


def _move(session: Session, old: DeliveryState, new: DeliveryState, which: sa.ColumnElement[bool]) -> int:
    change = sa.update(DELIVERY).where(DELIVERY.c.state == old, IN_WORK, which).values(state=new, lease_until=None)
    return session.connection().execute(change).rowcount
