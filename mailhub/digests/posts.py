"""Posts as letters tell them: owed by the spans of a subscription, worded by the archive."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.archive import reading as archive
from mailhub.archive import subjects
from mailhub.archive.posts import IMPORT
from mailhub.archive.tables import Attachment, Post, PostState, PostText
from mailhub.digests import excerpt, ready
from mailhub.digests.offers import File, Gathered, Said
from mailhub.digests.rule import Entry
from mailhub.lists import authors, mutes, outgoing, reading, redaction, spans, things, voice
from mailhub.lists.definition import Addresses
from mailhub.lists.reading import BELONGING
from mailhub.lists.spans import Told
from mailhub.lists.tables import (
    DeliveryChoice,
    LetterSpan,
    MailList,
    SpanKind,
    Subscription,
    SubscriptionState,
)
from mailhub.mail.address import Mailbox
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.tokens import Token
from mailhub.verbs import Thing

_MOST_SHOWN = 24 * 80  # characters: about what an excerpt holds


class PostOffer:
    """The posts of every list one reads by letter, and of those one came back to."""

    kind = things.POST

    def lagging(self) -> sa.Select[int]:
        newest = sa.select(MailList.last_number).where(MailList.id == LetterSpan.list_id, MailList.closed_at.is_(None))
        return _waiting().where(LetterSpan.after < newest.scalar_subquery())

    def due(self, session: Session, slot: datetime) -> sa.Select[int] | None:
        numbers = ready.numbers(session, slot)
        if not numbers:
            return None
        columns = sa.column("list_id", sa.BigInteger), sa.column("number", sa.BigInteger)
        there = sa.values(*columns, name="ready").data(list(numbers.items())).cte("ready")
        return _waiting().join(there, there.c.list_id == LetterSpan.list_id).where(LetterSpan.after < there.c.number)

    def gather(self, session: Session, people: Collection[int], slot: datetime) -> Gathered:
        numbers = ready.numbers(session, slot)
        return _gathered(session, spans.owed(session, people, numbers), numbers)

    def told(self, session: Session, marks: Sequence[object]) -> None:
        spans.tell(session, cast("Sequence[Told]", marks))

    def said(self, session: Session, site: Site, ids: Collection[int], language: str) -> Mapping[int, Said]:
        shown = [one for one in archive.shown(session, sorted(ids)) if one.post.state is PostState.PUBLISHED]
        return {one.post.id: _said(session, site, one.post, one.text, one.files, language) for one in shown}

    def welcome(self, session: Session, person_id: int, list_ids: Collection[int]) -> set[int]:
        wanted = (
            sa.select(Subscription.list_id)
            .join(MailList, MailList.id == Subscription.list_id)
            .where(
                Subscription.person_id == person_id,
                Subscription.list_id.in_(list(list_ids)),
                Subscription.state.in_(BELONGING),
                Subscription.delivery != DeliveryChoice.NONE,
                MailList.closed_at.is_(None),
            )
        )
        return set(session.scalars(wanted))


def left_out(session: Session, person_id: int, slot: datetime) -> Gathered:
    """What reached somebody in no way, since they chose one kind of thing alone; told when they ask for it."""
    numbers = ready.numbers(session, slot)
    mine = numbers.keys() & reading.lists_of(session, person_id)
    waiting = spans.owed(session, [person_id], {one: numbers[one] for one in mine}) if mine else {}
    of_kind = [span for span in waiting.get(person_id, ()) if span.kind is SpanKind.LEFT]
    return _gathered(session, {person_id: of_kind}, numbers)


def _gathered(session: Session, waiting: Mapping[int, Sequence[LetterSpan]], numbers: Mapping[int, int]) -> Gathered:
    entries, marks = _Entries(session), {}
    found: dict[int, list[Entry]] = {}
    for person_id, mine in waiting.items():
        ends = [(span, spans.end_of(span, numbers[span.list_id])) for span in mine]
        found[person_id] = [entry for span, end in ends for entry in entries.of(span, end)]
        marks[person_id] = [Told(span.id, end) for span, end in ends]
    return Gathered(_with_mutes(session, found), marks)


def _waiting() -> sa.Select[int]:
    """People with spans that a letter may tell of now: who is away is told when they are back."""
    return (
        sa.select(LetterSpan.person_id)
        .join(
            Subscription,
            (Subscription.list_id == LetterSpan.list_id) & (Subscription.person_id == LetterSpan.person_id),
        )
        .where(
            Subscription.state == SubscriptionState.ACTIVE,
            Subscription.delivery != DeliveryChoice.NONE,
            (LetterSpan.kind == SpanKind.LETTER) | (LetterSpan.kind == SpanKind.PAUSE) & LetterSpan.upto.is_not(None),
        )
        .distinct()
    )


class _Entries:
    """Posts as entries; people of one list mostly wait for the same ones, which are read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[tuple[SpanKind, int, int, int], list[Entry]] = {}
        self._most: dict[int, int] = {}

    def of(self, span: LetterSpan, end: int) -> Sequence[Entry]:
        key = (span.kind, span.list_id, span.after, end)
        if key not in self._read:
            self._read[key] = self._entries(*key)
        return self._read[key]

    def _entries(self, kind: SpanKind, list_id: int, after: int, end: int) -> list[Entry]:
        if list_id not in self._most:
            self._most[list_id] = reading.definition_of(reading.get(self._session, list_id)).fold_after
        rows = self._session.execute(
            _POSTS.where(Post.list_id == list_id, Post.number > after, Post.number <= end).order_by(Post.number)
        )
        return [
            Entry(
                thing=Thing(things.POST, row.id),
                list_id=list_id,
                conversation=row.thread_id,
                author=(row.person_id or 0, row.author_email),
                at=row.published_at,
                weight=min(row.length, _MOST_SHOWN),
                most=self._most[list_id],
                is_missed=kind is SpanKind.PAUSE,
                is_left=kind is SpanKind.LEFT,
            )
            for row in rows
        ]


