"""Full text on SQLite: an FTS5 table whose row ids grow with the time posts were sent at.

So «the newest first» is the order of the table itself and costs nothing, however many posts are found.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.entries import Entry, Hit, ways_to_say
from mailhub.archive.rows import execute_many
from mailhub.archive.stemming import stems

_ID_BITS = 29  # half a thousand million posts; what is left of 63 bits counts seconds until the year 2514
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEW = "{subject words stems}"
_ALL = "{subject words stems quoted quoted_stems}"
_FIND = "SELECT rowid FROM post_search WHERE post_search MATCH :match {more} ORDER BY rowid DESC LIMIT :limit"
_FIRST = sa.text(_FIND.format(more=""))
_NEXT = sa.text(_FIND.format(more="AND rowid < :before"))
_DELETE = sa.text("DELETE FROM post_search WHERE rowid = :key")
_INSERT = sa.text(
    "INSERT INTO post_search (rowid, list, subject, words, stems, quoted, quoted_stems) "
    "VALUES (:key, :list, :subject, :words, :stems, :quoted, :quoted_stems)"
)


def find(
    session: Session,
    list_ids: Collection[int] | None,
    words: Sequence[str],
    *,
    limit: int,
    before: Hit | None,
    quoted: bool,
) -> list[Hit]:
    values = {"match": _match(list_ids, words, _ALL if quoted else _NEW), "limit": limit}
    if before is None:
        keys = session.scalars(_FIRST, values)
    else:
        keys = session.scalars(_NEXT, values | {"before": _key(before.post_id, before.sent_at)})
    return [_hit(key) for key in keys]


def _match(list_ids: Collection[int] | None, words: Sequence[str], columns: str) -> str:
    """An FTS5 expression; words are letters and digits only, and still each is quoted."""
    every = " AND ".join(f"({_any(ways_to_say(word))})" for word in words)
    lists = f" AND list : ({_any(str(list_id) for list_id in sorted(list_ids))})" if list_ids is not None else ""
    return f"{columns} : ({every}){lists}"


def _any(words: Iterable[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def write(session: Session, entries: Iterable[Entry]) -> None:
    """Add posts that are not in it."""
    rows = [
        {
            "key": _key(entry.post_id, entry.sent_at),
            "list": str(entry.list_id),
            "subject": " ".join(entry.subject),
            "words": " ".join(entry.words),
            "stems": " ".join(sorted(stems((*entry.subject, *entry.words), entry.language))),
            "quoted": " ".join(entry.quoted),
            "quoted_stems": " ".join(sorted(stems(entry.quoted, entry.language))),
        }
        for entry in entries
    ]
    # In the order of the table: FTS5 writes a piece of its index out whenever a key is smaller than the last.
    execute_many(session, _INSERT, sorted(rows, key=lambda row: row["key"]))


def forget(session: Session, hits: Iterable[Hit]) -> None:
    """Take posts out of it, if they are in it."""
    execute_many(session, _DELETE, [{"key": _key(hit.post_id, hit.sent_at)} for hit in hits])


def _key(post_id: int, sent_at: datetime) -> int:
    return max(0, int((sent_at - _EPOCH).total_seconds())) << _ID_BITS | post_id


def _hit(key: int) -> Hit:
    return Hit(key & (1 << _ID_BITS) - 1, _EPOCH + timedelta(seconds=key >> _ID_BITS))
