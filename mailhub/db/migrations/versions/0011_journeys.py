"""Journeys: which run, who is on their way, each step left, calls to other systems, and the attention mails spend."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("ended IS NULL")
_DUE = sa.text("due_at IS NOT NULL AND ended IS NULL")
_CALLS = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    _journeys()
    _enrolments()
    _transitions()
    _calls()
    _attention()
    # Nothing reacted to activities before: what happened until now brings nobody in.
    op.execute("UPDATE activity SET reacted_at = at WHERE reacted_at IS NULL")


def _journeys() -> None:
    op.create_table(
        "journey",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("list_id", BigInt),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("paused_at", UtcDateTime()),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("next_fire", UtcDateTime()),
        sa.Column("fired_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey")),
        sa.UniqueConstraint("slug", name=op.f("uq_journey_slug")),
        sqlite_autoincrement=True,
    )


def _enrolments() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("journey_id", BigInt, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("phase", sa.String(24), nullable=False),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("visit", BigInt, nullable=False),
        sa.Column("tries", BigInt, nullable=False),
        sa.Column("unclear", BigInt, nullable=False),
        sa.Column("acted_at", UtcDateTime()),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("ended", sa.String(24)),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("reason", sa.String()),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name=op.f("fk_enrolment_journey_id_journey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sqlite_autoincrement=True,
    )
    _index("uq_enrolment_active", "enrolment", ["journey_id", "person_id", "key"], _ACTIVE, unique=True)
    _index("ix_enrolment_due", "enrolment", ["due_at", "id"], _DUE)
    op.create_index("ix_enrolment_person_id", "enrolment", ["person_id", "journey_id"])
    _index("ix_enrolment_step", "enrolment", ["journey_id", "version", "step"], _ACTIVE)


def _transitions() -> None:
    op.create_table(
        "transition",
        sa.Column("enrolment_id", BigInt, nullable=False),
        sa.Column("visit", BigInt, nullable=False),
        sa.Column("journey_id", BigInt, nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("to_step", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_transition_enrolment_id_enrolment")),
        sa.PrimaryKeyConstraint("enrolment_id", "visit", name=op.f("pk_transition")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_transition_counts", "transition", ["journey_id", "version", "step", "outcome"])


def _calls() -> None:
    op.create_table(
        "journey_call",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("lease_until", UtcDateTime()),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("status", BigInt),
        sa.Column("said", sa.String()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_call")),
        sqlite_autoincrement=True,
    )
    _index("ix_journey_call_due", "journey_call", ["due_at"], _CALLS)


def _attention() -> None:
    op.create_table(
        "attention",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("mailing_id", BigInt, nullable=False),
        sa.Column("occurrence", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "at", "mailing_id", "occurrence", name=op.f("pk_attention")),
        sqlite_with_rowid=False,
    )


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
