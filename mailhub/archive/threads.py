"""Threads as rows: each post finds its own in as many steps as it names ids, however many posts are in it.

On PostgreSQL the caller holds the list's row lock, which it took with the posts' numbers.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import subjects
from mailhub.archive.rows import POST, THREAD, among, execute_many, fetch, insert_all, is_sqlite, slot
from mailhub.archive.tables import Post, Thread
from mailhub.archive.threading import Groups, Named


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A post that has no row yet."""

    message_id: str
    names: Named
    sent_at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Seats:
    """Where newcomers belong: the thread of each, and the posts they name that are there already."""

    threads: Mapping[str, int]
    present: Mapping[str, int]
    touched: bool  # threads that were there have changed
    merged: bool  # some of them into one another: earlier posts have moved


def seat(session: Session, list_id: int, newcomers: Sequence[Newcomer]) -> Seats:
    """Find the thread of each newcomer, making and merging threads; no two newcomers have one id, none has a row."""
    groups, present, touched = _gather(session, list_id, {n.message_id: n.names for n in newcomers})
    arriving: dict[Any, list[Newcomer]] = {}
    for newcomer in newcomers:
        arriving.setdefault(groups.of(newcomer.message_id), []).append(newcomer)
    fresh = [(root, members) for root, members in arriving.items() if root not in touched]
    made = insert_all(session, THREAD, [_new_thread(list_id, members) for _, members in fresh])
    of_root = {root: thread_id for (root, _), thread_id in zip(fresh, made, strict=True)}
    of_root |= _grow(session, {root: (rows, arriving[root]) for root, rows in touched.items() if root in arriving})
    places = {n.message_id: of_root[groups.of(n.message_id)] for n in newcomers}
    return Seats(places, present, bool(touched), any(len(rows) > 1 for rows in touched.values()))


def bind(session: Session, list_id: int, message_id: str, names: Named) -> Mapping[str, int]:
    """Merge the thread of a post that is there with those of more ids it names; says which of these are posts."""
    groups, present, touched = _gather(session, list_id, {message_id: names})
    _grow(session, {root: (rows, []) for root, rows in touched.items() if root == groups.of(message_id)})
    return present


def _gather(
    session: Session, list_id: int, names: Mapping[str, Named]
) -> tuple[Groups, dict[str, int], dict[Any, list[Any]]]:
    """Which ids belong together, which of them are posts, and which threads each group touches."""
    groups = Groups()
    ids = set(names)
    for message_id, named in names.items():
        groups.join((message_id, *named.ids))
        ids |= named.ids
    found = fetch(session, _PRESENT, list_id=list_id, ids=list(ids))
    present = {message_id: post_id for message_id, post_id, _ in found}
    thread_of = {message_id: thread_id for message_id, _, thread_id in found}
    thread_of |= _threads_naming(session, list_id, ids - present.keys())
    for message_id, thread_id in thread_of.items():
        groups.join((message_id, thread_id))
    touched: dict[Any, list[Any]] = {}
    if thread_of:
        for row in fetch(session, _THREADS, ids=list(set(thread_of.values()))):
            touched.setdefault(groups.of(row.id), []).append(row)
    return groups, present, touched


_PRESENT = sa.select(POST.c.message_id, POST.c.id, POST.c.thread_id).where(
    POST.c.list_id == sa.bindparam("list_id"), among(POST.c.message_id, "ids")
)
_THREADS = sa.select(THREAD).where(among(THREAD.c.id, "ids"))

# All posts that name one id are in one thread, so the first row the index offers is enough.
_NAMED = (
    "SELECT v.value, (SELECT p.thread_id FROM post_reference AS r JOIN post AS p ON p.id = r.post_id "
    "WHERE r.list_id = :list_id AND r.message_id = v.value LIMIT 1) FROM "
)
_NAMED_SQLITE = sa.text(_NAMED + "json_each(:ids) AS v")
_NAMED_POSTGRESQL = sa.text(_NAMED + "json_array_elements_text(CAST(:ids AS json)) AS v")


def _threads_naming(session: Session, list_id: int, ids: Iterable[str]) -> dict[str, int]:
    """The threads of posts that name these ids, which are no posts themselves."""
    asked = json.dumps(sorted(ids))
    statement = _NAMED_SQLITE if is_sqlite(session) else _NAMED_POSTGRESQL
    rows = fetch(session, statement, list_id=list_id, ids=asked) if asked != "[]" else ()
    return {message_id: thread_id for message_id, thread_id in rows if thread_id is not None}


