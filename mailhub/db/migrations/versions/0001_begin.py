"""Every table of the first release; full text beside them, since each database has its own kind."""

import sqlalchemy as sa
from alembic import op

from mailhub.db.base import BigInt, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEARCH_SQLITE = (
    (
        "CREATE VIRTUAL TABLE IF NOT EXISTS post_search USING fts5(list, subject, words, stems, quoted, "
        "quoted_stems, tokenize='unicode61 remove_diacritics 2', detail=column)"
    ),
)
SEARCH_POSTGRESQL = (
    (
        "CREATE TABLE IF NOT EXISTS post_search (post_id BIGINT CONSTRAINT pk_post_search PRIMARY KEY "
        "CONSTRAINT fk_post_search_post_id_post REFERENCES post (id) ON DELETE CASCADE, sent_at TIMESTAMP "
        "WITH TIME ZONE NOT NULL, words TSVECTOR NOT NULL, quoted TSVECTOR NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS ix_post_search_sent_at ON post_search (sent_at, post_id)",
    "CREATE INDEX IF NOT EXISTS ix_post_search_words ON post_search USING gin (words)",
    "CREATE INDEX IF NOT EXISTS ix_post_search_quoted ON post_search USING gin (quoted)",
)


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("list_id", BigInt, nullable=True),
        sa.Column("thing", sa.String(), nullable=True),
        sa.Column("thing_id", BigInt, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("reacted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index("ix_activity_person_id", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_activity_unreacted",
            ["id"],
            unique=False,
            sqlite_where=sa.text("reacted_at IS NULL"),
            postgresql_where=sa.text("reacted_at IS NULL"),
        )

    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.create_index(
            "ix_blob_size",
            ["size"],
            unique=False,
            sqlite_where=sa.text("body IS NOT NULL"),
            postgresql_where=sa.text("body IS NOT NULL"),
        )

    op.create_table(
        "definition_version",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("in_file_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definition_version")),
        sa.UniqueConstraint("kind", "slug", "number", name=op.f("uq_definition_version_kind_slug_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "fire",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("slot", UtcDateTime(), nullable=False),
        sa.Column("fired_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("schedule", "slot", name=op.f("pk_fire")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "import_job",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("list_id", BigInt, nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("staging", "applying", "done", name="importstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("staged", BigInt, nullable=False),
        sa.Column("place", BigInt, nullable=False),
        sa.Column("imported", BigInt, nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "list",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("version", BigInt, nullable=False),
        sa.Column("last_number", BigInt, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["list.id"], name=op.f("fk_list_parent_id_list")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list")),
        sa.UniqueConstraint("slug", name=op.f("uq_list_slug")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mailing",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "mail_class",
            sa.Enum(
                "service",
                "discussion",
                "digest",
                "relational",
                "promotional",
                name="mailclass",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("list_id", BigInt, nullable=True),
        sa.Column("thing_id", BigInt, nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "scheduled",
                "held",
                "open",
                "paused",
                "done",
                "cancelled",
                name="mailingstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("reads", sa.String(), nullable=True),
        sa.Column("place", BigInt, nullable=False),
        sa.Column("expanded_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_mailing_source_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("mailing", schema=None) as batch_op:
        batch_op.create_index("ix_mailing_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("token_epoch", BigInt, nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("unconfirmed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            "ix_person_unconfirmed_until",
            ["unconfirmed_until"],
            unique=False,
            sqlite_where=sa.text("unconfirmed_until IS NOT NULL"),
            postgresql_where=sa.text("unconfirmed_until IS NOT NULL"),
        )

    op.create_table(
        "question",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thing_id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", BigInt, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_question_due",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index("ix_question_kind_thing_id", ["kind", "thing_id"], unique=False)
        batch_op.create_index(
            "uq_question_standing",
            ["kind", "thing_id", "list_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            "uq_question_standing_without_list",
            ["kind", "thing_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL AND list_id IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL AND list_id IS NULL"),
        )

    op.create_table(
        "raw",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("codec", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("raw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_raw_sha256"), ["sha256"], unique=False)
        batch_op.create_index(
            "ix_raw_unpacked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("codec = 'plain'"),
            postgresql_where=sa.text("codec = 'plain'"),
        )

    op.create_table(
        "site_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site_state")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_suppression")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "thread",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("posts", BigInt, nullable=False),
        sa.Column("merged_into", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.create_index("ix_thread_list_id_last_at", ["list_id", "last_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_thread_merged_into"), ["merged_into"], unique=False)

    op.create_table(
        "address",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("rank", BigInt, nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("email_key", name=op.f("uq_address_email_key")),
        sa.UniqueConstraint("person_id", "rank", name=op.f("uq_address_person_id_rank")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "asking",
        sa.Column("question_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("address_id", BigInt, nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("verb", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_asking_person_id_person")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_asking_question_id_question")),
        sa.PrimaryKeyConstraint("question_id", "person_id", name=op.f("pk_asking")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("asked", "given", "withdrawn", name="consentstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("text_sha256", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index("ix_consent_person_id_purpose", ["person_id", "purpose", "id"], unique=False)

    op.create_table(
        "deed",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("thing_id", BigInt, nullable=False),
        sa.Column("told", sa.String(), nullable=True),
        sa.Column("told_id", BigInt, nullable=True),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("undo", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deed_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deed", schema=None) as batch_op:
        batch_op.create_index("ix_deed_person_id", ["person_id", "id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("mailing_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("occurrence", BigInt, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "claimed",
                "sending",
                "sent",
                "deferred",
                "failed",
                "uncertain",
                "cancelled",
                name="deliverystate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("epoch", BigInt, nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("address_id", BigInt, nullable=True),
        sa.Column("slots", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_delivery_mailing_id_mailing")),
        sa.PrimaryKeyConstraint("mailing_id", "person_id", "occurrence", name=op.f("pk_delivery")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_in_work",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'sending', 'uncertain')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending', 'uncertain')"),
        )
        batch_op.create_index("ix_delivery_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_waiting",
            ["mailing_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('ready', 'deferred')"),
            postgresql_where=sa.text("state IN ('ready', 'deferred')"),
        )

    op.create_table(
        "held_post",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("raw_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("relay_to", BigInt, nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "published",
                "refused",
                "withdrawn",
                "expired",
                name="heldstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", BigInt, nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("question_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_held_post_list_id_list")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_held_post_person_id_person")),
        sa.ForeignKeyConstraint(["raw_id"], ["raw.id"], name=op.f("fk_held_post_raw_id_raw")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_post")),
        sa.UniqueConstraint("list_id", "raw_id", "relay_to", name=op.f("uq_held_post_list_id_raw_id_relay_to")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("held_post", schema=None) as batch_op:
        batch_op.create_index("ix_held_post_list_id_message_id", ["list_id", "message_id"], unique=False)
        batch_op.create_index("ix_held_post_person_id", ["person_id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("job_id", BigInt, nullable=False),
        sa.Column("line", BigInt, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["import_job.id"], name=op.f("fk_import_row_job_id_import_job")),
        sa.PrimaryKeyConstraint("job_id", "line", name=op.f("pk_import_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inbound_mail",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("raw_id", BigInt, nullable=False),
        sa.Column("envelope_from", sa.String(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("kept", "claimed", "done", "parked", name="inboundstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("epoch", BigInt, nullable=False),
        sa.Column("tries", BigInt, nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("level", BigInt, nullable=True),
        sa.Column("auth", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["raw_id"], ["raw.id"], name=op.f("fk_inbound_mail_raw_id_raw")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("inbound_mail", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_mail_message_id", ["message_id"], unique=False)
        batch_op.create_index(
            "ix_inbound_mail_undone",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('kept', 'claimed')"),
            postgresql_where=sa.text("state IN ('kept', 'claimed')"),
        )

    op.create_table(
        "mailing_frame",
        sa.Column("mailing_id", BigInt, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("frame", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_frame_mailing_id_mailing")),
        sa.PrimaryKeyConstraint("mailing_id", "language", name=op.f("pk_mailing_frame")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "name",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_name_list_id_list")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "person_field",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_field_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_person_field")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "post",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("raw_id", BigInt, nullable=False),
        sa.Column("thread_id", BigInt, nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.Column("parent_position", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("author_email", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column(
            "state", sa.Enum("published", "withdrawn", name="poststate", native_enum=False, length=24), nullable=False
        ),
        sa.Column("size", BigInt, nullable=False),
        sa.Column("indexed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["raw_id"], ["raw.id"], name=op.f("fk_post_raw_id_raw")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_post_thread_id_thread")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("list_id", "message_id", name=op.f("uq_post_list_id_message_id")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_post_list_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_post_person_id", ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_raw_id"), ["raw_id"], unique=False)
        batch_op.create_index("ix_post_thread_id", ["thread_id", "sent_at", "id"], unique=False)
        batch_op.create_index(
            "ix_post_unread",
            ["id"],
            unique=False,
            sqlite_where=sa.text("indexed_at IS NULL"),
            postgresql_where=sa.text("indexed_at IS NULL"),
        )

    op.create_table(
        "role",
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("granted_at", UtcDateTime(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "name", "list_id", name=op.f("pk_role")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("person_id", BigInt, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "waiting",
                "unasked",
                "active",
                "paused",
                "left",
                name="subscriptionstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "delivery",
            sa.Enum("each", "digest", "none", name="deliverychoice", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=True),
        sa.Column("joined_number", BigInt, nullable=False),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("published", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_subscription_list_id_list")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_subscription_person_id_person")),
        sa.PrimaryKeyConstraint("list_id", "person_id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_paused_until", ["paused_until"], unique=False)
        batch_op.create_index("ix_subscription_person_id", ["person_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("post_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("size", BigInt, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_attachment_post_id_post")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_attachment_sha256_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("post_id", "position", name=op.f("uq_attachment_post_id_position")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "disposition",
        sa.Column("mail_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", BigInt, nullable=True),
        sa.Column("list_id", BigInt, nullable=True),
        sa.Column("thing", sa.String(), nullable=True),
        sa.Column("thing_id", BigInt, nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["inbound_mail.id"], name=op.f("fk_disposition_mail_id_inbound_mail")),
        sa.PrimaryKeyConstraint("mail_id", "position", name=op.f("pk_disposition")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("disposition", schema=None) as batch_op:
        batch_op.create_index("ix_disposition_person_id", ["person_id", "at"], unique=False)

    op.create_table(
        "post_reference",
        sa.Column("post_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("list_id", BigInt, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_reference_post_id_post")),
        sa.PrimaryKeyConstraint("post_id", "position", name=op.f("pk_post_reference")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("post_reference", schema=None) as batch_op:
        batch_op.create_index("ix_post_reference_message_id", ["list_id", "message_id"], unique=False)

    op.create_table(
        "post_text",
        sa.Column("post_id", BigInt, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("quoted", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_text_post_id_post")),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_post_text")),
        sqlite_autoincrement=True,
    )
    for statement in SEARCH_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SEARCH_SQLITE:
        op.execute(statement)
