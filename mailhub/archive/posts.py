"""Posts: a mail becomes one in its list, with its thread, its words and its files, exactly once.

On PostgreSQL the caller holds the list's row lock, which it took with the numbers: no two posts of a list come at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import attachments, drafts, parents, search, threads
from mailhub.archive.drafts import Draft
from mailhub.archive.rows import POST, RAW, TEXT, among, fetch, insert_all
from mailhub.archive.tables import Post, PostReference, PostState, Thread
from mailhub.archive.threading import Named, choose_parent, known_as, together
from mailhub.archive.threads import Newcomer
from mailhub.db import prepared
from mailhub.faults import Point, point
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded
from mailhub.site import Site

MAIL = "mail"
IMPORT = "import"  # never owed to anybody


# Made once: every mail asks this, and making a statement costs as much as running it.
_FIND = sa.select(Post).where(Post.list_id == sa.bindparam("list"), Post.message_id == sa.bindparam("id"))


def publish(
    session: Session,
    site: Site,
    *,
    list_id: int,
    number: int | Callable[[], int],
    raw_id: int,
    raw: bytes,
    mail: Mail,
    person_id: int | None,
    now: datetime,
    origin: str = MAIL,
    said: Folded | None = None,
    instead: Mapping[int, attachments.Ready] | None = None,
) -> Post:
    """Make a mail a post of its list; one that is a post already stays as it is, under its own number.

    A `number` that is a function is asked only where a post is made. Another mail with a Message-ID that is taken
    becomes a post all the same, under an id of ours, as an answer to the first. `said`: its text, if folded already;
    `instead`: what is kept in the place of some of its files.
    """
    read = drafts.draft(site, raw, mail, now=now, said=said, instead=instead)
    arrived = sort_out(session, site, list_id, [read])
    for new in arrived.new:
        item = Item(new, number() if callable(number) else number, raw_id, person_id)
        write(session, list_id, [item], now=now, origin=origin)
    name_more(session, list_id, arrived.more)
    point(Point.POST_STORED)
    return session.scalars(_FIND, {"list": list_id, "id": arrived.ids[0]}).one()


_WORDS = prepared.insert(TEXT, "post_id", "words", "quoted", "signature", "language")


def find(session: Session, list_id: int, message_id: str) -> Post | None:
    """The post of this Message-ID, with or without its brackets."""
    return session.scalar(_FIND, {"list": list_id, "id": known_as(message_id)})


def withdraw(session: Session, post: Post) -> None:
    """Take a post back: its place in the thread stays, nobody finds or reads it any more."""
    post.state = PostState.WITHDRAWN
    search.forget(session, [post])


@dataclass(slots=True)
class Arrived:
    """What a batch of drafts is to its list: posts it has not, and more ids that posts it has are said to answer."""

    ids: list[str] = field(default_factory=list)  # the Message-ID of each draft's post, in order
    new: list[Draft] = field(default_factory=list)
    more: list[tuple[str, Named]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Seen:
    sha256: str
    author_email: str
    sent_at: datetime


def sort_out(session: Session, site: Site, list_id: int, read: Sequence[Draft]) -> Arrived:
    """Tell posts from mails that came again, and give a mail whose Message-ID is another's an id of ours."""
    names = {name for one in read for name in (one.message_id, drafts.made_id(site, one.sha256))}
    rows = fetch(session, _SEEN, list_id=list_id, names=list(names))
    seen = {row.message_id: _Seen(row.sha256, row.author_email, row.sent_at) for row in rows}
    arrived = Arrived()
    for one in read:
        if (first := seen.get(one.message_id)) is not None:
            arrived.more.append((one.message_id, one.names))
            one = one if _is_same(first, one) else drafts.renamed(site, one)
        if one.message_id not in seen:
            arrived.new.append(one)
            seen[one.message_id] = _Seen(one.sha256, one.author_email, one.sent_at)
        arrived.ids.append(one.message_id)
    return arrived


_SEEN = (
    sa.select(POST.c.message_id, RAW.c.sha256, POST.c.author_email, POST.c.sent_at)
    .join(RAW, RAW.c.id == POST.c.raw_id)
    .where(POST.c.list_id == sa.bindparam("list_id"), among(POST.c.message_id, "names"))
)


def _is_same(first: _Seen, again: Draft) -> bool:
    """Whether a mail that came under a known Message-ID is that mail, be it by another way and with another footer."""
    if first.sha256 == again.sha256:
        return True
    same_author = first.author_email.lower() == again.author_email.lower()
    return same_author and (first.sent_at == again.sent_at or not again.has_date)


@dataclass(frozen=True, slots=True)
class Item:
    """A draft that becomes a post, and what only the caller knows of it."""

    draft: Draft
    number: int
    raw_id: int
    person_id: int | None


