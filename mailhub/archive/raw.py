"""Received bytes: kept with the receipt, read again whenever something must be parsed anew."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import blobs, zstd
from mailhub.archive.rows import RAW, insert_all
from mailhub.archive.tables import Raw
from mailhub.mail import pec
from mailhub.site import Site

LARGE = 1024 * 1024  # bytes; what is larger is a file from the start
PLAIN = "plain"  # as it came, not looked at by `packing`
KEPT = "kept"  # as it came, for good
ZSTD = "zstd"
FILE = "file"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Bytes ready to become a row; the large ones are on disk."""

    sha256: str
    size: int
    codec: str
    body: bytes | None


def prepare(site: Site, raw: bytes, *, file_above: int = LARGE) -> Prepared:
    """All of keeping that needs no database: whoever does it first does not wait for the disk in a transaction."""
    if len(raw) > file_above:
        return Prepared(blobs.put(site, raw), len(raw), FILE, None)
    return Prepared(blobs.sha256_of(raw), len(raw), PLAIN, raw)


def keep(session: Session, site: Site, raw: bytes | Prepared, *, now: datetime) -> Raw:
    """Write down received bytes; they are safe once the caller commits."""
    ready = raw if isinstance(raw, Prepared) else prepare(site, raw)
    row = Raw(sha256=ready.sha256, size=ready.size, kept_at=now, codec=ready.codec, body=ready.body)
    session.add(row)
    session.flush()
    return row


def keep_all(session: Session, ready: Sequence[Prepared], *, now: datetime) -> list[int]:
    """Write down several; says their ids, in their order."""
    rows = [{"sha256": r.sha256, "size": r.size, "kept_at": now, "codec": r.codec, "body": r.body} for r in ready]
    return insert_all(session, RAW, rows)


def keep_nothing(session: Session) -> Raw:
    """A row for a mail of which nothing may be kept."""
    row = Raw(sha256=blobs.sha256_of(b""), size=0, kept_at=_NEVER, codec=KEPT, body=b"")
    session.add(row)
    session.flush()
    return row


def replace(site: Site, row: Raw, raw: bytes) -> list[str]:
    """Keep these bytes in the place of those that came; gives the file that may go once that is committed."""
    former = [row.sha256] if row.codec == FILE else []
    ready = prepare(site, raw)
    codec = KEPT if not raw else ready.codec  # nothing left to pack
    row.sha256, row.size, row.codec, row.body = ready.sha256, ready.size, codec, ready.body
    return [name for name in former if name != ready.sha256]


def rows(session: Session, raw_ids: Collection[int]) -> dict[int, Raw]:
    """The rows of several mails, read at once; `content` makes bytes of one."""
    return {row.id: row for row in session.scalars(sa.select(Raw).where(Raw.id.in_(raw_ids)))}


def read(session: Session, site: Site, raw_id: int) -> bytes:
    """The mail in the bytes that came, to be read again: a certified one out of its envelope. Raises Damaged."""
    return pec.unwrapped(content(site, session.get_one(Raw, raw_id)))


def content(site: Site, row: Raw) -> bytes:
    """The bytes of this row as they came. Raises Damaged where they are no longer those."""
    if row.body is None:
        return blobs.get(site, row.sha256)
    try:
        plain = zstd.decompress(row.body, row.size) if row.codec == ZSTD else row.body
    except zstd.Broken:
        plain = b""
    if blobs.sha256_of(plain) != row.sha256:
        raise blobs.Damaged(f"the raw mail {row.id} has changed in the database since it was kept; see a backup")
    return plain
