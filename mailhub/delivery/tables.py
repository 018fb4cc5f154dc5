"""The rows of delivery: one mailing, its text in each language, and a row for each person it is owed to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word
from mailhub.mail.reports.verdicts import Verdict


class MailClass(StrEnum):
    """What kind of mail it is; decides consent, caps, order and what happens in doubt (design section 7)."""

    SERVICE = "service"
    DISCUSSION = "discussion"
    DIGEST = "digest"
    RELATIONAL = "relational"
    PROMOTIONAL = "promotional"


class MailingState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    HELD = "held"
    OPEN = "open"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class Mailing(Base):
    """One thing to send. `source` and `key` name its cause, so that a repeated cause makes no second mailing."""

    __tablename__ = "mailing"
    __table_args__ = table(
        sa.UniqueConstraint("source", "key"),
        sa.Index("ix_mailing_state_due_at", "state", "due_at"),
    )

    id: Mapped[Id]
    source: Mapped[str]  # the room's source that answers for it, e.g. "lists.post"
    key: Mapped[str]
    mail_class: Mapped[MailClass] = mapped_column(word(MailClass))
    purpose: Mapped[str | None]  # consent it needs, e.g. "list:3"; None for service mail
    list_id: Mapped[int | None]
    thing_id: Mapped[int | None]  # the post, the campaign, …
    state: Mapped[MailingState] = mapped_column(word(MailingState))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    reads: Mapped[str | None]  # the source's audience; None: rows are owed one by one and the mailing stays open
    place: Mapped[int] = mapped_column(default=0)  # the last person id the expander owed
    expanded_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]  # it came back from everywhere and was stopped: nobody's mailbox is to blame


class MailingFrame(Base):
    """The compiled text of a mailing in one language."""

    __tablename__ = "mailing_frame"

    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailing.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    frame: Mapped[bytes]


class Delivery(Base):
    """One mailing, owed to one person; `occurrence` is the id of the cause, else 0."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.Index(
            "ix_delivery_waiting",
            "mailing_id",
            "due_at",
            sqlite_where=sa.text("state IN ('ready', 'deferred')"),
            postgresql_where=sa.text("state IN ('ready', 'deferred')"),
        ),
        sa.Index(
            "ix_delivery_in_work",
            "lease_until",
            sqlite_where=sa.text("state IN ('claimed', 'sending', 'uncertain')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending', 'uncertain')"),
        ),
        sa.Index("ix_delivery_person_id", "person_id"),
        sa.Index(
            "ix_delivery_alias",
            "alias",
            sqlite_where=sa.text("alias IS NOT NULL"),
            postgresql_where=sa.text("alias IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    mailing_id: Mapped[int] = mapped_column(sa.ForeignKey("mailing.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True, default=0)
    state: Mapped[DeliveryState] = mapped_column(word(DeliveryState), default=DeliveryState.READY)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)  # a worker whose lease was taken writes nothing
    attempts: Mapped[int] = mapped_column(default=0)
    address_id: Mapped[int | None]
    slots: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))  # values frozen when owed
    language: Mapped[str | None]
    reply: Mapped[str | None]  # the next hop's last words, or why it was cancelled
    finished_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]  # it came back, or was refused for good
    alias: Mapped[str | None]  # what the next hop called it, where that may stand in the place of its Message-ID


class Bounce(Base):
    """One copy that came back, once however often it is told."""

    __tablename__ = "bounce"
    __table_args__ = table(
        sa.UniqueConstraint("mailing_id", "person_id", "occurrence"),
        sa.Index("ix_bounce_address_id", "address_id", "at"),
        sa.Index("ix_bounce_person_id", "person_id"),
    )

    id: Mapped[Id]
    mailing_id: Mapped[int]
    person_id: Mapped[int]
    occurrence: Mapped[int]
    address_id: Mapped[int | None]  # the mailbox it is about, as far as we know
    at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(word(Verdict))
    status: Mapped[str]
    words: Mapped[str]  # what the server said
    origin: Mapped[str]  # "report", "reply" (of the next hop) or "webhook"


class Trouble(StrEnum):
    """Why a mailbox takes no mail of ours, as its owner is told."""

    FULL = "full"
    GONE = "gone"
    REFUSES = "refuses"
    COMPLAINT = "complaint"  # it does take mail, but its owner pressed the button


class Mailbox(Base):
    """An address whose mail comes back: it is tried once more, then set aside until its owner says so."""

    __tablename__ = "mailbox"
    __table_args__ = (
        sa.Index(
            "ix_mailbox_set_aside",
            "person_id",
            sqlite_where=sa.text("set_aside_at IS NOT NULL"),
            postgresql_where=sa.text("set_aside_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_mailbox_next_at",
            "next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        ),
    )

    address_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int]
    since: Mapped[datetime]  # the first bounce of this trouble
    trouble: Mapped[Trouble] = mapped_column(word(Trouble))
    tries: Mapped[int] = mapped_column(default=0)  # probes and notices so far, which is what numbers them
    probed_at: Mapped[datetime | None]  # a probe is under way
    set_aside_at: Mapped[datetime | None]
    notices: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]  # when to look at it again
    cleared_at: Mapped[datetime | None]  # what bounced before then counts no more
    heard_at: Mapped[datetime | None]  # its owner wrote from it since it was set aside


class Attention(Base):
    """One mail beyond service that a person was owed, whatever room it is of; a week of them counts."""

    __tablename__ = "attention"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(primary_key=True)
    occurrence: Mapped[int] = mapped_column(primary_key=True)
