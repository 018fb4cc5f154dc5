"""Work for quiet hours: large content moves from rows to files, small mails shrink, files without a row go.

A file is on disk before the row that names it; whatever dies in between leaves an orphan, never a gap.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import blobs, zstd
from mailhub.archive import raw as raws
from mailhub.archive.rows import RAW, execute_many, slot
from mailhub.archive.tables import IN_ROW, Blob, Raw
from mailhub.site import Site

FILE_ABOVE = 16 * 1024  # bytes
_PAGE = 16  # rows, and
_PAGE_BYTES = 1024 * 1024  # of them, so that a page lasts less than 50 ms
_FSYNC = 256 * 1024  # bytes that could be packed in the time two fsyncs of a file take
_PAYS = 0.9  # a mail that stays larger than this part of itself is kept as it came
_REAP_PAGE = 500
_PLAIN = sa.text("codec = 'plain'")
Key = TypeVar("Key", int, str)
_LARGE = sa.select(Blob.sha256, Blob.size).where(IN_ROW, Blob.size > FILE_ABOVE).order_by(Blob.size)
WAITS = (  # to be packed
    sa.select(Raw.id).where(_PLAIN).order_by(Raw.id).limit(1),
    _LARGE.with_only_columns(Blob.sha256).limit(1),
)


def page(session: Session, site: Site, *, now: datetime) -> int:
    """Pack a few mails and attachments that nobody has looked at yet; says how many there were."""
    del now  # what waits is due at once
    return _pack_mails(session, site) + _move_attachments(session, site)


def _pack_mails(session: Session, site: Site) -> int:
    # Locked, lest another worker packs what this one reads next: packed twice, a mail would be lost.
    page = sa.select(Raw.id, Raw.size).where(_PLAIN).order_by(Raw.id).limit(_PAGE)
    waiting = page.with_for_update(skip_locked=True)
    ids = _within_page(session.execute(waiting))
    if not ids:
        return 0
    bodies = session.execute(sa.select(Raw.id, Raw.sha256, Raw.body).where(Raw.id.in_(ids)))
    ready = {raw_id: prepare(site, body, sha256) for raw_id, sha256, body in bodies if body is not None}
    packed = sa.update(RAW).where(RAW.c.id == slot("id")).values(codec=slot("codec"), body=slot("body"))
    execute_many(session, packed, [{"b_id": i, "b_codec": r.codec, "b_body": r.body} for i, r in ready.items()])
    return len(ready)


def prepare(site: Site, raw: bytes, sha256: str) -> raws.Prepared:
    """A mail in the form in which it is kept for good, on disk if that is a file."""
    if len(raw) > FILE_ABOVE:
        return raws.Prepared(blobs.put(site, raw), len(raw), raws.FILE, None)
    small = zstd.compress(raw)
    if len(small) < len(raw) * _PAYS:
        return raws.Prepared(sha256, len(raw), raws.ZSTD, small)
    return raws.Prepared(sha256, len(raw), raws.KEPT, raw)


def _move_attachments(session: Session, site: Site) -> int:
    names = _within_page(session.execute(_LARGE.limit(_PAGE)))
    contents = session.scalars(sa.select(Blob.body).where(Blob.sha256.in_(names))).all() if names else []
    blobs.put_all(site, [content for content in contents if content is not None])
    if names:
        session.execute(sa.update(Blob).where(Blob.sha256.in_(names)).values(body=None))
    return len(names)


def _within_page(rows: Iterable[tuple[Key, int]]) -> list[Key]:
    """As many keys as their sizes let into a page, at least one."""
    keys: list[Key] = []
    total = 0
    for key, size in rows:
        total += size + (_FSYNC if size > FILE_ABOVE else 0)
        if keys and total > _PAGE_BYTES:
            break
        keys.append(key)
    return keys


def reap(session: Session, site: Site, *, real_now: datetime) -> int:
    """Delete files that no row has named for a day; says how many."""
    files = blobs.old_files(site, real_now=real_now)
    removed = 0
    while some := list(islice(files, _REAP_PAGE)):
        removed += _reap(session, some, real_now)
    return removed


def _reap(session: Session, files: list[Path], real_now: datetime) -> int:
    names = {blobs.name_of(file) for file in files}
    used = set(session.scalars(sa.select(Raw.sha256).where(Raw.sha256.in_(names), Raw.codec == raws.FILE)))
    used |= set(session.scalars(sa.select(Blob.sha256).where(Blob.sha256.in_(names), Blob.body.is_(None))))
    for file in files:
        if blobs.name_of(file) in used:
            blobs.bring_back(file)
    return sum(blobs.remove(file, real_now=real_now) for file in files if blobs.name_of(file) not in used)
