"""What others wrote and we told: traces of one person are looked for in every table, and in the bytes of every mail.

Every table is looked through, so that a room added later is covered without knowing of it.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import blobs
from mailhub.archive import raw as raws
from mailhub.archive.tables import Blob, Post, Raw
from mailhub.db import cause
from mailhub.db.base import Base
from mailhub.delivery import mailings
from mailhub.delivery.rows import DELIVERY
from mailhub.delivery.tables import DeliveryState, Mailing, MailingFrame
from mailhub.hub.erasing.own import ENDED, FILES, let_go, traces_of
from mailhub.mail.traces import Traces, without
from mailhub.mail.wire import Unreadable
from mailhub.people.tables import Erasure
from mailhub.site import Site

_ROWS, _MAILS, _FRAMES, _FILES = 200, 40, 20, 20  # of one page
_BYTES = 300_000  # of mails in one page
_SENDING = timedelta(days=6)  # a post that has not left by then never will
_TABLE, _AFTER, _WAIT = "table", "after", "wait"

# Content of organisers, what the erasure itself goes by, and names that are other people's.
_NOT_LOOKED_AT = frozenset({"definition_version", "list", "name", "site_state", "suppression", "erasure"})
_OTHERS_OWN = frozenset({"person", "address"})
_NOT_CHANGED = frozenset({"message_id", "author_name", "author_email", "key", "source", "key_hash", "sha256"})
_IN_WORDS = frozenset({("post_text", "words"), ("post_text", "signature"), ("post", "subject"), ("thread", "subject")})


def must_wait(erasure: Erasure) -> bool:
    """Whether this page met something that is still being sent."""
    return _WAIT in erasure.place


def texts(session: Session, site: Site, erasure: Erasure) -> bool:
    """A page of one table."""
    del site
    tables = _tables()
    at = erasure.place.get(_TABLE, 0)
    if at >= len(tables):
        return True
    after = _look_through(session, tables[at], erasure, erasure.place.get(_AFTER))
    place = {_TABLE: at, _AFTER: after} if after is not None else {_TABLE: at + 1}
    erasure.place = {name: kept for name, kept in erasure.place.items() if name != _AFTER} | place
    return False


def bytes_as_they_came(session: Session, site: Site, erasure: Erasure) -> bool:
    """A few mails."""
    traces, after, octets = traces_of(erasure), erasure.place.get(_AFTER, 0), 0
    sizes = sa.select(Raw.id, Raw.size).where(Raw.id > after).order_by(Raw.id).limit(_MAILS)
    for raw_id, size in session.execute(sizes).all():
        if octets and octets + size > _BYTES:
            break
        octets, after = octets + size, raw_id
        let_go(erasure, _clean(session, site, session.get_one(Raw, raw_id), traces) if size else [])
    is_over = bool(after == erasure.place.get(_AFTER, 0))
    erasure.place = {**erasure.place, _AFTER: after}
    return is_over


def frames(session: Session, site: Site, erasure: Erasure) -> bool:
    """What left: a mailing that has ended needs its text no more."""
    del site
    key = sa.tuple_(MailingFrame.mailing_id, MailingFrame.language)
    after = erasure.place.get(_AFTER, [0, ""])
    page = sa.select(MailingFrame).where(key > tuple(after)).order_by(MailingFrame.mailing_id, MailingFrame.language)
    place = {name: kept for name, kept in erasure.place.items() if name != _WAIT}
    found = session.scalars(page.limit(_FRAMES)).all()
    now = erasure.next_at or erasure.asked_at
    for frame in found:
        if traces_of(erasure).is_in(frame.frame):
            is_ended = session.get_one(Mailing, frame.mailing_id).state in ENDED
            if not is_ended and now < erasure.asked_at + _SENDING:
                erasure.place = {**place, _AFTER: after, _WAIT: True}
                return False
            if is_ended:
                mailings.forget_frames(session, frame.mailing_id)
        after = [frame.mailing_id, frame.language]
    erasure.place = {**place, _AFTER: after}
    return not found


def files(session: Session, site: Site, erasure: Erasure) -> bool:
    """A few of the files that held what is erased; the rows that named them are gone for good by now."""
    waiting = erasure.place.get(FILES, [])
    some, rest = set(waiting[:_FILES]), waiting[_FILES:]
    used = set(session.scalars(sa.select(Raw.sha256).where(Raw.sha256.in_(some), Raw.codec == raws.FILE)))
    used |= set(session.scalars(sa.select(Blob.sha256).where(Blob.sha256.in_(some))))
    for name in some - used:
        blobs.drop(site, name)
    erasure.place = {**erasure.place, FILES: rest}
    return not rest


def _clean(session: Session, site: Site, row: Raw, traces: Traces) -> list[str]:
    try:
        raw = raws.content(site, row)
    except blobs.Damaged:
        return []
    if not traces.may_be_in(raw):
        return []
    try:
        clean = without(raw, traces)
    except Unreadable:
        clean = traces.everywhere(raw.decode("latin-1")).encode("latin-1", "replace")
    if clean == raw:
        return []
    gone = raws.replace(site, row, clean)
    session.flush()
    return gone


@cache
def _tables() -> tuple[sa.Table, ...]:
    """Every table with words in it, always in the same order."""
    there = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    skipped = _NOT_LOOKED_AT | _OTHERS_OWN
    return tuple(table for table in there if table.name not in skipped and _columns(table))


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Those that hold words or JSON, and are no key."""
    return [
        column
        for column in table.columns
        if not column.primary_key
        and column.name not in _NOT_CHANGED
        and isinstance(column.type, sa.String | sa.JSON)
        and not isinstance(column.type, sa.Enum)
    ]


