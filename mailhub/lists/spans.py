"""Which posts reach a member by letter: spans of numbers, cut exactly where their choice changes.

A post is owed to a member once: as a mail of its own, or in a letter. Which of the two was decided when it got its
number, so nobody gets it twice or never, whatever they choose while it is on its way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing
from mailhub.lists.choices import ONLY
from mailhub.lists.tables import (
    DeliveryChoice,
    LetterSpan,
    SpanKind,
    Subscription,
    SubscriptionState,
)

POSTS = "lists.post"  # the source whose mailings carry posts
_TABLE = cast(sa.Table, LetterSpan.__table__)
_NOT_SENT = (DeliveryState.READY, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Told:
    """One letter has told a person the posts of this span up to a number."""

    span_id: int
    upto: int


def follow(session: Session, place: Subscription, number: int, *, now: datetime) -> None:
    """Cut the spans of a subscription that has just changed; `number` is the list's newest post, under its lock."""
    wanted = _wanted(place)
    mine = LetterSpan.list_id == place.list_id, LetterSpan.person_id == place.person_id
    standing = session.scalar(sa.select(LetterSpan).where(*mine, LetterSpan.upto.is_(None)))
    if standing is not None and standing.kind is wanted:
        return
    if standing is not None:
        _close(session, standing, number)
    if wanted is not None:
        after = number if standing is not None else _not_left_yet(session, place, number)
        row = LetterSpan(list_id=place.list_id, person_id=place.person_id, kind=wanted, after=after, begun_at=now)
        session.add(row)
    session.flush()


def reach_back(session: Session, place: Subscription, first: int) -> None:
    """The pause that has just begun also lists what was sent before and came back, from this number on."""
    mine = LetterSpan.list_id == place.list_id, LetterSpan.person_id == place.person_id
    standing = session.scalar(sa.select(LetterSpan).where(*mine, LetterSpan.upto.is_(None)))
    if standing is not None:
        told = sa.select(sa.func.max(LetterSpan.upto)).where(*mine)
        standing.after = max(min(standing.after, first - 1), session.scalar(told) or 0)
        session.flush()


def forget(session: Session, place: Subscription) -> None:
    """What waited when they chose to receive nothing is not told when, one day, they choose again."""
    mine = LetterSpan.list_id == place.list_id, LetterSpan.person_id == place.person_id
    session.execute(sa.delete(LetterSpan).where(*mine))


def has_missed(session: Session, place: Subscription) -> bool:
    """Whether a letter will tell this person what was written while they were away."""
    mine = LetterSpan.list_id == place.list_id, LetterSpan.person_id == place.person_id
    waiting = sa.select(LetterSpan.id).where(*mine, LetterSpan.kind == SpanKind.PAUSE, LetterSpan.upto.is_not(None))
    return session.scalar(waiting.limit(1)) is not None


def begin(session: Session, list_id: int, person_ids: Sequence[int], number: int, *, now: datetime) -> None:
    """Forget spans of an earlier stay, and begin those of people who have just come in and do not read each post."""
    session.execute(sa.delete(_TABLE).where(_TABLE.c.list_id == list_id, _TABLE.c.person_id.in_(person_ids)))
    of_kind = _TABLE.c.kind.type
    is_reader = Subscription.delivery == DeliveryChoice.DIGEST
    kind = sa.case((is_reader, sa.literal(SpanKind.LETTER, of_kind)), else_=sa.literal(SpanKind.LEFT, of_kind))
    readers = sa.select(
        Subscription.list_id,
        Subscription.person_id,
        kind,
        sa.literal(number, _TABLE.c.after.type),
        sa.literal(now, _TABLE.c.begun_at.type),
    ).where(
        Subscription.list_id == list_id,
        Subscription.person_id.in_(person_ids),
        Subscription.state == SubscriptionState.ACTIVE,
        is_reader | Subscription.delivery.in_(ONLY),
    )
    columns = ["list_id", "person_id", "kind", "after", "begun_at"]
    session.execute(sa.insert(_TABLE).from_select(columns, readers))


