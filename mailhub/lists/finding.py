"""Looks for messages on somebody's behalf: only in groups they may read, the newest first.

Pages and mails ask alike. Operators (who, when, where) are judged on what the words have found.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from mailhub.archive import reading as archive
from mailhub.archive import search
from mailhub.archive.queries import Query
from mailhub.archive.reading import Shown
from mailhub.archive.search import Hit
from mailhub.lists.tables import MailList
from mailhub.people.tables import Person
from mailhub.verbs import plain

LOOKS = 8  # pages of hits that are looked through where operators leave some out
PAGE = 60


def within(groups: Sequence[MailList], asked: Query) -> list[MailList]:
    """Of the groups somebody may read, those the operator «in:» means."""
    return [group for group in groups if asked.group in ("", group.slug, *group.definition.get("aliases", ()))]


def found(session: Session, groups: Sequence[MailList], asked: Query, limit: int) -> list[Shown]:
    """The newest messages in these groups that fit; none where there is no word, or an operator without sense."""
    if not asked.words or asked.wrong:
        return []
    ids, kept = [group.id for group in groups], list[Shown]()
    before = Hit(0, asked.until) if asked.until is not None else None
    for _ in range(LOOKS):
        hits = search.find(session, ids, asked.words, limit=PAGE, before=before)
        kept += [one for one in archive.shown(session, [hit.post_id for hit in hits]) if _fits(session, one, asked)]
        if len(hits) < PAGE or len(kept) >= limit or (asked.since and hits[-1].sent_at < asked.since):
            break
        before = hits[-1]
    return kept[:limit]


def _fits(session: Session, one: Shown, asked: Query) -> bool:
    author = session.get(Person, one.post.person_id) if asked.author and one.post.person_id else None
    names = plain(f"{one.post.author_name} {author.name if author else ''}")
    is_by = all(word in names for word in plain(asked.author).split())
    is_late = asked.since is None or one.post.sent_at >= asked.since
    return is_by and is_late and (asked.until is None or one.post.sent_at < asked.until)