def _look_through(session: Session, table: sa.Table, erasure: Erasure, after: list[Any] | None) -> list[Any] | None:
    """One page; gives the key of its last row, or None where that was the last page."""
    keys, columns = list(table.primary_key.columns), _columns(table)
    page = sa.select(*keys, *columns).order_by(*keys).limit(_ROWS)
    if after is not None:
        page = page.where(
            sa.tuple_(*keys) > sa.tuple_(*(sa.literal(v, k.type) for v, k in zip(after, keys, strict=True)))
        )
    rows, traces = session.execute(page).all(), traces_of(erasure)
    told = _told_of(session, erasure.person_id, rows) if table is DELIVERY else set()
    for row in (row for row in rows if tuple(row[: len(keys)]) not in told):
        held = dict(zip((column.name for column in columns), row[len(keys) :], strict=True))
        changed = {name: _way(table, name, traces)(value) for name, value in held.items() if value}
        changed = {name: value for name, value in changed.items() if value != held[name]}
        if changed:
            mine = [key == value for key, value in zip(keys, row, strict=False)]
            session.execute(sa.update(table).where(*mine).values(changed))
            _read_anew(session, table, row)
    return list(rows[-1][: len(keys)]) if len(rows) == _ROWS else None


def _told_of(session: Session, person_id: int, rows: Sequence[sa.Row[Any]]) -> set[tuple[Any, ...]]:
    """What a mail of theirs made us tell others holds their words: it goes whole, once it has left."""
    caused = {tuple(row[:3]): str(row.slots.get(cause.KEY, "")) for row in rows if row.slots}
    noted = Base.metadata.tables["disposition"].c  # its room stands right of this one
    ids = {int(one) for one in caused.values() if one.isdecimal()}
    wrote = sa.select(noted.mail_id).where(noted.mail_id.in_(ids), noted.person_id == person_id)
    theirs = {str(mail_id) for mail_id in session.scalars(wrote)}
    told = [key for key, mail_id in caused.items() if mail_id in theirs]
    has_left = DELIVERY.c.state.in_((DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED))
    which = sa.tuple_(*DELIVERY.primary_key.columns).in_(told)
    gone = sa.update(DELIVERY).where(which, has_left).values(slots=sa.null())
    return {tuple(row) for row in session.execute(gone.returning(*DELIVERY.primary_key.columns))}


def _way(table: sa.Table, column: str, traces: Traces) -> Callable[[Any], Any]:
    return traces.in_words if (table.name, column) in _IN_WORDS else traces.in_value


def _read_anew(session: Session, table: sa.Table, row: sa.Row[Any]) -> None:
    """What a post says has changed: the search reads it again."""
    if table.name in ("post", "post_text"):
        session.execute(sa.update(Post).where(Post.id == row[0]).values(indexed_at=None))
