"""What moderators decide about conversations and people, and messages that wait for their time to leave."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0007"
down_revision = "0008"
branch_labels = None
depends_on = None

_TOOLS = ("slow", "letter", "closed", "voices", "mediation", "ban", "trust")


def upgrade() -> None:
    op.add_column("held_post", sa.Column("thread_id", BigInt, nullable=True))
    op.add_column("held_post", sa.Column("leaves_at", UtcDateTime(), nullable=True))
    op.create_index("ix_held_post_thread_id", "held_post", ["thread_id"])
    _index("ix_held_post_leaves_at", "held_post", ["leaves_at"], "leaves_at IS NOT NULL")
    op.create_table(
        "measure",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("thread_id", BigInt, nullable=True),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("tool", sa.Enum(*_TOOLS, name="tool", native_enum=False, length=24), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("begun_by", BigInt, nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", BigInt, nullable=True),
        sa.Column("post_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_measure_list_id_list")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_measure_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measure_thread_id", "measure", ["thread_id"])
    op.create_index("ix_measure_post_id", "measure", ["post_id"])
    _index("ix_measure_person", "measure", ["person_id", "list_id"], "person_id IS NOT NULL AND ended_at IS NULL")
    _index("ix_measure_list_id", "measure", ["list_id"], "thread_id IS NOT NULL AND ended_at IS NULL")
    _index("ix_measure_until", "measure", ["until"], "ended_at IS NULL")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
