"""Who asked to be forgotten, and how far that has come."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STAGES = ("goodbye", "rows", "posts", "mails", "texts", "bytes", "frames", "files", "done")


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("hashes", sa.JSON(), nullable=False),
        sa.Column("with_posts", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Enum(*_STAGES, name="erasurestage", native_enum=False, length=24), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("traces", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("person_id", name=op.f("uq_erasure_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_erasure_due",
        "erasure",
        ["next_at"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
