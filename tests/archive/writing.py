"""Puts posts into an archive and says what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import drafts, posts
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post, Thread
from mailhub.db.session import Database
from mailhub.mail.message import parse
from mailhub.site import Site
from tests.archive.conftest import NOW
from tests.archive.shapes import Mailed


def mailed(
    own: str | None,
    *,
    references: Sequence[str] = (),
    in_reply_to: str | None = None,
    author: str = "Ana <ana@example.org>",
    subject: str = "Potatura",
    text: str = "Ci vediamo sabato.",
    sent_at: datetime | None = NOW,
    more: str = "",
) -> bytes:
    """The bytes of a plain mail."""
    fields = [
        f"Message-ID: <{own}>" if own else "",
        f"References: {' '.join(f'<{i}>' for i in references)}" if references else "",
        f"In-Reply-To: <{in_reply_to}>" if in_reply_to else "",
        f"Date: {sent_at:%a, %d %b %Y %H:%M:%S +0000}" if sent_at else "",
        f"From: {author}",
        f"Subject: {subject}",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        more,
    ]
    head = "".join(f"{field}\r\n" for field in fields if field)
    return f"{head}\r\n{text}\r\n".encode()


class Archive:
    """Lists of a database, filled mail by mail or in batches."""

    def __init__(self, database: Database, site: Site) -> None:
        self.database = database
        self.site = site
        self._numbers = count(1)
        self._lists = count(1)

    def next_list(self) -> int:
        return next(self._lists)

    def publish_in(self, session: Session, list_id: int, raw: bytes, *, now: datetime = NOW) -> Post:
        raw_id = raws.keep(session, self.site, raw, now=now).id
        return posts.publish(
            session,
            self.site,
            list_id=list_id,
            number=lambda: next(self._numbers),
            raw_id=raw_id,
            raw=raw,
            mail=parse(raw),
            person_id=None,
            now=now,
        )

    def publish(self, list_id: int, *mails: bytes, now: datetime = NOW) -> list[Post]:
        """Publish one after the other, all in one transaction."""
        with self.database.transaction() as session:
            return [self.publish_in(session, list_id, mail, now=now) for mail in mails]

    def publish_batch(self, session: Session, list_id: int, raws_: Sequence[bytes]) -> None:
        """Publish all at once, as an import does."""
        read = [drafts.draft(self.site, raw, parse(raw), now=NOW) for raw in raws_]
        arrived = posts.sort_out(session, self.site, list_id, read)
        kept = raws.keep(session, self.site, raws_[0], now=NOW).id
        items = [posts.Item(draft, next(self._numbers), kept, None) for draft in arrived.new]
        posts.write(session, list_id, items, now=NOW, origin=posts.IMPORT)
        posts.name_more(session, list_id, arrived.more)

    def parents(self, list_id: int) -> Mapping[str, str | None]:
        with self.database.reading() as session:
            query = sa.select(Post.id, Post.message_id, Post.parent_id).where(Post.list_id == list_id)
            rows = session.execute(query).all()
        by_id = {post_id: message_id for post_id, message_id, _ in rows}
        return {message_id: by_id[parent_id] if parent_id else None for _, message_id, parent_id in rows}

    def threads(self, list_id: int) -> set[frozenset[str]]:
        groups: dict[int, set[str]] = {}
        with self.database.reading() as session:
            for post in session.scalars(sa.select(Post).where(Post.list_id == list_id)):
                groups.setdefault(post.thread_id, set()).add(post.message_id)
        return {frozenset(group) for group in groups.values()}

    def shown(self, list_id: int) -> set[tuple[str, datetime, datetime, int]]:
        """What the front page says of each thread."""
        there = sa.select(Thread).where(Thread.list_id == list_id, Thread.merged_into.is_(None))
        with self.database.reading() as session:
            return {(t.subject, t.first_at, t.last_at, t.posts) for t in session.scalars(there)}


def as_bytes(mail: Mailed, number: int = 0) -> bytes:
    """A shape as a mail; `number` makes it another mail than one of the same id."""
    return mailed(mail.own, references=mail.chain, sent_at=NOW - timedelta(minutes=number), subject=f"About {mail.own}")