def by_letter(session: Session, list_id: int, number: int, *, now: datetime) -> None:
    """This one post comes by letter also to those who get every message, under the list's lock."""
    columns = ["list_id", "person_id", "kind", "after", "upto", "begun_at"]
    at = sa.literal(number, _TABLE.c.after.type)
    receiving = sa.select(
        Subscription.list_id,
        Subscription.person_id,
        sa.literal(SpanKind.LETTER, _TABLE.c.kind.type),
        sa.literal(number - 1, _TABLE.c.after.type),
        at,
        sa.literal(now, _TABLE.c.begun_at.type),
    ).where(
        Subscription.list_id == list_id,
        Subscription.state == SubscriptionState.ACTIVE,
        Subscription.delivery == DeliveryChoice.EACH,
        Subscription.joined_number < number,
        ~holding(at),
    )
    session.execute(sa.insert(_TABLE).from_select(columns, receiving))


def holding(number: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a post of this number reaches the subscription of the query by letter."""
    return sa.exists().where(
        LetterSpan.list_id == Subscription.list_id,
        LetterSpan.person_id == Subscription.person_id,
        LetterSpan.after < number,
        LetterSpan.upto.is_(None) | (LetterSpan.upto >= number),
    )


def owed(session: Session, person_ids: Iterable[int], numbers: Mapping[int, int]) -> Mapping[int, Sequence[LetterSpan]]:
    """Spans that have something to tell each of these people, given the newest number of each list that is ready."""
    spans = session.scalars(
        sa.select(LetterSpan)
        .where(LetterSpan.person_id.in_(list(person_ids)), LetterSpan.list_id.in_(list(numbers)))
        .order_by(LetterSpan.person_id, LetterSpan.list_id, LetterSpan.after)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[LetterSpan]] = {}
    for span in spans:
        is_over = span.kind is not SpanKind.PAUSE or span.upto is not None  # who is away is told when they are back
        if is_over and span.after < end_of(span, numbers[span.list_id]):
            found.setdefault(span.person_id, []).append(span)
    return found


def end_of(span: LetterSpan, ready: int) -> int:
    """The last number a letter may tell of a span now."""
    return ready if span.upto is None else min(span.upto, ready)


def tell(session: Session, told: Sequence[Told]) -> None:
    """Note what letters have told; a span that is over and told whole goes."""
    if not told:
        return
    moved = sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("b_id")).values(after=sa.bindparam("b_upto"))
    session.connection().execute(moved, [{"b_id": one.span_id, "b_upto": one.upto} for one in told])
    gone = sa.delete(_TABLE).where(_TABLE.c.id.in_([one.span_id for one in told]), _TABLE.c.upto <= _TABLE.c.after)
    session.connection().execute(gone)


def _wanted(place: Subscription) -> SpanKind | None:
    if place.delivery is DeliveryChoice.NONE:
        return None
    if place.delivery in ONLY:
        return SpanKind.LEFT  # in a pause as well: they have not missed what they left out
    if place.state is SubscriptionState.PAUSED:
        return SpanKind.PAUSE
    is_reader = place.state is SubscriptionState.ACTIVE and place.delivery is DeliveryChoice.DIGEST
    return SpanKind.LETTER if is_reader else None


def _close(session: Session, span: LetterSpan, number: int) -> None:
    if span.after >= number:
        session.delete(span)
    else:
        span.upto = number
    session.flush()


def _not_left_yet(session: Session, place: Subscription, number: int) -> int:
    """Where a pause begins for who gets every message: before the first that has not reached them.

    A choice of the letter begins with the next post: what is on its way still comes by itself.
    """
    if place.delivery in ONLY or place.state is not SubscriptionState.PAUSED:
        return number
    waiting = (
        sa.select(sa.func.min(Post.number))
        .join(Mailing, (Mailing.source == POSTS) & (Mailing.thing_id == Post.id))
        .join(Delivery, (Delivery.mailing_id == Mailing.id) & (Delivery.person_id == place.person_id), isouter=True)
        .where(
            Mailing.list_id == place.list_id,
            Post.number > place.joined_number,
            Delivery.state.in_(_NOT_SENT) | (Delivery.state.is_(None) & Mailing.expanded_at.is_(None)),
            Mailing.done_at.is_(None),
        )
    )
    first = session.scalar(waiting)
    return number if first is None else min(number, first - 1)
