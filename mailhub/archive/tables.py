"""The rows of the archive: bytes as they came, posts, threads, attachments."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word

IN_ROW = sa.text("body IS NOT NULL")
_OF_AUTHOR = ("person_id", "published_at", "state", "origin")  # the last two so that SQLite reads nothing but the index
WRITTEN = sa.text("state = 'published' AND origin = 'mail'")  # by a person, here


class Raw(Base):
    """Received bytes, exactly as they came; large ones lie in a file that was on disk before this row."""

    __tablename__ = "raw"
    __table_args__ = table(
        sa.Index(
            "ix_raw_unpacked",
            "id",
            sqlite_where=sa.text("codec = 'plain'"),
            postgresql_where=sa.text("codec = 'plain'"),
        ),
    )

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    kept_at: Mapped[datetime]
    codec: Mapped[str] = mapped_column(default="plain")  # a job makes it "zstd", "file" or, where nothing pays, "kept"
    body: Mapped[bytes | None]  # none where the codec is "file": <data>/blobs/ab/<sha256>


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
    merged_into: Mapped[int | None] = mapped_column(index=True)  # links to a thread outlive its joining another


class Post(Base):
    """One message of a list. `number` has no gaps within its list; imported posts have one too."""

    __tablename__ = "post"
    __table_args__ = table(
        sa.UniqueConstraint("list_id", "number"),
        sa.UniqueConstraint("list_id", "message_id"),
        sa.Index("ix_post_thread_id", "thread_id", "sent_at", "id"),
        sa.Index("ix_post_person_id", "person_id", "id"),
        sa.Index("ix_post_written", *_OF_AUTHOR, sqlite_where=WRITTEN, postgresql_where=WRITTEN),
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
    raw_id: Mapped[int] = mapped_column(sa.ForeignKey("raw.id"), index=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"))
    parent_id: Mapped[int | None] = mapped_column(index=True)
    parent_position: Mapped[int] = mapped_column(default=0)  # in its chain; with no parent_id a circle was cut here
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
    """One id a post names: its own (position 0), then its chain; below 0, ids that only bind its thread together."""

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
    language: Mapped[str]  # "" until a job has read the post's HTML; words are missing until then


class Blob(Base):
    """Content kept once, known by its sha256; larger ones are files under <data>/blobs."""

    __tablename__ = "blob"
    __table_args__ = (sa.Index("ix_blob_size", "size", sqlite_where=IN_ROW, postgresql_where=IN_ROW),)

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


class Picture(Base):
    """What a picture of a received mail became: kept as long as the mail, whose other pieces may name it again."""

    __tablename__ = "picture"
    __table_args__ = (sa.Index("ix_picture_source", "source"), {"sqlite_with_rowid": False})

    raw_id: Mapped[int] = mapped_column(sa.ForeignKey("raw.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # among the files of the mail
    source: Mapped[str]  # the sha256 of the file as it came
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"))  # for the archive
    type: Mapped[str]
    mailed_sha256: Mapped[str] = mapped_column(sa.ForeignKey("blob.sha256"))  # for copies; the same where it is small
    mailed_type: Mapped[str]


# Full text is no table of the metadata, since each database has its own kind; it is made beside them all the same.
# SQLite: what was newest comes first, because the row id is the second a post was sent at and its id (see `search`).
SEARCH_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS post_search USING fts5(list, subject, words, stems, quoted, quoted_stems, "
    "tokenize='unicode61 remove_diacritics 2', detail=column)",
)
SEARCH_POSTGRESQL = (
    "CREATE TABLE IF NOT EXISTS post_search (post_id BIGINT CONSTRAINT pk_post_search PRIMARY KEY "
    "CONSTRAINT fk_post_search_post_id_post REFERENCES post (id) ON DELETE CASCADE, "
    "sent_at TIMESTAMP WITH TIME ZONE NOT NULL, words TSVECTOR NOT NULL, quoted TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_post_search_sent_at ON post_search (sent_at, post_id)",
    "CREATE INDEX IF NOT EXISTS ix_post_search_words ON post_search USING gin (words)",
    "CREATE INDEX IF NOT EXISTS ix_post_search_quoted ON post_search USING gin (quoted)",
)
SEARCH = {"sqlite": SEARCH_SQLITE, "postgresql": SEARCH_POSTGRESQL}


@sa.event.listens_for(Base.metadata, "after_create")
def _create_search(_metadata: sa.MetaData, connection: sa.Connection, **_options: Any) -> None:
    for statement in SEARCH[connection.dialect.name]:
        connection.exec_driver_sql(statement)


@sa.event.listens_for(Base.metadata, "before_drop")
def _drop_search(_metadata: sa.MetaData, connection: sa.Connection, **_options: Any) -> None:
    connection.exec_driver_sql("DROP TABLE IF EXISTS post_search")