def naming(session: Session, list_id: int, ids: Iterable[str]) -> int | None:
    """The thread that a post naming these ids would belong to; None where it would begin one."""
    asked = set(ids)
    found = fetch(session, _PRESENT, list_id=list_id, ids=list(asked)) if asked else ()
    known = {thread_id for _, _, thread_id in found} or set(_threads_naming(session, list_id, asked).values())
    return min(known) if known else None


def _new_thread(list_id: int, members: Sequence[Newcomer]) -> dict[str, Any]:
    first = min(members, key=lambda member: (member.sent_at, member.message_id))
    return {
        "list_id": list_id,
        "subject": subjects.bare(first.subject),
        "first_at": first.sent_at,
        "last_at": max(member.sent_at for member in members),
        "posts": len(members),
    }


def _grow(session: Session, groups: Mapping[Any, tuple[list[Any], list[Newcomer]]]) -> dict[Any, int]:
    """Make one thread of each group's threads and newcomers: the largest stays."""
    changes: list[dict[str, Any]] = []
    merged: dict[int, int] = {}
    staying: dict[Any, int] = {}
    for root, (rows, members) in groups.items():
        into = max(rows, key=lambda row: (row.posts, -row.id))
        staying[root] = into.id
        merged |= {row.id: into.id for row in rows if row.id != into.id}
        if members or len(rows) > 1:
            changes.append(_grown(session, into.id, rows, members))
    execute_many(session, _GROW, changes)
    if merged:
        _merge(session, merged)
    return staying


_GROW = (
    sa.update(THREAD)
    .where(THREAD.c.id == slot("id"))
    .values({name: slot(name) for name in ("subject", "first_at", "last_at", "posts")})
)


def _grown(session: Session, thread_id: int, rows: list[Any], members: list[Newcomer]) -> dict[str, Any]:
    """A thread's row when these threads and newcomers have become one: all of it follows from its posts alone."""
    first_at = min((*(row.first_at for row in rows), *(member.sent_at for member in members)))
    firsts = {subjects.bare(member.subject): member.message_id for member in members if member.sent_at == first_at}
    olds = [row for row in rows if row.first_at == first_at]
    firsts |= {row.subject: "" for row in olds}
    subject = next(iter(firsts))
    if len(firsts) > 1:  # several posts of one second: the smallest Message-ID decides
        subject = min(_first_posts(session, olds) + _bare_of(members, first_at))[1]
    return {
        "b_id": thread_id,
        "b_subject": subject,
        "b_first_at": first_at,
        "b_last_at": max((*(row.last_at for row in rows), *(member.sent_at for member in members))),
        "b_posts": sum(row.posts for row in rows) + len(members),
    }


def _bare_of(members: Iterable[Newcomer], first_at: datetime) -> list[tuple[str, str]]:
    return [(member.message_id, subjects.bare(member.subject)) for member in members if member.sent_at == first_at]


def _first_posts(session: Session, rows: Iterable[Any]) -> list[tuple[str, str]]:
    """Message-ID and subject of the posts that were first in each of these threads."""
    found = []
    for row in rows:
        at = sa.select(Post.message_id, Post.subject).where(Post.thread_id == row.id, Post.sent_at == row.first_at)
        found += [(message_id, subjects.bare(subject)) for message_id, subject in session.execute(at)]
    return found


def _merge(session: Session, merged: Mapping[int, int]) -> None:
    """Move the posts of threads that have become part of another; what linked to them finds the other."""
    moves = [{"b_from": old, "b_into": into} for old, into in merged.items()]
    old, into = slot("from"), slot("into")
    execute_many(session, sa.update(POST).where(POST.c.thread_id == old).values(thread_id=into), moves)
    execute_many(session, sa.update(THREAD).where(THREAD.c.merged_into == old).values(merged_into=into), moves)
    execute_many(session, sa.update(THREAD).where(THREAD.c.id == old).values(merged_into=into, posts=0), moves)


def current(session: Session, thread_id: int) -> Thread | None:
    """The thread of this number, or the one it has become part of."""
    thread = session.get(Thread, thread_id)
    return session.get(Thread, thread.merged_into) if thread is not None and thread.merged_into else thread
