"""The rows of lists: the list itself, who belongs to it, how posts reach them, and what waits to be read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word


class MailList(Base):
    """A list as published; its rules are the definition, its counters are here."""

    __tablename__ = "list"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("list.id"))
    definition: Mapped[dict[str, Any]]  # lists.definition.ListDefinition as published
    version: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)  # taken under this row's lock, so numbers have no gap
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # its file is gone: nothing more comes in or goes out


class Name(Base):
    """Every local part a list answers to: slug and aliases share one name space with unit codes."""

    __tablename__ = "name"

    name: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("list.id"))


class SubscriptionState(StrEnum):
    PENDING = "pending"  # asked to confirm
    WAITING = "waiting"  # confirmed; an organiser must approve
    UNASKED = "unasked"  # imported without a basis: one letter, nothing else
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class DeliveryChoice(StrEnum):
    EACH = "each"
    DIGEST = "digest"
    NONE = "none"
    DECISIONS = "decisions"  # these alone; messages are counted, and come when they are asked for
    EVENTS = "events"


class Subscription(Base):
    """One person in one list."""

    __tablename__ = "subscription"
    __table_args__ = (
        sa.Index("ix_subscription_person_id", "person_id"),
        sa.Index("ix_subscription_paused_until", "paused_until"),
    )

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("list.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    state: Mapped[SubscriptionState] = mapped_column(word(SubscriptionState))
    delivery: Mapped[DeliveryChoice] = mapped_column(word(DeliveryChoice))
    changed_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    joined_number: Mapped[int] = mapped_column(default=0)  # posts up to this number are never owed to them
    paused_until: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]  # paused by us, while their mailbox takes no mail
    published: Mapped[int] = mapped_column(default=0)  # posts of theirs that went out; below two they are newcomers


class SpanKind(StrEnum):
    LETTER = "letter"  # chosen: these posts come by letter
    LEFT = "left"  # left out, since one kind of thing alone was chosen: told on request
    PAUSE = "pause"  # posted while they were away: listed in the letter that welcomes them back


class LetterSpan(Base):
    """Posts of a list that reach one person by letter and not each: the numbers above `after`, up to `upto`.

    The spans of a subscription never overlap; at most one has no end yet. What no span holds leaves as mail of its own.
    """

    __tablename__ = "letter_span"
    __table_args__ = table(
        sa.Index("ix_letter_span_person_id", "person_id", "list_id"),
        sa.Index("ix_letter_span_list_id_after", "list_id", "after"),
        sa.Index(
            "uq_letter_span_open",
            "list_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("upto IS NULL"),
            postgresql_where=sa.text("upto IS NULL"),
        ),
    )

    id: Mapped[Id]
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("list.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[SpanKind] = mapped_column(word(SpanKind))
    after: Mapped[int]  # moved on by every letter
    upto: Mapped[int | None]  # none: it goes on
    begun_at: Mapped[datetime]


class ThreadMute(Base):
    """One person wants to hear no more of one conversation."""

    __tablename__ = "thread_mute"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(sa.ForeignKey("thread.id"), primary_key=True)
    muted_at: Mapped[datetime]


class HeldState(StrEnum):
    WAITING = "waiting"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class HeldPost(Base):
    """A post that a moderator reads first, or whose author must first join or prove who they are."""

    __tablename__ = "held_post"
    __table_args__ = table(
        sa.UniqueConstraint("list_id", "raw_id", "relay_to"),
        sa.Index("ix_held_post_list_id_message_id", "list_id", "message_id"),
        sa.Index("ix_held_post_person_id", "person_id"),
        sa.Index("ix_held_post_thread_id", "thread_id"),
        sa.Index(
            "ix_held_post_leaves_at",
            "leaves_at",
            sqlite_where=sa.text("leaves_at IS NOT NULL"),
            postgresql_where=sa.text("leaves_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("list.id"))
    raw_id: Mapped[int] = mapped_column(sa.ForeignKey("raw.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    relay_to: Mapped[int] = mapped_column(default=0)  # the member it is for; 0: the group
    message_id: Mapped[str | None]
    subject: Mapped[str]
    reasons: Mapped[dict[str, Any]]  # {"codes": [...], "authenticity": {...}}: all that objected, in order
    evidence: Mapped[str]  # letters, e.g. "A"
    state: Mapped[HeldState] = mapped_column(word(HeldState), default=HeldState.WAITING)
    held_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]
    note: Mapped[str | None]  # the moderator's words to the author
    question_id: Mapped[int | None]
    thread_id: Mapped[int | None]  # the conversation whose pace it waits for
    leaves_at: Mapped[datetime | None]  # when it leaves, or is offered back, by itself


class Tool(StrEnum):
    """What a moderator may decide about a conversation or about one person's messages."""

    SLOW = "slow"  # one message a person in so many hours
    LETTER = "letter"  # by letter only
    CLOSED = "closed"
    VOICES = "voices"  # two people speak, in turn
    MEDIATION = "mediation"  # two people talk about it in private
    BAN = "ban"  # this person may not write to this group
    TRUST = "trust"  # this person is not read first in this group


class Measure(Base):
    """One such decision: who took it, when, about what, and until when. The log of them: an ended one stays."""

    __tablename__ = "measure"
    __table_args__ = table(
        sa.Index("ix_measure_thread_id", "thread_id"),
        sa.Index("ix_measure_post_id", "post_id"),
        sa.Index(
            "ix_measure_list_id",
            "list_id",
            sqlite_where=sa.text("thread_id IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("thread_id IS NOT NULL AND ended_at IS NULL"),
        ),
        sa.Index(
            "ix_measure_person",
            "person_id",
            "list_id",
            sqlite_where=sa.text("person_id IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("person_id IS NOT NULL AND ended_at IS NULL"),
        ),
        sa.Index(
            "ix_measure_until",
            "until",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("list.id"))
    thread_id: Mapped[int | None]  # the conversation it is about
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # or the person
    tool: Mapped[Tool] = mapped_column(word(Tool))
    detail: Mapped[dict[str, Any]]  # hours, people, the rule and the reason, as far as its tool has them
    begun_at: Mapped[datetime]
    begun_by: Mapped[int]
    until: Mapped[datetime | None]  # none: for good
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None]  # none: by itself
    post_id: Mapped[int | None]  # the message that told the group of it
