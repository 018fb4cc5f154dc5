"""What is asked of everybody at once: when somebody last wrote, and who lives at a place."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WRITTEN = sa.text("state = 'published' AND origin = 'mail'")
_SHORT = sa.text("length(value) <= 200")


def upgrade() -> None:
    columns = ["person_id", "published_at", "state", "origin"]
    op.create_index("ix_post_written", "post", columns, sqlite_where=_WRITTEN, postgresql_where=_WRITTEN)
    columns = ["name", "value", "person_id"]
    op.create_index("ix_person_field_value", "person_field", columns, sqlite_where=_SHORT, postgresql_where=_SHORT)
