"""The numbers of a list's posts: without a gap, since they are taken under its row's lock."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists.tables import MailList


def take(session: Session, list_id: int, count: int) -> int:
    """Take so many numbers and say the first; none only locks the list until the commit."""
    last = session.scalars(sa.select(MailList.last_number).where(MailList.id == list_id).with_for_update()).one()
    if count:
        session.execute(sa.update(MailList).where(MailList.id == list_id).values(last_number=last + count))
    return last + 1
