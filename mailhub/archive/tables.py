"""The rows of the archive: bytes as they came, posts, threads, attachments."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word


class Raw(Base):
    """Received bytes, exactly as they came; large ones lie in a file that was on disk before this row."""

    __tablename__ = "raw"

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    kept_at: Mapped[datetime]
    codec: Mapped[str] = mapped_column(default="plain")  # "plain" or "zstd"; "file" means <data>/blobs/<sha256>
    body: Mapped[bytes | None]


class PostState(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Thread(Base):
    """One conversation of a list: a connected component over all ids its posts name."""

    __tablename__ = "thread"
    __table_args__ = table(sa.Index("ix_thread_list_id_last_at", "list_id", "last_at", "id"))

    id: Mapped[Id]
    list_id: Mapped[int]
    subject: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    posts: Mapped[int]


class Post(Base):
    """One message of a list. `number` has no gaps within its list; imported posts have one too."""

    __tablename__ = "post"
    __table_args__ = table(
        sa.UniqueConstraint("list_id", "number"),
        sa.UniqueConstraint("list_id", "message_id"),
        sa.Index("ix_post_thread_id", "thread_id", "sent_at", "id"),
        sa.Index("ix_post_person_id", "person_id", "id"),
        sa.Index(
            "ix_post_unread",
            "id",
            sqlite_where=sa.text("indexed_at IS NULL"),
            postgresql_where=sa.text("indexed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    list_id: Mapped[int]
    number: Mapped[int]
    message_id: Mapped[str]  # without angle brackets; made by us when the author's program made none
    raw_id: Mapped[int] = mapped_column(sa.ForeignKey("raw.id"))
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    parent_id: Mapped[int | None] = mapped_column(index=True)
    person_id: Mapped[int | None]
    author_name: Mapped[str]
    author_email: Mapped[str]  # never shown to strangers
    subject: Mapped[str]
    sent_at: Mapped[datetime]  # the author's Date, or when it came
    published_at: Mapped[datetime]
    origin: Mapped[str]  # "mail" or "import"; imported posts are never owed to anybody
    state: Mapped[PostState] = mapped_column(word(PostState), default=PostState.PUBLISHED)
    size: Mapped[int]
    indexed_at: Mapped[datetime | None]


class PostReference(Base):
    """One id a post names, in order: its own first (position 0), then References, then In-Reply-To."""

    __tablename__ = "post_reference"
    __table_args__ = (
        sa.Index("ix_post_reference_message_id", "list_id", "message_id"),
        {"sqlite_with_rowid": False},
    )

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int]
    message_id: Mapped[str]


class PostText(Base):
    """What a post says: the new words apart from what was folded away."""

    __tablename__ = "post_text"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    words: Mapped[str]
    quoted: Mapped[str]
    signature: Mapped[str]
    language: Mapped[str]


class Blob(Base):
    """Content kept once, known by its sha256; larger ones are files under <data>/blobs."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    body: Mapped[bytes | None]


class Attachment(Base):
    """One file that came with a post."""

    __tablename__ = "attachment"
    __table_args__ = table(sa.UniqueConstraint("post_id", "position"))

    id: Mapped[Id]
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    position: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"))
    name: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]
