"""Posts that correct another: an answer of the same author, known by its Message-ID, which mbox files carry as well."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import reading
from mailhub.archive.reading import Shown
from mailhub.archive.tables import Post, PostState
from mailhub.site import Site

PREFIX = "correction."
_AUTHOR = sa.select(Post.id, Post.list_id, Post.person_id)


def message_id(site: Site, seed: str) -> str:
    """What a correction is called, so that it is known for one wherever it goes."""
    return f"{PREFIX}{seed}@{site.domain}"


def latest(session: Session, site: Site, post_ids: Collection[int]) -> Mapping[int, Shown]:
    """The last correction of each of these posts that went out and was not taken back."""
    found = _said_again(session, site, post_ids)
    if not found:
        return {}
    wrong = session.execute(_AUTHOR.where(Post.id.in_([post_id for post_id, *_ in found])))
    authors = {post_id: (list_id, person_id) for post_id, list_id, person_id in wrong}
    pairs = {post_id: right_id for post_id, right_id, *author in found if authors.get(post_id) == tuple(author)}
    shown = {one.post.id: one for one in reading.shown(session, sorted(pairs.values()))}
    return {post_id: shown[right_id] for post_id, right_id in pairs.items() if right_id in shown}


def _said_again(session: Session, site: Site, post_ids: Collection[int]) -> Sequence[tuple[int, int, int, int | None]]:
    """What calls itself a correction of these, the earliest first: of which, its own id, its list, its author."""
    # Asked by parent alone: joined with the posts corrected, SQLite walks through all of the list instead.
    there = sa.select(Post.parent_id, Post.id, Post.list_id, Post.person_id).where(
        Post.parent_id.in_(list(post_ids)),
        Post.message_id.like(f"{PREFIX}%@{site.domain}"),
        Post.state == PostState.PUBLISHED,
    )
    rows = session.execute(there.order_by(Post.id))
    return [(of or 0, right_id, list_id, person_id) for of, right_id, list_id, person_id in rows]
