"""Who is inside the segment of a trigger, and when that changes by itself; who is due is found journey by journey."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_DUE = sa.text("due_at IS NOT NULL AND ended IS NULL")
_FLIPS = sa.text("flips_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("journey", sa.Column("fire_place", BigInt))
    op.create_table(
        "segment_member",
        sa.Column("journey_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("since", UtcDateTime()),
        sa.Column("flips_at", UtcDateTime()),
        sa.ForeignKeyConstraint(["journey_id"], ["journey.id"], name=op.f("fk_segment_member_journey_id_journey")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_segment_member_person_id_person")),
        sa.PrimaryKeyConstraint("journey_id", "person_id", name=op.f("pk_segment_member")),
        sqlite_with_rowid=False,
    )
    columns = ["journey_id", "flips_at"]
    op.create_index("ix_segment_member_flips", "segment_member", columns, sqlite_where=_FLIPS, postgresql_where=_FLIPS)
    # By time alone, a journey that is paused would be read through at every look.
    op.drop_index("ix_enrolment_due", "enrolment")
    columns = ["journey_id", "due_at", "id"]
    op.create_index("ix_enrolment_due", "enrolment", columns, sqlite_where=_DUE, postgresql_where=_DUE)
