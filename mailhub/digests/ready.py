"""Up to which number each list's posts may be told at an instant: published, past their grace, owed to who gets each.

The answer depends on the instant alone, so a letter that is written late holds what it would have held in time.
"""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.delivery.tables import Mailing, MailingState
from mailhub.lists import reading
from mailhub.lists.spans import POSTS
from mailhub.lists.tables import LetterSpan, MailList

_NOT_OWED = (MailingState.DRAFT, MailingState.SCHEDULED, MailingState.HELD, MailingState.OPEN, MailingState.PAUSED)


def numbers(session: Session, slot: datetime) -> Mapping[int, int]:
    """By list, for lists in which somebody waits for the letter."""
    behind = sa.exists().where(LetterSpan.list_id == MailList.id, LetterSpan.after < MailList.last_number)
    groups = session.scalars(sa.select(MailList).where(MailList.closed_at.is_(None), behind))
    unready = _unready(session)
    found = {}
    for group in groups:
        number = _published(session, group.id, slot - reading.definition_of(group).grace)
        found[group.id] = min(number, unready.get(group.id, number + 1) - 1)
    return found


def _published(session: Session, list_id: int, until: datetime) -> int:
    """The newest number that was published by then: numbers are given in the order of time."""
    newest = sa.select(Post.number).where(Post.list_id == list_id, Post.published_at <= until)
    return session.scalar(newest.order_by(Post.number.desc()).limit(1)) or 0


def _unready(session: Session) -> dict[int, int]:
    """The first post of each list that is not owed yet to those who get every message: its span may still be cut."""
    rows = session.execute(
        sa.select(Mailing.list_id, sa.func.min(Post.number))
        .join(Post, Post.id == Mailing.thing_id)
        .where(Mailing.source == POSTS, Mailing.state.in_(_NOT_OWED), Mailing.expanded_at.is_(None))
        .group_by(Mailing.list_id)
    )
    return {list_id: number for list_id, number in rows if list_id is not None}
