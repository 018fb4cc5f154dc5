"""How mail has gone lately: what left for groups, what came back, of what nobody knows whether it arrived."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import scoring
from mailhub.delivery.tables import Bounce, Delivery, DeliveryState, MailClass, Mailing, MailingState

LOOKS_BACK = timedelta(days=7)
MOST = 20_000  # copies that are counted; beyond that «more than»
_STATES = (MailingState.OPEN, MailingState.PAUSED, MailingState.DONE)


@dataclass(frozen=True, slots=True)
class Health:
    """A week of some groups."""

    messages: int
    copies: int  # at most one more than `MOST`
    returned: int
    in_doubt: int

    @property
    def is_good(self) -> bool:
        return not scoring.is_broken(self.copies, self.returned)


def of(session: Session, list_ids: Collection[int], *, now: datetime) -> Health:
    """The last week of these groups; only what was due in it is looked at."""
    week = sa.select(Mailing.id).where(
        Mailing.state.in_(_STATES),
        Mailing.due_at > now - LOOKS_BACK,
        Mailing.mail_class == MailClass.DISCUSSION,
        Mailing.list_id.in_(list_ids),
    )
    ids = session.scalars(week).all()
    if not ids:
        return Health(0, 0, 0, 0)
    return Health(
        messages=len(ids),
        copies=_copies(session, ids, (DeliveryState.SENT, DeliveryState.FAILED)),
        returned=session.scalar(sa.select(sa.func.count()).where(Bounce.mailing_id.in_(ids))) or 0,
        in_doubt=_copies(session, ids, (DeliveryState.UNCERTAIN,)),
    )


def _copies(session: Session, ids: Collection[int], states: Collection[DeliveryState]) -> int:
    some = sa.select(sa.literal(1)).where(Delivery.mailing_id.in_(ids), Delivery.state.in_(states)).limit(MOST + 1)
    return session.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0
