"""A list's conversations by the month of their newest message: which months have any, and how many.

Spans of time come from outside, since a month begins when it does on somebody's wall. Everything is found by the index
that keeps conversations in the order of their newest message; an empty month costs one look.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.reading import conversations
from mailhub.archive.tables import Thread
from mailhub.db.base import UtcDateTime

Span = tuple[datetime, datetime]  # from, and up to but without


def extent(session: Session, list_id: int) -> Span | None:
    """When the conversation that rests longest was last written to, and the liveliest; None where there is none."""
    there = conversations(list_id).with_only_columns(Thread.last_at).limit(1)
    first = session.scalar(there.order_by(Thread.last_at, Thread.id))
    last = session.scalar(there.order_by(Thread.last_at.desc(), Thread.id.desc()))
    return (first, last) if first is not None and last is not None else None


def inhabited(session: Session, list_id: int, spans: Sequence[Span]) -> list[Span]:
    """Those of these spans that hold a conversation, in their order."""
    if not spans:
        return []
    columns = (sa.column("place", sa.Integer), sa.column("begin", UtcDateTime()), sa.column("end", UtcDateTime()))
    rows = [(place, begin, end) for place, (begin, end) in enumerate(spans)]
    asked = sa.values(*columns, name="asked").data(rows).cte("asked")
    within = Thread.last_at >= asked.c.begin, Thread.last_at < asked.c.end
    found = session.scalars(
        sa.select(asked.c.place).where(conversations(list_id).where(*within).correlate(asked).exists())
    )
    return [spans[place] for place in sorted(found)]


def count(session: Session, list_id: int, span: Span) -> int:
    """How many conversations rest in this span."""
    there = conversations(list_id, span).with_only_columns(sa.func.count())
    return session.scalar(there) or 0


def before(session: Session, list_id: int, moment: datetime) -> datetime | None:
    """The newest message of a conversation that rests since before this moment."""
    there = conversations(list_id).with_only_columns(Thread.last_at).where(Thread.last_at < moment)
    return session.scalar(there.order_by(Thread.last_at.desc()).limit(1))


def after(session: Session, list_id: int, moment: datetime) -> datetime | None:
    """The next newest message of a conversation from this moment on."""
    there = conversations(list_id).with_only_columns(Thread.last_at).where(Thread.last_at >= moment)
    return session.scalar(there.order_by(Thread.last_at).limit(1))
