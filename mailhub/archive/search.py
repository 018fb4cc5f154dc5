"""Full text: which posts hold these words, the newest first; filled by a job, never while mail is received.

A word is found as it stands, and by its Italian and its English stem; quoted words are apart and looked at only on
request. The two databases keep it differently: see `search_sqlite` and `search_postgresql`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import drafts, search_postgresql, search_sqlite, stemming
from mailhub.archive import raw as raws
from mailhub.archive.blobs import Damaged
from mailhub.archive.entries import Hit, entry_of
from mailhub.archive.rows import is_sqlite
from mailhub.archive.tables import Post, PostState, PostText
from mailhub.mail.message import parse
from mailhub.mail.structure import fold_mail
from mailhub.mail.wire import Unreadable
from mailhub.site import Site

__all__ = ["WAITS", "Hit", "find", "forget", "index"]

MOST_WORDS = 12  # of one query
PAGE = 50  # posts of one page of the job
_PAGE_WEIGHT = 30_000  # characters of one page, so that it lasts less than 50 ms
_HTML_WEIGHT = 4  # a mail with HTML to read weighs so many times its size
_WAITING = sa.text("post.indexed_at IS NULL")
WAITS = sa.select(Post.id).where(_WAITING).order_by(Post.id).limit(1)  # to be made findable


def find(
    session: Session,
    list_ids: Collection[int] | None,
    query: str,
    *,
    limit: int,
    before: Hit | None = None,
    quoted: bool = False,
) -> list[Hit]:
    """The newest posts that hold all these words, in these lists (None: in all); `before` continues after a hit.

    No query is an error: whatever is no word counts for nothing, and where there is no word nothing is found.
    """
    words = stemming.asked(query, MOST_WORDS)
    if not words or (list_ids is not None and not list_ids):
        return []
    look = search_sqlite.find if is_sqlite(session) else search_postgresql.find
    return look(session, list_ids, words, limit=limit, before=before, quoted=quoted)


def index(session: Session, site: Site, *, now: datetime, limit: int = PAGE) -> int:
    """Make a page of posts findable, reading what HTML was left for later; says how many there were."""
    waiting = sa.select(Post, PostText).join(PostText, PostText.post_id == Post.id).where(_WAITING)
    page = _within_page(session.execute(waiting.order_by(Post.id).limit(limit)))
    for post, text in page:
        if text.language == drafts.UNREAD:
            read_html(session, site, post, text)
        post.indexed_at = now
    session.flush()
    forget(session, [post for post, _ in page])
    write = search_sqlite.write if is_sqlite(session) else search_postgresql.write
    write(
        session,
        [
            entry_of(post.id, post.list_id, post.sent_at, text.language, post.subject, text.words, text.quoted)
            for post, text in page
            if post.state is PostState.PUBLISHED
        ],
    )
    return len(page)


def forget(session: Session, posts: Iterable[Post]) -> None:
    """Let nobody find these posts."""
    take_out = search_sqlite.forget if is_sqlite(session) else search_postgresql.forget
    take_out(session, [Hit(post.id, post.sent_at) for post in posts])


def _within_page(waiting: Iterable[tuple[Post, PostText]]) -> list[tuple[Post, PostText]]:
    """As many as fit in a page, at least one."""
    page: list[tuple[Post, PostText]] = []
    weight = 0
    for post, text in waiting:
        weight += len(text.words) + len(text.quoted)
        weight += post.size * _HTML_WEIGHT if text.language == drafts.UNREAD else 0
        if page and weight > _PAGE_WEIGHT:
            break
        page.append((post, text))
    return page


def read_html(session: Session, site: Site, post: Post, text: PostText) -> None:
    """Read the words of a post whose HTML was left for later."""
    text.language = site.language
    try:
        mail = parse(raws.read(session, site, post.raw_id))
    except (Unreadable, Damaged):  # what was read without the HTML stays
        return
    said = fold_mail(mail)
    text.words, text.quoted, text.signature = map(drafts.plain, (said.new, said.quoted, said.signature))
    text.language = drafts.language_of(said.new, mail.content_language, site)
