"""Posts that correct another: an answer of the same author, known by its Message-ID, which mbox files carry as well."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import reading
from mailhub.archive.reading import Shown
from mailhub.archive.tables import Post, PostState
from mailhub.site import Site

PREFIX = "correction."


def message_id(site: Site, seed: str) -> str:
    """What a correction is called, so that it is known for one wherever it goes."""
    return f"{PREFIX}{seed}@{site.domain}"


def latest(session: Session, site: Site, post_ids: Collection[int]) -> Mapping[int, Shown]:
    """The last correction of each of these posts that went out and was not taken back."""
    wrong, right = Post.__table__.alias(), Post.__table__.alias()
    found = (
        sa.select(wrong.c.id, sa.func.max(right.c.id))
        .join(right, right.c.parent_id == wrong.c.id)
        .where(
            wrong.c.id.in_(list(post_ids)),
            right.c.list_id == wrong.c.list_id,
            right.c.message_id.like(f"{PREFIX}%@{site.domain}"),
            right.c.person_id.is_not_distinct_from(wrong.c.person_id),
            right.c.state == PostState.PUBLISHED,
        )
        .group_by(wrong.c.id)
    )
    pairs = dict(list(session.execute(found)))
    shown = {one.post.id: one for one in reading.shown(session, sorted(pairs.values()))}
    return {post_id: shown[right_id] for post_id, right_id in pairs.items() if right_id in shown}
