"""The letter of the day: who reads when, which posts reach whom by letter, every letter and its items."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_span",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("kind", sa.Enum("letter", "pause", name="spankind", native_enum=False, length=24), nullable=False),
        sa.Column("after", BigInt, nullable=False),
        sa.Column("upto", BigInt, nullable=True),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_letter_span_list_id_list")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_span_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_span")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_span_list_id_after", "letter_span", ["list_id", "after"])
    op.create_index("ix_letter_span_person_id", "letter_span", ["person_id", "list_id"])
    op.create_index(
        "uq_letter_span_open",
        "letter_span",
        ["list_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("upto IS NULL"),
        postgresql_where=sa.text("upto IS NULL"),
    )
    _begin_spans()
    op.create_table(
        "thread_mute",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("muted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_thread_mute_person_id_person")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_mute_thread_id_thread")),
        sa.PrimaryKeyConstraint("person_id", "thread_id", name=op.f("pk_thread_mute")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "letter_reader",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.Column("days", BigInt, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_reader_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_letter_reader")),
    )
    op.create_table(
        "letter",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("slot", UtcDateTime(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("owed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("person_id", "slot", name=op.f("uq_letter_person_id_slot")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_letter_unsent",
        "letter",
        ["person_id"],
        sqlite_where=sa.text("owed_at IS NULL"),
        postgresql_where=sa.text("owed_at IS NULL"),
    )
    op.create_table(
        "letter_item",
        sa.Column("letter_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column(
            "how",
            sa.Enum("whole", "line", "length", "counted", "muted", "missed", name="how", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("thing_id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_item_letter_id_letter")),
        sa.PrimaryKeyConstraint("letter_id", "position", name=op.f("pk_letter_item")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_letter_item_thing", "letter_item", ["thing", "thing_id"])


def _begin_spans() -> None:
    """Who chose the letter got every message until now; their letter begins with the next one."""
    op.execute(
        sa.text(
            "INSERT INTO letter_span (list_id, person_id, kind, after, begun_at) "
            "SELECT s.list_id, s.person_id, 'letter', l.last_number, s.changed_at "
            "FROM subscription AS s JOIN list AS l ON l.id = s.list_id "
            "WHERE s.state = 'active' AND s.delivery = 'digest'"
        )
    )
