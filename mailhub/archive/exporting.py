"""A list's archive as files anybody can read: every published post as it came (mbox), and who answers whom (JSON)."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import mbox, reading
from mailhub.archive import raw as raws
from mailhub.archive.reading import Shown
from mailhub.archive.tables import Post, PostState, Raw
from mailhub.db.session import Database
from mailhub.site import Site

_PAGE = 100
_MOST_OCTETS = 4 * 2**20


def export_mbox(database: Database, site: Site, list_id: int, out: BinaryIO) -> int:
    """Write the published posts in the order of their numbers; says how many. Raises Damaged where bytes are lost."""
    count = 0
    for session, page in _pages(database, list_id):
        kept = {raw.id: raw for raw in session.scalars(sa.select(Raw).where(Raw.id.in_({p.raw_id for p in page})))}
        for post in page:
            raw = raws.content(site, kept[post.raw_id])
            mbox.write(out, raw, sender=post.author_email, sent_at=post.sent_at)
        count += len(page)
        session.expunge_all()
    return count


def export_threads(database: Database, list_id: int, out: BinaryIO) -> int:
    """Write one JSON line for each published post; says how many.

    `parent` is the nearest ancestor that is published, or null; `thread` is the Message-ID of the thread's first post.
    """
    count = 0
    for session, page in _pages(database, list_id):
        names = _first_names(session, {post.thread_id for post in page})
        ancestors = _published_above(session, page)
        for post in page:
            line = {
                "message_id": post.message_id,
                "parent": ancestors.get(post.parent_id or 0),
                "thread": names[post.thread_id],
            }
            out.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        count += len(page)
    return count


def posts_after(
    session: Session, list_id: int, number: int, *, within: tuple[datetime, datetime] | None = None
) -> list[Shown]:
    """The next published posts after this number, a handful: as many as memory should hold at once, one at least."""
    there = sa.select(Post.id, Post.size).where(
        Post.list_id == list_id, Post.state == PostState.PUBLISHED, Post.number > number
    )
    if within is not None:
        there = there.where(Post.sent_at >= within[0], Post.sent_at < within[1])
    taken, octets = list[int](), 0
    for post_id, size in session.execute(there.order_by(Post.number).limit(_PAGE)):
        octets += size
        if taken and octets > _MOST_OCTETS:
            break
        taken.append(post_id)
    return reading.shown(session, taken)


def _pages(database: Database, list_id: int) -> Iterator[tuple[Session, list[Post]]]:
    """The published posts of a list, page by page, each with a session of its own."""
    last = 0
    there = sa.select(Post).where(Post.list_id == list_id, Post.state == PostState.PUBLISHED).order_by(Post.number)
    while True:
        with database.reading() as session:
            page = list(session.scalars(there.where(Post.number > last).limit(_PAGE)))
            if not page:
                return
            last = page[-1].number
            yield session, page


def _first_names(session: Session, thread_ids: Collection[int]) -> Mapping[int, str]:
    place = sa.func.row_number().over(partition_by=Post.thread_id, order_by=(Post.sent_at, Post.message_id))
    posts = sa.select(Post.thread_id, Post.message_id, place.label("place")).where(
        Post.thread_id.in_(thread_ids), Post.state == PostState.PUBLISHED
    )
    ranked = posts.subquery()
    rows = session.execute(sa.select(ranked.c.thread_id, ranked.c.message_id).where(ranked.c.place == 1))
    return dict(rows.all())


def _published_above(session: Session, page: Collection[Post]) -> Mapping[int, str | None]:
    """For each parent of these posts the Message-ID of itself, or of the nearest published post above it."""
    rows: dict[int, Any] = {}
    wanted = {post.parent_id for post in page if post.parent_id}
    while wanted:
        query = sa.select(Post.id, Post.message_id, Post.parent_id, Post.state).where(Post.id.in_(wanted))
        found = session.execute(query).all()
        rows |= {row.id: row for row in found}
        withdrawn = (row.parent_id for row in found if row.state is PostState.WITHDRAWN)
        wanted = {parent_id for parent_id in withdrawn if parent_id and parent_id not in rows}
    return {post_id: _published(rows, post_id) for post_id in rows}


def _published(rows: Mapping[int, Any], post_id: int | None) -> str | None:
    while post_id and rows[post_id].state is PostState.WITHDRAWN:
        post_id = rows[post_id].parent_id
    return str(rows[post_id].message_id) if post_id else None
