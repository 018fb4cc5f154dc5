"""Published versions of what organisers wrote: what runs is a row, never a file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session

from mailhub.db.base import Base, Id, table

FILE, MAIL = "file", "mail"  # where a version came from; the console says "console"


class DefinitionVersion(Base):
    """One published text of one definition; the highest number runs."""

    __tablename__ = "definition_version"
    __table_args__ = table(sa.UniqueConstraint("kind", "slug", "number"))

    id: Mapped[Id]
    kind: Mapped[str]  # "list", later "journey", "template", …
    slug: Mapped[str]
    number: Mapped[int]
    sha256: Mapped[str]  # of the meaning: comments and order of keys do not count
    body: Mapped[str]  # the text as its author wrote it
    origin: Mapped[str]  # "file", "console" or "mail"
    published_at: Mapped[datetime]
    in_file_at: Mapped[datetime | None]  # when its file last held just this: at publishing from it, or at export


@dataclass(frozen=True, slots=True)
class Published:
    """The version that runs now."""

    kind: str
    slug: str
    number: int
    sha256: str
    body: str
    origin: str
    published_at: datetime


def latest(session: Session, kind: str) -> Mapping[str, Published]:
    """What runs of this kind, by slug."""
    newest = (
        sa.select(DefinitionVersion.slug, sa.func.max(DefinitionVersion.number).label("number"))
        .where(DefinitionVersion.kind == kind)
        .group_by(DefinitionVersion.slug)
        .subquery()
    )
    rows = session.scalars(
        sa.select(DefinitionVersion)
        .join(newest, (newest.c.slug == DefinitionVersion.slug) & (newest.c.number == DefinitionVersion.number))
        .where(DefinitionVersion.kind == kind)
    )
    return {r.slug: Published(r.kind, r.slug, r.number, r.sha256, r.body, r.origin, r.published_at) for r in rows}


def agreed(session: Session, kind: str) -> Mapping[str, str]:
    """The sha256 that a file and what runs last had in common, by slug."""
    rows = session.execute(
        sa.select(DefinitionVersion.slug, DefinitionVersion.sha256)
        .where(DefinitionVersion.kind == kind, DefinitionVersion.in_file_at.is_not(None))
        .order_by(DefinitionVersion.in_file_at, DefinitionVersion.number)
    )
    return dict(rows.all())


def note_exported(session: Session, published: Published, *, now: datetime) -> None:
    """Its file holds just this version now."""
    session.execute(
        sa.update(DefinitionVersion)
        .where(
            DefinitionVersion.kind == published.kind,
            DefinitionVersion.slug == published.slug,
            DefinitionVersion.number == published.number,
        )
        .values(in_file_at=now)
    )


def publish(
    session: Session, kind: str, slug: str, sha256: str, body: str, *, origin: str, now: datetime
) -> DefinitionVersion:
    """Make this text what runs; the number follows the last one."""
    last = session.scalar(
        sa.select(sa.func.max(DefinitionVersion.number)).where(
            DefinitionVersion.kind == kind, DefinitionVersion.slug == slug
        )
    )
    version = DefinitionVersion(
        kind=kind,
        slug=slug,
        number=(last or 0) + 1,
        sha256=sha256,
        body=body,
        origin=origin,
        published_at=now,
        in_file_at=now if origin == FILE else None,
    )
    session.add(version)
    session.flush()
    return version


def exported(published: Iterable[Published]) -> list[Published]:
    """Versions in the order a person expects to find them in a folder."""
    return sorted(published, key=lambda p: (p.kind, p.slug))
