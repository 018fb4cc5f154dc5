"""Full text on PostgreSQL: a `tsvector` of new and one of quoted words, with its Italian and English stems.

PostgreSQL folds case, not accents, and cuts text at other places than we do; so it is given folded words.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.entries import Entry, Hit
from mailhub.archive.rows import execute_many
from mailhub.archive.stemming import LANGUAGES

FEW = 10_000  # hits; sorting these costs less than walking back through time until enough are found
_SIMPLE = "simple"


_WRITE = sa.text(
    """
    INSERT INTO post_search (post_id, sent_at, words, quoted) VALUES (
        :post_id,
        :sent_at,
        strip(to_tsvector('simple', CAST(:words AS text)))
            || strip(to_tsvector(CAST(:language AS regconfig), CAST(:words AS text)))
            || array_to_tsvector(ARRAY[CAST(:list AS text)]),
        strip(to_tsvector('simple', CAST(:quoted AS text)))
            || strip(to_tsvector(CAST(:language AS regconfig), CAST(:quoted AS text)))
    )
    """
).bindparams(sa.bindparam("sent_at", type_=sa.DateTime(timezone=True)))
_DELETE = sa.text("DELETE FROM post_search WHERE post_id = :post_id")


def write(session: Session, entries: Iterable[Entry]) -> None:
    """Add posts that are not in it."""
    rows = [
        {
            "post_id": entry.post_id,
            "sent_at": entry.sent_at,
            "language": LANGUAGES.get(entry.language, _SIMPLE),
            "list": _list_word(entry.list_id),
            "words": " ".join(dict.fromkeys((*entry.subject, *entry.words))),
            "quoted": " ".join(entry.quoted),
        }
        for entry in entries
    ]
    execute_many(session, _WRITE, rows)


def forget(session: Session, hits: Iterable[Hit]) -> None:
    """Take posts out of it, if they are in it."""
    execute_many(session, _DELETE, [{"post_id": hit.post_id} for hit in hits])


def _list_word(list_id: int) -> str:
    """The word that stands for a list; no text holds it, since # is no letter."""
    return f"#{list_id}"


def find(
    session: Session,
    list_ids: Collection[int] | None,
    words: Sequence[str],
    *,
    limit: int,
    before: Hit | None,
    quoted: bool,
) -> list[Hit]:
    values: dict[str, Any] = {f"word_{place}": word for place, word in enumerate(words)}
    holds = [_holds(name, quoted) for name in values]
    if list_ids is not None:
        values["lists"] = " | ".join(f"'{_list_word(list_id)}'" for list_id in sorted(list_ids))
        holds.append("words @@ CAST(:lists AS tsquery)")
    if before is not None:
        values |= {"sent_at": before.sent_at, "post_id": before.post_id}
        holds.append("(sent_at, post_id) < (:sent_at, :post_id)")
    values["limit"] = limit
    where = f"FROM post_search WHERE {' AND '.join(holds)}"
    found = session.execute(sa.text(_sorted(where)), values).all()
    if found and found[0].hits > FEW:
        found = session.execute(sa.text(f"SELECT post_id, sent_at {where} {_NEWEST}"), values).all()
    return [Hit(row.post_id, row.sent_at.astimezone(UTC)) for row in found]


_NEWEST = "ORDER BY sent_at DESC, post_id DESC LIMIT :limit"


def _sorted(where: str) -> str:
    """Find first, then sort. Left to itself PostgreSQL walks back through all of time for a rare word."""
    return (
        f"WITH hit AS MATERIALIZED (SELECT post_id, sent_at {where} LIMIT {FEW + 1}) "  # noqa: S608
        f"SELECT post_id, sent_at, (SELECT count(*) FROM hit) AS hits FROM hit {_NEWEST}"
    )


def _holds(name: str, quoted: bool) -> str:
    ways = " || ".join(f"plainto_tsquery('{config}', :{name})" for config in (_SIMPLE, *LANGUAGES.values()))
    return f"(words @@ ({ways}) OR quoted @@ ({ways}))" if quoted else f"words @@ ({ways})"
