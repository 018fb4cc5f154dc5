"""Aliases: what the next hop calls a copy, which may be written over its Message-ID."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("alias", sa.String(), nullable=True))
    op.create_index(
        "ix_delivery_alias",
        "delivery",
        ["alias"],
        sqlite_where=sa.text("alias IS NOT NULL"),
        postgresql_where=sa.text("alias IS NOT NULL"),
    )
