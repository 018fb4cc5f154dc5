"""When delivery has something to do next, and whether it is doing something now."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.looks import Looks
from mailhub.delivery import allowances, recovery, switch
from mailhub.delivery.rows import DELIVERY, IN_WORK, MAILING, WAITING, waiting_mailings
from mailhub.delivery.tables import DeliveryState, MailClass, MailingState


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the outbox sees."""

    soonest: datetime | None  # as `next_due` says
    next_lease: datetime | None  # when the first lease ends, by the clock that never turns
    in_work: bool  # whether a worker holds anything, claimed or on a connection


def look(session: Session) -> Seen:
    """The outbox at this moment; whoever waits for mail asks all the time."""
    *named, service, other, lease, held = _ALL.take(session)
    sends = [(service, True), (other, False)] if (service or other) and switch.why_held(session) is None else []
    allowed = [allowances.allowed_at(session, now=due, service=which) for due, which in sends if due is not None]
    return Seen(_first(*named, *allowed), lease, held is not None)


def _first(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)


def next_due(session: Session) -> datetime | None:
    """The earliest instant, by the site's clock, at which there is something to open, to expand or to send.

    What is due already names an instant that has passed, unless the next hop rests, its rate is used up, or the
    site sends nothing at all. Leases run by the other clock.
    """
    return look(session).soonest


def waits_for(session: Session) -> datetime | None:
    """The same, whatever stands in the way of sending."""
    opens, expands, service, other, *_ = _ALL.take(session)
    return _first(opens, expands, service, other)


def in_work(session: Session) -> bool:
    """Whether a worker holds anything, claimed or on a connection."""
    return look(session).in_work


def _sending(service: bool) -> sa.Select[datetime]:
    is_service = MAILING.c.mail_class == MailClass.SERVICE
    first = sa.select(sa.func.min(DELIVERY.c.due_at)).where(DELIVERY.c.mailing_id == MAILING.c.id, WAITING)
    waiting = waiting_mailings("waiting_service" if service else "waiting_mailing")
    each = sa.select(first.correlate(MAILING).scalar_subquery().label("due_at")).select_from(
        sa.join(MAILING, waiting, waiting.c.id == MAILING.c.id)
    )
    due = each.where(MAILING.c.state == MailingState.OPEN, is_service if service else ~is_service).subquery()
    return sa.select(sa.func.min(due.c.due_at))


_HELD = sa.select(DELIVERY.c.mailing_id).where(IN_WORK, DELIVERY.c.state != DeliveryState.UNCERTAIN).limit(1)
_OPENS = sa.select(sa.func.min(MAILING.c.due_at)).where(MAILING.c.state == MailingState.SCHEDULED)
_EXPANDS = sa.select(sa.func.min(MAILING.c.due_at)).where(
    MAILING.c.state == MailingState.OPEN, MAILING.c.reads.is_not(None), MAILING.c.expanded_at.is_(None)
)
_ALL = Looks(_OPENS, _EXPANDS, _sending(True), _sending(False), recovery.NEXT_LEASE, _HELD)
