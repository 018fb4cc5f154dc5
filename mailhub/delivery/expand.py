"""Owes an open mailing to its audience, a page at a time; a restart goes on where it stopped."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.pacing import ORDER
from mailhub.delivery.rows import DELIVERY, insert_new
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import DeliveryState, Mailing, MailingState

PAGE = 2_000  # rows; well under 50 ms on either database

_COLUMNS = ("mailing_id", "person_id", "occurrence", "state", "due_at", "epoch", "attempts")


def page(session: Session, sources: Sources, *, now: datetime) -> int:
    """Owe one page of one mailing, the most pressing first; how many people it was owed to.

    0 means that no open mailing has anybody left in its audience.
    """
    while (mailing := next_mailing(session)) is not None:
        if owed := page_of(session, sources, mailing, now=now):
            return owed
    return 0


def next_mailing(session: Session) -> Mailing | None:
    """The most pressing mailing that is open and not yet owed to all its audience."""
    rank = sa.case({c: n for n, c in enumerate(ORDER)}, value=Mailing.mail_class)
    return session.scalars(
        sa.select(Mailing)
        .where(Mailing.state == MailingState.OPEN, Mailing.reads.is_not(None), Mailing.expanded_at.is_(None))
        # Its first page before the later pages of others: a short list does not wait for the end of a long one.
        .order_by(rank, Mailing.place > 0, Mailing.due_at, Mailing.id)
        .limit(1)
        .with_for_update(skip_locked=True)  # two hosts never expand one mailing at once
        .execution_options(populate_existing=True)
    ).first()


def page_of(session: Session, sources: Sources, mailing: Mailing, *, now: datetime) -> int:
    """Owe this mailing to the next of its audience; 0 when there was nobody left."""
    owed = _owe_page(session, mailing, sources.get(mailing.source).audience(mailing), now)
    if owed < PAGE:
        mailing.expanded_at = now
    session.flush()
    return owed


def _owe_page(session: Session, mailing: Mailing, audience: sa.Select[int], now: datetime) -> int:
    people = audience.subquery()
    person_id = people.c[0]
    next_ids = (
        sa.select(person_id.label("person_id"))
        .where(person_id > mailing.place)
        .order_by(person_id)
        .distinct()
        .limit(PAGE)
    )
    found = next_ids.subquery()
    last, count = session.execute(sa.select(sa.func.max(found.c.person_id), sa.func.count())).one()
    if not count:
        return 0
    rows = sa.select(
        sa.literal(mailing.id, DELIVERY.c.mailing_id.type),
        person_id,
        sa.literal(0),
        sa.literal(DeliveryState.READY, DELIVERY.c.state.type),
        sa.literal(now, DELIVERY.c.due_at.type),
        sa.literal(0),
        sa.literal(0),
    ).where(person_id > mailing.place, person_id <= last)
    session.connection().execute(insert_new(session, DELIVERY).from_select(list(_COLUMNS), rows))
    mailing.place = last
    return int(count)