_POSTS = (
    sa.select(
        Post.id,
        Post.thread_id,
        Post.person_id,
        Post.author_email,
        Post.published_at,
        sa.func.length(PostText.words).label("length"),
    )
    .join(PostText, PostText.post_id == Post.id)
    .where(Post.state == PostState.PUBLISHED, Post.origin != IMPORT)
)


def _with_mutes(session: Session, found: Mapping[int, list[Entry]]) -> dict[int, list[Entry]]:
    conversations = {entry.conversation for entries in found.values() for entry in entries}
    silent = mutes.muted(session, found.keys(), conversations) if conversations else set()
    muted: defaultdict[int, set[int]] = defaultdict(set)
    for person_id, thread_id in silent:
        muted[person_id].add(thread_id)
    return {
        person_id: [entry.muted() if entry.conversation in muted[person_id] else entry for entry in entries]
        for person_id, entries in found.items()
    }


def _said(session: Session, site: Site, post: Post, text: PostText, files: Sequence[Attachment], language: str) -> Said:
    group = reading.get(session, post.list_id)
    rules = reading.definition_of(group)
    words = redaction.redactor(site)(text.words)
    author = session.get(Person, post.person_id) if post.person_id is not None else None
    is_hidden = rules.addresses is Addresses.HIDDEN and post.person_id is not None
    return Said(
        title=subjects.bare(post.subject),
        group=rules.titled(language),
        author=authors.name_in(session, group, author, Mailbox(post.author_name, post.author_email), language),
        at=post.sent_at,
        excerpt=excerpt.of(words),
        whole=words,
        begins=excerpt.first_words(words),
        files=tuple(_file(site, file) for file in files),
        link=voice.page(site, group, post),
        write_to=outgoing.relay_address(site, post.person_id or 0, group.id) if is_hidden else post.author_email,
    )


def _file(site: Site, file: Attachment) -> File:
    return File(file.name, file.size, site.link(f"f/{site.keys.issue_link(Token(tokens.FILE, 0, file.id))}"))
