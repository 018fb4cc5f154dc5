"""What pages and letters read of the archive: conversations of a list, posts of a conversation, one post.

Every list goes on after the key of its last row, so that a far page costs what the first does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import attachments, posts
from mailhub.archive.tables import Attachment, Post, PostState, PostText, Thread

After = tuple[datetime, int]  # when, and the id


@dataclass(frozen=True, slots=True)
class Shown:
    """A post with what it says and the files that came with it."""

    post: Post
    text: PostText
    files: tuple[Attachment, ...]

    @property
    def key(self) -> After:
        return self.post.sent_at, self.post.id


def conversations(list_id: int, within: tuple[datetime, datetime] | None = None) -> sa.Select[Thread]:
    """The conversations of a list of which something can still be read; `within`: when their newest post was sent."""
    published = sa.exists().where(Post.thread_id == Thread.id, Post.state == PostState.PUBLISHED)
    there = sa.select(Thread).where(Thread.list_id == list_id, Thread.merged_into.is_(None), published)
    return there if within is None else there.where(Thread.last_at >= within[0], Thread.last_at < within[1])


def front(
    session: Session,
    list_id: int,
    *,
    limit: int,
    after: After | None = None,
    within: tuple[datetime, datetime] | None = None,
) -> list[Thread]:
    """The conversations of a list, the one with the newest post first; `after` are a thread's last_at and id."""
    there = conversations(list_id, within)
    if after is not None:
        there = there.where(sa.tuple_(Thread.last_at, Thread.id) < after)
    return list(session.scalars(there.order_by(Thread.last_at.desc(), Thread.id.desc()).limit(limit)))


def thread_page(session: Session, thread_id: int, *, limit: int, after: After | None = None) -> list[Shown]:
    """The posts of a conversation in the order they were sent; `after` is the `key` of the last one seen."""
    there = sa.select(Post.id).where(Post.thread_id == thread_id)
    if after is not None:
        there = there.where(sa.tuple_(Post.sent_at, Post.id) > after)
    return shown(session, list(session.scalars(there.order_by(Post.sent_at, Post.id).limit(limit))))


def latest_of(session: Session, thread_id: int) -> str:
    """The Message-ID of the newest message of a conversation."""
    newest = sa.select(Post.message_id).where(Post.thread_id == thread_id).order_by(Post.number.desc()).limit(1)
    return session.scalars(newest).one()


def one(session: Session, list_id: int, message_id: str) -> Shown | None:
    """The post of this Message-ID in this list."""
    post = posts.find(session, list_id, message_id)
    return next(iter(shown(session, [post.id])), None) if post is not None else None


def shown(session: Session, post_ids: Sequence[int]) -> list[Shown]:
    """These posts, in this order, as far as they are there: what `search.find` found, for example."""
    query = sa.select(Post, PostText).join(PostText, PostText.post_id == Post.id).where(Post.id.in_(post_ids))
    rows = {post.id: (post, text) for post, text in session.execute(query)}
    files = attachments.of_posts(session, rows.keys())
    return [Shown(*rows[post_id], tuple(files.get(post_id, ()))) for post_id in post_ids if post_id in rows]
