"""The rows of journeys: which run, who is on their way and where, each step they left, and calls to other systems."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word
from mailhub.journeys.state import End, Phase

ACTIVE = sa.text("ended IS NULL")
FAILED = sa.text("ended = 'failed'")
DUE = sa.text("due_at IS NOT NULL AND ended IS NULL")
FLIPS = sa.text("flips_at IS NOT NULL")


class JourneyRow(Base):
    """A journey that was published; its versions are definitions, and people finish on the one they began with."""

    __tablename__ = "journey"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int]  # that newcomers begin with
    list_id: Mapped[int | None]  # whose members it writes to
    published_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]  # nobody moves meanwhile
    closed_at: Mapped[datetime | None]  # its file is gone: nobody comes in any more
    next_fire: Mapped[datetime | None]  # of a schedule; of what watches people, when all are looked at again
    fired_until: Mapped[datetime | None]  # what was due until then has brought in whom it concerns
    fire_place: Mapped[int | None]  # the person up to whom the present one has got


class SegmentMember(Base):
    """Somebody whom a trigger watches: who fits its condition, and who will, or will not, when some time has passed."""

    __tablename__ = "segment_member"
    __table_args__ = (
        sa.Index("ix_segment_member_flips", "journey_id", "flips_at", sqlite_where=FLIPS, postgresql_where=FLIPS),
        {"sqlite_with_rowid": False},
    )

    journey_id: Mapped[int] = mapped_column(sa.ForeignKey("journey.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime | None]  # they have fitted; none: they do not
    flips_at: Mapped[datetime | None]  # time alone changes that then


class Enrolment(Base):
    """One person on their way through one version of one journey; at most one at a time for each key."""

    __tablename__ = "enrolment"
    __table_args__ = table(
        sa.Index(
            "uq_enrolment_active",
            "journey_id",
            "person_id",
            "key",
            unique=True,
            sqlite_where=ACTIVE,
            postgresql_where=ACTIVE,
        ),
        sa.Index("ix_enrolment_due", "journey_id", "due_at", "id", sqlite_where=DUE, postgresql_where=DUE),
        sa.Index("ix_enrolment_person_id", "person_id", "journey_id"),
        sa.Index("ix_enrolment_failed", "ended_at", sqlite_where=FAILED, postgresql_where=FAILED),
        sa.Index("ix_enrolment_step", "journey_id", "version", "step", sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )

    id: Mapped[Id]
    journey_id: Mapped[int] = mapped_column(sa.ForeignKey("journey.id"))
    version: Mapped[int]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str]  # "" or what brought them in, where each brings its own way
    began_at: Mapped[datetime]
    step: Mapped[str]
    phase: Mapped[Phase] = mapped_column(word(Phase))
    due_at: Mapped[datetime | None]
    since: Mapped[datetime]  # at this step
    visit: Mapped[int]  # steps come to so far
    tries: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[int] = mapped_column(default=0)
    acted_at: Mapped[datetime | None]  # when the person last did what this way answers
    kept: Mapped[dict[str, Any]]  # answers of this way, visits of steps that repeat, what brought them in
    ended: Mapped[End | None] = mapped_column(word(End))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # which rule ended it, or what failed


class TransitionRow(Base):
    """One step left, with what made it so; rows are only ever added."""

    __tablename__ = "transition"
    __table_args__ = (
        sa.Index("ix_transition_counts", "journey_id", "version", "step", "outcome"),
        {"sqlite_with_rowid": False},
    )

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), primary_key=True)
    visit: Mapped[int] = mapped_column(primary_key=True)  # of the step that was left
    journey_id: Mapped[int]
    version: Mapped[int]
    step: Mapped[str]
    outcome: Mapped[str]
    to_step: Mapped[str]
    at: Mapped[datetime]
    cause: Mapped[str]  # "time", "answer", "activity 12", "raw 3", …


class CallRow(Base):
    """Something another system is told; it is tried until it has answered, or its way has gone on."""

    __tablename__ = "journey_call"
    __table_args__ = (
        sa.Index(
            "ix_journey_call_due",
            "due_at",
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the occurrence of its step
    url: Mapped[str]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]  # none: it has answered, or nobody tries any more
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]  # of its last answer
    said: Mapped[str | None]  # the beginning of it, or why there was none
