"""The rows of inbound mail: every receipt, and what became of it for each recipient."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word


class InboundState(StrEnum):
    KEPT = "kept"  # our 250 was given, or is about to be
    CLAIMED = "claimed"
    DONE = "done"
    PARKED = "parked"  # a person must look: the traceback is in `fault`


class InboundMail(Base):
    """One mail we said 250 to, with its envelope."""

    __tablename__ = "inbound_mail"
    __table_args__ = table(
        sa.Index(
            "ix_inbound_mail_undone",
            "id",
            sqlite_where=sa.text("state IN ('kept', 'claimed')"),
            postgresql_where=sa.text("state IN ('kept', 'claimed')"),
        ),
        sa.Index("ix_inbound_mail_message_id", "message_id"),
    )

    id: Mapped[Id]
    raw_id: Mapped[int] = mapped_column(sa.ForeignKey("raw.id"))
    envelope_from: Mapped[str]  # "" is the null sender
    recipients: Mapped[list[str]] = mapped_column(sa.JSON)
    peer: Mapped[str]
    protocol: Mapped[str]  # "smtp", "lmtp", "imap", "import"
    received_at: Mapped[datetime]
    state: Mapped[InboundState] = mapped_column(word(InboundState), default=InboundState.KEPT)
    lease_until: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str | None]  # what mail.automatic says it is, or "unreadable"
    message_id: Mapped[str | None]
    author: Mapped[str | None]
    evidence: Mapped[str | None]  # letters proven, e.g. "A"
    level: Mapped[int | None]
    auth: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    fault: Mapped[str | None]


class Disposition(Base):
    """What became of one mail for one of its recipients."""

    __tablename__ = "disposition"
    __table_args__ = (
        sa.Index("ix_disposition_person_id", "person_id", "at"),
        {"sqlite_with_rowid": False},
    )

    mail_id: Mapped[int] = mapped_column(sa.ForeignKey("inbound_mail.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    outcome: Mapped[str]  # posted, held, answered, done, dropped, recorded, unreadable, relayed or parked
    reason: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[int | None]
    list_id: Mapped[int | None]
    thing: Mapped[str | None]
    thing_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
