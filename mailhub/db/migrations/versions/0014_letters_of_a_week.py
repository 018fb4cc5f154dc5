"""Letters of a week, which tell who organises what waits for them; ways that had to stop have an index."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OF_THE_DAY = sa.text("query IS NULL AND week IS NULL")
_OF_A_WEEK = sa.text("week IS NOT NULL")
_FAILED = sa.text("ended = 'failed'")


def upgrade() -> None:
    op.add_column("letter", sa.Column("week", BigInt))
    op.drop_index("uq_letter_slot", "letter")
    for name, columns, where in (
        ("uq_letter_slot", ["person_id", "slot"], _OF_THE_DAY),
        ("uq_letter_week", ["person_id", "week"], _OF_A_WEEK),
    ):
        op.create_index(name, "letter", columns, unique=True, sqlite_where=where, postgresql_where=where)
    columns = ["ended_at"]
    op.create_index("ix_enrolment_failed", "enrolment", columns, sqlite_where=_FAILED, postgresql_where=_FAILED)
