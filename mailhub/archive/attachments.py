"""Files that came with posts: each content once, however many posts it came with, served by the attachment's id."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import blobs
from mailhub.archive.rows import ATTACHMENT, BLOB, execute_many, insert_new
from mailhub.archive.tables import Attachment, Blob
from mailhub.mail import body
from mailhub.site import Site

LARGE = 1024 * 1024  # bytes; what is larger is a file from the start
_UNKNOWN = "application/octet-stream"
_ENDINGS = {
    "application/pdf": ".pdf",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """One file, ready to become rows; the large ones are on disk."""

    name: str
    type: str
    size: int
    sha256: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Served:
    """One file, for somebody who may see its post."""

    post_id: int
    name: str
    type: str
    content: bytes


def prepare(
    site: Site,
    files: Iterable[body.Attachment],
    *,
    file_above: int = LARGE,
    instead: Mapping[int, Ready] | None = None,
) -> tuple[Ready, ...]:
    """All that needs no database; `instead`: files that are ready already, by their place."""
    ready = instead or {}
    return tuple(ready.get(at) or _ready(site, file, at + 1, file_above) for at, file in enumerate(files))


def _ready(site: Site, file: body.Attachment, place: int, file_above: int) -> Ready:
    kind = file.type if file.type.isascii() and file.type.isprintable() and len(file.type) <= 100 else _UNKNOWN
    name = file.name or f"file-{place}{_ENDINGS.get(kind, '')}"
    large = len(file.content) > file_above
    sha256 = blobs.put(site, file.content) if large else blobs.sha256_of(file.content)
    return Ready(name, kind, len(file.content), sha256, None if large else file.content)


def write(session: Session, files: Mapping[int, Collection[Ready]]) -> None:
    """Write down the files of these posts."""
    every = [(post_id, place, file) for post_id, some in files.items() for place, file in enumerate(some)]
    contents = {f.sha256: {"sha256": f.sha256, "size": f.size, "body": f.content} for _, _, f in every}
    insert_new(session, BLOB, [contents[sha256] for sha256 in sorted(contents)])  # sorted: two writers never deadlock
    rows = [
        {"post_id": post_id, "position": place, "sha256": f.sha256, "name": f.name, "type": f.type, "size": f.size}
        for post_id, place, f in every
    ]
    execute_many(session, sa.insert(ATTACHMENT), rows)


def of_posts(session: Session, post_ids: Collection[int]) -> dict[int, list[Attachment]]:
    """The files of these posts, in the order they came."""
    found: dict[int, list[Attachment]] = {}
    rows = (
        sa.select(Attachment).where(Attachment.post_id.in_(post_ids)).order_by(Attachment.post_id, Attachment.position)
    )
    for row in session.scalars(rows):
        found.setdefault(row.post_id, []).append(row)
    return found


def read(session: Session, site: Site, attachment_id: int) -> Served | None:
    """One file; None where there is none of this id. Raises Damaged where its content is lost."""
    row = session.get(Attachment, attachment_id)
    if row is None:
        return None
    return Served(row.post_id, row.name, row.type, content(session, site, row.sha256))


def content(session: Session, site: Site, sha256: str) -> bytes:
    """The bytes of this name. Raises Damaged where they are lost."""
    kept = session.get_one(Blob, sha256)
    return blobs.get(site, sha256) if kept.body is None else kept.body
