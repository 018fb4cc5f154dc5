"""The rows of people: who they are, how to reach them, what they agreed to, what happened."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from mailhub.db.base import Base, Id, table, word
from mailhub.facts import SHORT

LONGEST_NAME = 200  # characters of a person's name
LONGEST_VALUE = 2000  # characters of one field


class Person(Base):
    """Somebody who writes or is written to; known by addresses, never by a password."""

    __tablename__ = "person"
    __table_args__ = table(
        sa.Index(
            "ix_person_unconfirmed_until",
            "unconfirmed_until",
            sqlite_where=sa.text("unconfirmed_until IS NOT NULL"),
            postgresql_where=sa.text("unconfirmed_until IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str | None]  # "it" or "en"; None: the site's
    time_zone: Mapped[str | None]  # IANA name; None: the site's
    created_at: Mapped[datetime]
    token_epoch: Mapped[int] = mapped_column(default=0)  # moves when addresses or roles change; ends older tokens
    erased_at: Mapped[datetime | None]
    unconfirmed_until: Mapped[datetime | None]  # met and not confirmed: forgotten then, unless something holds them


class Address(Base):
    """One mailbox of a person; rank 0 is where we write."""

    __tablename__ = "address"
    __table_args__ = table(sa.UniqueConstraint("person_id", "rank"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    email: Mapped[str]  # as its owner writes it
    email_key: Mapped[str] = mapped_column(unique=True)  # mail.address.canonical(email)
    rank: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]  # its owner answered from it
    created_at: Mapped[datetime]


class PersonField(Base):
    """One thing an organiser keeps about a person, such as a town."""

    __tablename__ = "person_field"
    __table_args__ = (
        sa.Index(
            "ix_person_field_value",
            "name",
            "value",
            "person_id",
            sqlite_where=sa.text(f"length(value) <= {SHORT}"),
            postgresql_where=sa.text(f"length(value) <= {SHORT}"),  # a longer one would not fit into its index
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime]


class Role(Base):
    """What a person may do beyond a member, for one list or (list_id 0) the whole site."""

    __tablename__ = "role"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  # "organiser" or "moderator"
    list_id: Mapped[int] = mapped_column(primary_key=True, default=0)
    granted_at: Mapped[datetime]
    origin: Mapped[str]  # "config", "file" or "verb"


class ConsentState(StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Consent(Base):
    """One step in what a person agreed to; rows are only ever added (P-01)."""

    __tablename__ = "consent"
    __table_args__ = table(sa.Index("ix_consent_person_id_purpose", "person_id", "purpose", "id"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    purpose: Mapped[str]  # "list:<id>", later "news", "donor", "tracking"
    state: Mapped[ConsentState] = mapped_column(word(ConsentState))
    at: Mapped[datetime]
    text_sha256: Mapped[str | None]  # of the words the person was shown
    language: Mapped[str | None]
    source: Mapped[str]  # "mail", "page", "import", "organiser"
    evidence: Mapped[dict[str, Any]]  # Message-ID, truncated IP, method, basis, …


class Suppression(Base):
    """An address we do not write to, known by keyed hash so that an import cannot bring it back (P-06)."""

    __tablename__ = "suppression"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]  # forgotten when its owner is erased
    reason: Mapped[str]  # "bounce", "complaint", "import", "erased"
    hard: Mapped[bool] = mapped_column(default=True)  # stops service mail as well
    at: Mapped[datetime]


class ErasureStage(StrEnum):
    """How far an erasure has come; each goes in pages, and the next begins when there is nothing left to do."""

    GOODBYE = "goodbye"  # the last mail is on its way
    ROWS = "rows"  # what rooms keep about the person alone
    POSTS = "posts"
    MAILS = "mails"  # what they wrote to us
    TEXTS = "texts"  # what others wrote and we told
    BYTES = "bytes"  # the same, as it came
    FRAMES = "frames"  # the same, as it left
    FILES = "files"
    DONE = "done"


class Erasure(Base):
    """Somebody who asked to be forgotten; when that is done only keyed hashes of their addresses are left (P-14)."""

    __tablename__ = "erasure"
    __table_args__ = table(
        sa.Index(
            "ix_erasure_due",
            "next_at",
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(unique=True)
    hashes: Mapped[list[str]] = mapped_column(sa.JSON)
    with_posts: Mapped[bool]
    stage: Mapped[ErasureStage] = mapped_column(word(ErasureStage))
    place: Mapped[dict[str, Any]]  # how far this stage has come
    traces: Mapped[dict[str, Any] | None] = mapped_column(
        sa.JSON(none_as_null=True)
    )  # what is looked for; goes at the end
    asked_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class Activity(Base):
    """Something that happened, `<thing>.<participle>`, written in the transaction of the fact."""

    __tablename__ = "activity"
    __table_args__ = table(
        sa.Index(
            "ix_activity_unreacted",
            "id",
            sqlite_where=sa.text("reacted_at IS NULL"),
            postgresql_where=sa.text("reacted_at IS NULL"),
        ),
        sa.Index("ix_activity_person_id", "person_id", "id"),
    )

    id: Mapped[Id]
    what: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[int | None]
    list_id: Mapped[int | None]
    thing: Mapped[str | None]  # kind of the thing it is about
    thing_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
    reacted_at: Mapped[datetime | None]


class Question(Base):
    """Something we wait for from people, about one thing (design idea 3)."""

    __tablename__ = "question"
    __table_args__ = table(
        sa.Index("ix_question_kind_thing_id", "kind", "thing_id"),
        # One standing question about a thing; two indexes, since null list ids never equal each other.
        sa.Index(
            "uq_question_standing",
            "kind",
            "thing_id",
            "list_id",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
        sa.Index(
            "uq_question_standing_without_list",
            "kind",
            "thing_id",
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL AND list_id IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL AND list_id IS NULL"),
        ),
        sa.Index(
            "ix_question_due",
            "next_at",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str]  # "join", "held", "unasked", …
    thing_id: Mapped[int]  # what it is about; its kind says in which table
    list_id: Mapped[int | None]
    asked_at: Mapped[datetime]
    next_at: Mapped[datetime | None]  # reminder, escalation or expiry, whichever comes first
    reminded_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None]  # person
    outcome: Mapped[str | None]  # the verb that settled it, or "expired"
    detail: Mapped[dict[str, Any]]


class Asking(Base):
    """One person asked one question; settling the question closes them all."""

    __tablename__ = "asking"

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("question.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    address_id: Mapped[int | None]  # sent only there: its reply proves the mailbox (evidence M)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    verb: Mapped[str | None]


class Deed(Base):
    """A verb a person carried out, with what is needed to take it back."""

    __tablename__ = "deed"
    __table_args__ = table(sa.Index("ix_deed_person_id", "person_id", "id"))

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    verb: Mapped[str]
    thing: Mapped[str]
    thing_id: Mapped[int]
    told: Mapped[str | None]  # what the mail that told of it is about: «annulla» there means this deed
    told_id: Mapped[int | None]
    via: Mapped[str]  # "reply", "address", "button", "cli"
    evidence: Mapped[str]  # letters of what was proven, e.g. "AT"
    done_at: Mapped[datetime]
    undo: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    undone_at: Mapped[datetime | None]


class ImportState(StrEnum):
    STAGING = "staging"  # nothing has happened yet; abandoned, it is thrown away
    APPLYING = "applying"  # it will be completed, whoever restarts
    DONE = "done"


class ImportJob(Base):
    """One file of people on its way in."""

    __tablename__ = "import_job"

    id: Mapped[Id]
    what: Mapped[str]  # "members" or "suppressions"
    list_id: Mapped[int | None]
    file_name: Mapped[str]
    sha256: Mapped[str]
    basis: Mapped[str | None]  # where consent came from; None: these people are asked first
    imported_by: Mapped[str]
    state: Mapped[ImportState] = mapped_column(word(ImportState))
    staged: Mapped[int] = mapped_column(default=0)  # rows that were good when they were checked
    place: Mapped[int] = mapped_column(default=0)  # the last line that was applied
    imported: Mapped[int] = mapped_column(default=0)
    refused: Mapped[dict[str, Any]]  # how many of the staged were refused after all, by reason
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """One line of a file, checked and not yet applied; it goes with the page that applies it."""

    __tablename__ = "import_row"
    __table_args__ = ({"sqlite_with_rowid": False},)

    job_id: Mapped[int] = mapped_column(sa.ForeignKey("import_job.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str]
    name: Mapped[str]
    language: Mapped[str | None]
    time_zone: Mapped[str | None]
    delivery: Mapped[str | None]
    fields: Mapped[dict[str, Any]]
