"""Bounces: what came back, the mailboxes it came back from, and mailings that came back from everywhere."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add("mailing", sa.Column("broken_at", UtcDateTime(), nullable=True))
    _add("delivery", sa.Column("bounced_at", UtcDateTime(), nullable=True))
    _add("subscription", sa.Column("set_aside_at", UtcDateTime(), nullable=True))
    op.create_table(
        "bounce",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("mailing_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("occurrence", BigInt, nullable=False),
        sa.Column("address_id", BigInt, nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("hard", "soft", "policy", "unknown", name="verdict", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint(
            "mailing_id", "person_id", "occurrence", name=op.f("uq_bounce_mailing_id_person_id_occurrence")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bounce_address_id", "bounce", ["address_id", "at"])
    op.create_index("ix_bounce_person_id", "bounce", ["person_id"])
    op.create_table(
        "mailbox",
        sa.Column("address_id", BigInt, nullable=False, autoincrement=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column(
            "trouble",
            sa.Enum("full", "gone", "refuses", "complaint", name="trouble", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("tries", BigInt, nullable=False),
        sa.Column("probed_at", UtcDateTime(), nullable=True),
        sa.Column("set_aside_at", UtcDateTime(), nullable=True),
        sa.Column("notices", BigInt, nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("cleared_at", UtcDateTime(), nullable=True),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_mailbox")),
    )
    _index("ix_mailbox_set_aside", "person_id", "set_aside_at IS NOT NULL")
    _index("ix_mailbox_next_at", "next_at", "next_at IS NOT NULL")


def _add(table: str, column: sa.Column[object]) -> None:
    op.add_column(table, column)


def _index(name: str, column: str, where: str) -> None:
    op.create_index(name, "mailbox", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
