"""Conversations a person wants to hear no more of: never mailed by themselves, counted in the letter."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, Thread
from mailhub.lists.tables import ThreadMute


def mute(session: Session, person_id: int, thread_id: int, *, now: datetime) -> bool:
    """Silence a conversation for this person; False when it was silent already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(ThreadMute).values(person_id=person_id, thread_id=thread_id, muted_at=now)
    written = session.execute(row.on_conflict_do_nothing().returning(ThreadMute.thread_id))
    return written.scalar() is not None


def unmute(session: Session, person_id: int, thread_id: int) -> bool:
    """Hear it again; False when it was not silent."""
    gone = sa.delete(ThreadMute).where(
        ThreadMute.person_id == person_id,
        ThreadMute.thread_id.in_(_with_merged([thread_id])),
    )
    return session.execute(gone).rowcount > 0  # type: ignore[attr-defined, no-any-return]


def muted(session: Session, person_ids: Collection[int], thread_ids: Collection[int]) -> set[tuple[int, int]]:
    """Which of these people have silenced which of these conversations; one that has merged counts for the other."""
    current = sa.func.coalesce(Thread.merged_into, Thread.id)
    rows = session.execute(
        sa.select(ThreadMute.person_id, current)
        .join(Thread, Thread.id == ThreadMute.thread_id)
        .where(ThreadMute.person_id.in_(list(person_ids)), current.in_(list(thread_ids)))
    )
    return {(person_id, thread_id) for person_id, thread_id in rows}


def of_person(session: Session, person_id: int) -> list[tuple[Thread, datetime]]:
    """The conversations this person has silenced, and since when; the latest first."""
    current = sa.func.coalesce(Thread.merged_into, Thread.id)
    silent = sa.select(current.label("thread"), sa.func.min(ThreadMute.muted_at).label("at"))
    mine = silent.join(ThreadMute, ThreadMute.thread_id == Thread.id).where(ThreadMute.person_id == person_id)
    rows = mine.group_by(current).subquery()
    found = sa.select(Thread, rows.c.at).join(rows, rows.c.thread == Thread.id)
    return [(thread, at) for thread, at in session.execute(found.order_by(rows.c.at.desc(), Thread.id))]


def who_muted(session: Session, post_id: int, person_ids: Collection[int]) -> set[int]:
    """Who of these has silenced the conversation of this post."""
    of_post = sa.select(Post.thread_id).where(Post.id == post_id)
    silent = sa.select(ThreadMute.person_id).where(
        ThreadMute.thread_id.in_(
            sa.select(Thread.id).where(sa.or_(Thread.id.in_(of_post), Thread.merged_into.in_(of_post)))
        ),
        ThreadMute.person_id.in_(list(person_ids)),
    )
    return set(session.scalars(silent))


def _with_merged(thread_ids: Collection[int]) -> sa.Select[int]:
    return sa.select(Thread.id).where(sa.or_(Thread.id.in_(thread_ids), Thread.merged_into.in_(thread_ids)))