def write(session: Session, list_id: int, items: Sequence[Item], *, now: datetime, origin: str) -> list[int]:
    """Make new drafts posts, each with its place among the others; says their ids."""
    session.flush()
    newcomers = [Newcomer(i.draft.message_id, i.draft.names, i.draft.sent_at, i.draft.subject) for i in items]
    seats = threads.seat(session, list_id, newcomers)
    own = [newcomer.message_id for newcomer in newcomers]
    waiting = parents.waiting_for(session, list_id, own)
    wanted = [choose_parent(n.names.chain, seats.present.keys() | set(own)) for n in newcomers]
    rows = [_row(list_id, item, name, seats, now, origin) for item, name in zip(items, wanted, strict=True)]
    ids = insert_all(session, POST, rows)
    parents.write_references(
        session, list_id, [(i, n.message_id, n.names) for i, n in zip(ids, newcomers, strict=True)]
    )
    known = dict(seats.present) | dict(zip(own, ids, strict=True))
    places = {
        n.message_id: parents.Place(known[n.message_id], name, row["parent_position"])
        for n, name, row in zip(newcomers, wanted, rows, strict=True)
        if waiting or (name and name not in seats.present)  # the others' rows are right as they are
    }
    parents.settle(session, places | waiting, known, earlier=bool(waiting))
    _WORDS.run(session.connection(), [_text(i, item.draft) for i, item in zip(ids, items, strict=True)])
    attachments.write(session, {i: item.draft.files for i, item in zip(ids, items, strict=True)})
    if waiting or seats.merged:
        _read_anew(session, Post, Thread)
    elif seats.touched:
        _read_anew(session, Thread)
    return ids


def _row(
    list_id: int, item: Item, wanted: str | None, seats: threads.Seats, now: datetime, origin: str
) -> dict[str, Any]:
    read = item.draft
    return {
        "list_id": list_id,
        "number": item.number,
        "message_id": read.message_id,
        "raw_id": item.raw_id,
        "thread_id": seats.threads[read.message_id],
        "parent_id": seats.present.get(wanted) if wanted else None,
        "parent_position": read.names.chain.index(wanted) + 1 if wanted else 0,
        "person_id": item.person_id,
        "author_name": read.author_name,
        "author_email": read.author_email,
        "subject": read.subject,
        "sent_at": read.sent_at,
        "published_at": now,
        "origin": origin,
        "state": PostState.PUBLISHED,
        "size": read.size,
        "indexed_at": None,
    }


def _text(post_id: int, read: Draft) -> dict[str, Any]:
    return {
        "post_id": post_id,
        "words": read.words,
        "quoted": read.quoted,
        "signature": read.signature,
        "language": read.language,
    }


def name_more(session: Session, list_id: int, more: Sequence[tuple[str, Named]]) -> None:
    """Let posts that are there answer what other mails of their Message-ID answer as well."""
    if not more:
        return
    session.flush()
    stored = _names_of(session, list_id, {message_id for message_id, _ in more})
    for message_id, names in more:
        post_id, before = stored[message_id]
        after = together(before, names)
        if after != before:
            stored[message_id] = (post_id, after)
            _rename(session, list_id, post_id, message_id, after)
            _read_anew(session, Post, Thread)


def _names_of(session: Session, list_id: int, message_ids: set[str]) -> dict[str, tuple[int, Named]]:
    query = (
        sa.select(Post.message_id, Post.id, PostReference.position, PostReference.message_id)
        .join(PostReference, PostReference.post_id == Post.id)
        .where(Post.list_id == list_id, Post.message_id.in_(message_ids))
        .order_by(Post.id, PostReference.position)
    )
    found: dict[str, tuple[int, Named]] = {}
    for own, post_id, position, name in session.execute(query):
        _, names = found.get(own, (post_id, Named()))
        if position < 0:
            names = Named(names.chain, names.links | {name})
        elif position > 0:
            names = Named((*names.chain, name), names.links)
        found[own] = (post_id, names)
    return found


def _rename(session: Session, list_id: int, post_id: int, message_id: str, names: Named) -> None:
    present: Mapping[str, int] = threads.bind(session, list_id, message_id, names)
    session.execute(sa.delete(PostReference).where(PostReference.post_id == post_id))
    parents.write_references(session, list_id, [(post_id, message_id, names)])
    place = parents.place_of(post_id, names.chain, present.keys() - {message_id})
    parents.settle(session, {message_id: place}, present, earlier=True)


def _read_anew(session: Session, *kinds: type[Post] | type[Thread]) -> None:
    """Earlier rows change by plain statements here; objects of them that the caller holds follow."""
    for row in list(session.identity_map.values()):
        if isinstance(row, kinds):
            session.refresh(row)
