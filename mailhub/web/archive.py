"""The archive: groups, their conversations, a message by its id, a feed. Everything is asked through `visible_to`."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from mailhub.archive import posts, threads
from mailhub.archive import reading as archive
from mailhub.archive.reading import Shown
from mailhub.archive.tables import Post, PostState, Thread
from mailhub.lists import calm, calm_words, reading, visibility
from mailhub.people.tables import Person
from mailhub.web import faces, months, showing, written
from mailhub.web.paging import after_key, key
from mailhub.web.shared import chosen_language, hub, page
from mailhub.web.visitor import signed_in

pages = Blueprint("archive", __name__)

CONVERSATIONS = 40  # on one page
MESSAGES = 30
HEAVIEST = 36_000  # characters of messages on one page: with everything it stays below 60 kB
FEED = 30


@pages.get("/")
def groups() -> Response:
    """What this site is, and its groups."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        found = [faces.of_group(session, group, visitor) for group in reading.open_lists(session)]
        return page("groups.html", faces=[face for face in found if face is not None], visitor=visitor)


@pages.get("/<slug>/", strict_slashes=False)
def group(slug: str) -> Response:
    """What a group is for, how to join and write, and its conversations, the newest first."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        face = faces.of_slug(session, slug, visitor)
        if face is None:
            return faces.nothing()
        found = (
            archive.front(session, face.group.id, limit=CONVERSATIONS + 1, after=after_key()) if face.is_open else []
        )
        shown = found[:CONVERSATIONS]
        older = key(shown[-1].last_at, shown[-1].id) if len(found) > CONVERSATIONS else ""
        ways = showing.ways(session, face.group)
        calendar = months.of_list(session, face.group.id) if face.is_open else []
        return page(
            "group.html",
            face=face,
            threads=shown,
            older=older,
            ways=ways,
            calendar=calendar,
            visitor=visitor,
            day=showing.day,
            indexed=face.is_for_search,
        )


@pages.get("/<slug>/t/<int:number>")
def thread(slug: str, number: int) -> Response:
    """A conversation as correspondence; one that has become part of another leads there."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        face = faces.of_slug(session, slug, visitor)
        current = threads.current(session, number) if face is not None and face.is_open else None
        if face is None or current is None or current.list_id != face.group.id:
            return faces.nothing()
        return _conversation(session, face, current, visitor)


@pages.get("/<slug>/m/<path:message_id>")
def message(slug: str, message_id: str) -> Response:
    """One message, by the id every mail program knows it by, with its conversation beside it."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        face = faces.of_slug(session, slug, visitor)
        post = posts.find(session, face.group.id, message_id) if face is not None and face.is_open else None
        if face is None or post is None:
            return faces.nothing()
        [one] = archive.shown(session, [post.id])
        shown = showing.messages(session, face.group, [one], visitor)
        if not shown:
            return faces.nothing()
        laid_out = written.has_html(session, one)
        return page(
            "message-page.html", face=face, one=shown[0], thread=post.thread_id, laid_out=laid_out, visitor=visitor
        )


@pages.get("/<slug>/feed.atom")
def feed(slug: str) -> Response:
    """The newest messages of a public archive (RFC 4287)."""
    with hub().database.reading() as session:
        face = faces.of_slug(session, slug, None)
        if face is None or not face.is_open:
            return faces.nothing()
        newest = (
            sa.select(Post.id).where(visibility.visible_to([face.group.id])).order_by(Post.number.desc()).limit(FEED)
        )
        shown = showing.messages(session, face.group, archive.shown(session, list(session.scalars(newest))), None)
        updated = max((one.sent_at for one in shown), default=face.group.created_at)
        text = render_template("feed.xml", face=face, shown=shown, updated=updated, language=chosen_language())
    response = make_response(text)
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return response


def _conversation(session: Session, face: faces.Face, current: Thread, visitor: Person | None) -> Response:
    found = archive.thread_page(session, current.id, limit=MESSAGES + 1, after=after_key())
    fit = _fitting(found)
    shown = showing.messages(session, face.group, found[:fit], visitor)
    if not shown:
        return faces.nothing()
    later = key(*found[fit - 1].key) if len(found) > fit else ""
    language, zone, now = chosen_language(), hub().site.time_zone, hub().clock.now()
    rules = [calm.rule_of(measure) for measure in calm.in_force(session, current.id, now)]
    return page(
        "thread.html",
        face=face,
        thread=current,
        shown=shown,
        later=later,
        decided=[calm_words.phrase(session, rule, language, zone, now) for rule in rules],
        visitor=visitor,
        after=after_key(),
        indexed=face.is_for_search,
    )


def _fitting(found: Sequence[Shown]) -> int:
    """How many of these one page takes: at least one, and what is not shown weighs nothing."""
    weight = 0
    for place, one in enumerate(found[:MESSAGES]):
        there = one.post.state is PostState.PUBLISHED
        weight += len(one.text.words) + len(one.text.quoted) if there else 0
        if place and weight > HEAVIEST:
            return place
    return min(len(found), MESSAGES)
