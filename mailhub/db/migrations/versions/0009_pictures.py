"""What pictures of received mails became: upright, smaller, without what their cameras wrote into them."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("raw_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("mailed_sha256", sa.String(), nullable=False),
        sa.Column("mailed_type", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["raw_id"], ["raw.id"], name=op.f("fk_picture_raw_id_raw")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_picture_sha256_blob")),
        sa.ForeignKeyConstraint(["mailed_sha256"], ["blob.sha256"], name=op.f("fk_picture_mailed_sha256_blob")),
        sa.PrimaryKeyConstraint("raw_id", "position", name=op.f("pk_picture")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_picture_source", "picture", ["source"])
