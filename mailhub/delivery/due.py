"""When delivery has something to do next, and whether it is doing something now."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import allowances, switch
from mailhub.delivery.rows import DELIVERY, IN_WORK, MAILING, WAITING, waiting_mailings
from mailhub.delivery.tables import DeliveryState, MailClass, MailingState


def next_due(session: Session) -> datetime | None:
    """The earliest instant, by the site's clock, at which there is something to open, to expand or to send.

    What is due already names an instant that has passed, unless the next hop rests, its rate is used up, or the
    site sends nothing at all. Leases run by the other clock: `recovery.next_lease`.
    """
    named = [_opens(session), _expands(session)]
    for service in (True, False) if switch.why_held(session) is None else ():
        if (due := _sends(session, service)) is not None:
            named.append(allowances.allowed_at(session, now=due, service=service))
    return min((instant for instant in named if instant is not None), default=None)


def in_work(session: Session) -> bool:
    """Whether a worker holds anything, claimed or on a connection."""
    return session.execute(_HELD).first() is not None


def _opens(session: Session) -> datetime | None:
    soonest: datetime | None = session.scalar(_OPENS)
    return soonest


def _expands(session: Session) -> datetime | None:
    soonest: datetime | None = session.scalar(_EXPANDS)
    return soonest


def _sends(session: Session, service: bool) -> datetime | None:
    soonest: datetime | None = session.scalar(_SENDS[service])
    return soonest


def _sending(service: bool) -> sa.Select[datetime]:
    is_service = MAILING.c.mail_class == MailClass.SERVICE
    first = sa.select(sa.func.min(DELIVERY.c.due_at)).where(DELIVERY.c.mailing_id == MAILING.c.id, WAITING)
    waiting = waiting_mailings()
    each = sa.select(first.correlate(MAILING).scalar_subquery().label("due_at")).select_from(
        sa.join(MAILING, waiting, waiting.c.id == MAILING.c.id)
    )
    due = each.where(MAILING.c.state == MailingState.OPEN, is_service if service else ~is_service).subquery()
    return sa.select(sa.func.min(due.c.due_at))


# Made once: whoever waits asks these all the time, and making a statement costs more than running it.
_HELD = sa.select(DELIVERY.c.mailing_id).where(IN_WORK, DELIVERY.c.state != DeliveryState.UNCERTAIN).limit(1)
_OPENS = sa.select(sa.func.min(MAILING.c.due_at)).where(MAILING.c.state == MailingState.SCHEDULED)
_EXPANDS = sa.select(sa.func.min(MAILING.c.due_at)).where(
    MAILING.c.state == MailingState.OPEN, MAILING.c.reads.is_not(None), MAILING.c.expanded_at.is_(None)
)
_SENDS = {service: _sending(service) for service in (True, False)}
