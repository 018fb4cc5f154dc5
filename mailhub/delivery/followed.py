"""What people did after a mail: acts of their own, so that nobody needs to know whether it was opened."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.base import MICROSECOND
from mailhub.db.elapsed import elapsed
from mailhub.delivery.rows import DELIVERY
from mailhub.delivery.tables import DeliveryState
from mailhub.people.tables import Activity

WITHIN = timedelta(days=7)
_ACT = cast(sa.Table, Activity.__table__)


def by(
    session: Session, mailing_ids: Collection[int], acts: Collection[str], *, within: timedelta = WITHIN
) -> Mapping[tuple[int, str], int]:
    """By mailing and activity: how many people did this within that time of getting it, and before the next of these.

    So an act counts for one mail, the last one before it. What nobody did is missing.
    """
    sent = _sent(mailing_ids).subquery()
    follows = (
        (_ACT.c.person_id == sent.c.person_id)
        & _ACT.c.what.in_(sorted(acts))
        & (_ACT.c.at > sent.c.at)
        & (elapsed(sent.c.at, _ACT.c.at) <= within // MICROSECOND)
        & (sent.c.next_at.is_(None) | (_ACT.c.at <= sent.c.next_at))
    )
    wanted = (
        sa.select(sent.c.mailing_id, _ACT.c.what, sa.func.count(sent.c.person_id.distinct()))
        .join_from(sent, _ACT, follows)
        .group_by(sent.c.mailing_id, _ACT.c.what)
    )
    if not mailing_ids or not acts:
        return {}
    return {(mailing_id, what): people for mailing_id, what, people in session.connection().execute(wanted)}


def _sent(mailing_ids: Collection[int]) -> sa.Select[tuple[int, int, object, object]]:
    """When each of these mails left, and the next of them to the same person."""
    c = DELIVERY.c
    following = sa.func.lead(c.finished_at).over(partition_by=c.person_id, order_by=c.finished_at)
    left = c.mailing_id.in_(sorted(mailing_ids)), c.state == DeliveryState.SENT, c.finished_at.is_not(None)
    return sa.select(c.mailing_id, c.person_id, c.finished_at.label("at"), following.label("next_at")).where(*left)
