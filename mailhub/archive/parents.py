"""Who answers whom, as rows: a newcomer's parent, and the earlier posts that had waited for the newcomer.

`post.parent_position` is the place of the parent's id in the chain; where it is set and `parent_id` is not, the parent
was lost to a circle and comes back when the circle opens.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub.archive.rows import POST, REFERENCE, among, execute_many, fetch, slot
from mailhub.archive.tables import Post, PostReference
from mailhub.archive.threading import Named, choose_parent, loose


@dataclass(frozen=True, slots=True)
class Place:
    """A post and the parent it wants: an id that exists, and where the chain names it."""

    post_id: int
    wanted: str | None
    position: int


def place_of(post_id: int, chain: Sequence[str], exists: Collection[str]) -> Place:
    wanted = choose_parent(tuple(chain), exists)
    return Place(post_id, wanted, chain.index(wanted) + 1 if wanted else 0)


def write_references(session: Session, list_id: int, named: Iterable[tuple[int, str, Named]]) -> None:
    """Write what posts name: their own id at 0, the chain above, what only binds the thread below."""
    rows = [
        {"post_id": post_id, "position": position, "list_id": list_id, "message_id": name}
        for post_id, message_id, names in named
        for position, name in (
            (0, message_id),
            *enumerate(names.chain, start=1),
            *((-n, name) for n, name in enumerate(sorted(names.links), start=1)),
        )
    ]
    execute_many(session, sa.insert(REFERENCE), rows)


def waiting_for(session: Session, list_id: int, arrived: Collection[str]) -> dict[str, Place]:
    """Earlier posts, by Message-ID, that name one of these nearer than the parent they have."""
    rows = fetch(session, _WAITING, list_id=list_id, ids=list(arrived))
    return {own: Place(post_id, wanted, position) for post_id, own, wanted, position in rows}


_WAITING = (
    sa.select(POST.c.id, POST.c.message_id, REFERENCE.c.message_id, REFERENCE.c.position)
    .join(POST, POST.c.id == REFERENCE.c.post_id)
    .where(
        REFERENCE.c.list_id == sa.bindparam("list_id"),
        among(REFERENCE.c.message_id, "ids"),
        REFERENCE.c.position > POST.c.parent_position,
    )
    .order_by(REFERENCE.c.position)  # of several the nearest has the last word
)


def settle(session: Session, places: Mapping[str, Place], ids: Mapping[str, int], *, earlier: bool) -> None:
    """Give these posts the parents they want, cutting circles that close and opening those that no longer are.

    `ids` knows every post they want. `earlier` says whether earlier posts are among them: only then can a circle run
    through posts that are not.
    """
    starts = {place.post_id for place in places.values()} | {ids[p.wanted] for p in places.values() if p.wanted}
    stored = _above(session, starts) if earlier else {}
    wanted = {own: row.wanted for own, row in stored.items()} | {own: place.wanted for own, place in places.items()}
    lost = loose(wanted)
    known = {own: row.post_id for own, row in stored.items()} | dict(ids)
    changes = []
    for own, name in wanted.items():
        parent_id = known[name] if name and own not in lost else None
        row = stored.get(own)
        place = places.get(own) or Place(known[own], name, row.position if row else 0)
        if row is None or (row.parent_id, row.position) != (parent_id, place.position):
            changes.append({"b_id": place.post_id, "b_parent_id": parent_id, "b_position": place.position})
    execute_many(session, _SETTLE, changes)


_SETTLE = (
    sa.update(POST).where(POST.c.id == slot("id")).values(parent_id=slot("parent_id"), parent_position=slot("position"))
)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A post as its row has it, and the parent it would like."""

    post_id: int
    parent_id: int | None
    position: int
    wanted: str | None


def _above(session: Session, starts: Collection[int]) -> dict[str, _Stored]:
    """These posts and all above them by Message-ID, across the cuts of circles."""
    rows: dict[int, sa.Row[int, str, int | None, int]] = {}
    across: dict[int, int] = {}  # posts that lost their parent, and that parent
    while starts:
        found = session.execute(_UPWARDS, {"starts": list(starts)}).all()
        rows |= {row.id: row for row in found}
        cut = [row.id for row in found if row.parent_id is None and row.parent_position > 0]
        across |= dict(session.execute(_ACROSS, {"cut": cut}).all() if cut else [])
        starts = {across[post_id] for post_id in cut if post_id in across} - rows.keys()
    stored = {}
    for row in rows.values():
        above = rows.get(across.get(row.id, row.parent_id or 0))
        stored[row.message_id] = _Stored(
            row.id, row.parent_id, row.parent_position, above.message_id if above else None
        )
    return stored


def _upwards() -> sa.Select[int, str, int | None, int]:
    starts = sa.select(Post.id).where(Post.id.in_(sa.bindparam("starts", expanding=True))).cte("up", recursive=True)
    parent = sa.select(Post.parent_id).join(starts, starts.c.id == Post.id).where(Post.parent_id.is_not(None))
    up = starts.union(parent)  # UNION, so that even a circle ends
    return sa.select(Post.id, Post.message_id, Post.parent_id, Post.parent_position).join(up, up.c.id == Post.id)


def _across() -> sa.Select[int, int]:
    wanted = aliased(Post)
    return (
        sa.select(Post.id, wanted.id)
        .join(PostReference, (PostReference.post_id == Post.id) & (PostReference.position == Post.parent_position))
        .join(wanted, (wanted.list_id == PostReference.list_id) & (wanted.message_id == PostReference.message_id))
        .where(Post.id.in_(sa.bindparam("cut", expanding=True)))
    )


_UPWARDS = _upwards()
_ACROSS = _across()
