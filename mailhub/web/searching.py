"""`/search`: words, and operators for who, when and where; only in what this visitor may read."""

from collections.abc import Sequence

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from mailhub.archive import reading as archive
from mailhub.archive import search
from mailhub.archive.reading import Shown
from mailhub.archive.search import Hit
from mailhub.lists import visibility
from mailhub.lists.tables import MailList
from mailhub.people.tables import Person
from mailhub.verbs import plain
from mailhub.web import queries, showing
from mailhub.web.queries import Query
from mailhub.web.shared import hub, page
from mailhub.web.visitor import signed_in

pages = Blueprint("searching", __name__)

FOUND = 20  # on one page
LOOKS = 8  # pages of hits that are looked through where operators leave some out
PAGE = 60


@pages.get("/search")
def find() -> Response:
    """What was found, the newest first; without words it says what to write."""
    asked = queries.read(request.args.get("q", ""))
    with hub().database.reading() as session:
        visitor = signed_in(session)
        groups = visibility.readable_lists(session, visitor.id if visitor is not None else None)
        within = [group for group in groups if asked.group in ("", group.slug, *group.definition.get("aliases", ()))]
        found = _found(session, within, asked) if asked.words and not asked.wrong else []
        by_id = {group.id: group for group in groups}
        shown = [
            (by_id[one.post.list_id], message)
            for one in found
            for message in showing.messages(session, by_id[one.post.list_id], [one], visitor)
        ]
        return page(
            "search.html", asked=asked, text=request.args.get("q", "")[: queries.LONGEST], shown=shown, visitor=visitor
        )


def _found(session: Session, groups: Sequence[MailList], asked: Query) -> list[Shown]:
    """The newest that fit; operators are judged on what the words have found."""
    ids, before, kept = [group.id for group in groups], _before(asked), list[Shown]()
    for _ in range(LOOKS):
        hits = search.find(session, ids, asked.words, limit=PAGE, before=before)
        kept += [one for one in archive.shown(session, [hit.post_id for hit in hits]) if _fits(session, one, asked)]
        if len(hits) < PAGE or len(kept) >= FOUND or (asked.since and hits[-1].sent_at < asked.since):
            break
        before = hits[-1]
    return kept[:FOUND]


def _before(asked: Query) -> Hit | None:
    return Hit(0, asked.until) if asked.until is not None else None


def _fits(session: Session, one: Shown, asked: Query) -> bool:
    author = session.get(Person, one.post.person_id) if asked.author and one.post.person_id else None
    names = plain(f"{one.post.author_name} {author.name if author else ''}")
    is_by = all(word in names for word in plain(asked.author).split())
    is_late = asked.since is None or one.post.sent_at >= asked.since
    return is_by and is_late and (asked.until is None or one.post.sent_at < asked.until)
