"""Which decisions of moderators kept a message, or slowed it: each row of the log of them as a value of the trace."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.inbound.tracing import naming
from mailhub.inbound.tracing.values import Decided
from mailhub.lists import calm
from mailhub.lists.tables import HeldPost, Measure, Tool


def of_held(session: Session, held: HeldPost) -> tuple[Decided, ...]:
    """What held for its conversation, or for its author, while it waited."""
    return _told(session, calm.keeping(session, held))


def of_post(session: Session, post: Post) -> tuple[Decided, ...]:
    """What let it reach people by letter only."""
    return _told(session, calm.between(session, post.thread_id, [Tool.LETTER], post.published_at, post.published_at))


def of_author(session: Session, list_id: int | None, person_id: int | None, at: datetime) -> tuple[Decided, ...]:
    """What kept somebody from writing to a group at that moment."""
    banned = sa.select(Measure).where(
        Measure.tool == Tool.BAN,
        Measure.list_id == list_id,
        Measure.person_id == person_id,
        Measure.begun_at <= at,
        Measure.ended_at.is_(None) | (Measure.ended_at > at),
    )
    return _told(session, session.scalars(banned.order_by(Measure.id)).all())


def _told(session: Session, measures: Sequence[Measure]) -> tuple[Decided, ...]:
    return tuple(
        Decided(
            tool=measure.tool.value,
            hours=int(measure.detail["hours"]) if "hours" in measure.detail else None,
            begun_at=measure.begun_at,
            begun_by=naming.name(session, measure.begun_by),
            until=measure.until,
            ended_at=measure.ended_at,
            ended_by=naming.name(session, measure.ended_by),
        )
        for measure in measures
    )
