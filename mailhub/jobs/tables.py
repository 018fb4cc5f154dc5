"""The rows of timed work: one fire per schedule and slot, whoever ticks."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base


class Fire(Base):
    """A schedule that has fired for this slot; the key is the promise that it fires once."""

    __tablename__ = "fire"
    __table_args__ = ({"sqlite_with_rowid": False},)

    schedule: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    fired_at: Mapped[datetime]
