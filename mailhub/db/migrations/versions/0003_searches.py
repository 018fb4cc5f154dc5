"""What somebody searched for by mail comes as a letter of its own, which belongs to no hour."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter") as letter:
        letter.add_column(sa.Column("query", sa.String(), nullable=True))
        letter.drop_constraint("uq_letter_person_id_slot", type_="unique")
    op.create_index(
        "uq_letter_slot",
        "letter",
        ["person_id", "slot"],
        unique=True,
        sqlite_where=sa.text("query IS NULL"),
        postgresql_where=sa.text("query IS NULL"),
    )
