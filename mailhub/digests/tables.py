"""The rows of letters: when a person reads, each letter that was written, and what stood in it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word


class How(StrEnum):
    """How a letter tells of one thing; nothing that is owed to its reader is in none of these."""

    WHOLE = "whole"
    LINE = "line"  # the same person had several before it
    LENGTH = "length"  # a line, since the letter was long enough
    COUNTED = "counted"  # a number, since there were too many lines
    MUTED = "muted"  # a number: its reader has silenced the conversation
    LEFT = "left"  # a number: its reader has chosen another kind of thing alone
    MISSED = "missed"  # posted while they were away: its conversation has a line


class LetterReader(Base):
    """When a person wants the letter, where they chose; others read at the site's hour, every day."""

    __tablename__ = "letter_reader"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    at: Mapped[int]  # minutes after midnight, on their own clock
    days: Mapped[int]  # a bit each, Monday the lowest
    changed_at: Mapped[datetime]


class Letter(Base):
    """One letter to one person; what stands in it is in its items, and its words are made from them.

    What somebody asked for by mail comes as a letter too, with its `query`; it belongs to no hour. What waits for an
    organiser comes in a letter of a `week` (`monday`), which is none of the day."""

    __tablename__ = "letter"
    __table_args__ = table(
        sa.Index(
            "uq_letter_slot",
            "person_id",
            "slot",
            unique=True,
            sqlite_where=sa.text("query IS NULL AND week IS NULL"),
            postgresql_where=sa.text("query IS NULL AND week IS NULL"),
        ),
        sa.Index(
            "uq_letter_week",
            "person_id",
            "week",
            unique=True,
            sqlite_where=sa.text("week IS NOT NULL"),
            postgresql_where=sa.text("week IS NOT NULL"),
        ),
        sa.Index(
            "ix_letter_unsent",
            "person_id",
            sqlite_where=sa.text("owed_at IS NULL"),
            postgresql_where=sa.text("owed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    slot: Mapped[datetime]  # the hour it was due at: once for each
    language: Mapped[str]
    time_zone: Mapped[str]
    written_at: Mapped[datetime]
    owed_at: Mapped[datetime | None]  # none: it was not sent, since nothing but silenced conversations was in it
    query: Mapped[str | None]  # what was searched for, "" where it is what was left out; none: the letter of the day
    week: Mapped[int | None]  # what waits for an organiser, in this ISO week, as 202611: once for each


class LetterItem(Base):
    """One thing a letter tells of. Those without a number of their own have 0."""

    __tablename__ = "letter_item"
    __table_args__ = (
        sa.Index("ix_letter_item_thing", "thing", "thing_id"),
        {"sqlite_with_rowid": False},
    )

    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    how: Mapped[How] = mapped_column(word(How))
    thing: Mapped[str]  # "post"
    thing_id: Mapped[int]
    list_id: Mapped[int]
