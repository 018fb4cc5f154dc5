"""Erases who asked for it, a page at a time, with its place kept: no page lasts long, and a restart goes on.

What one stage leaves for the next is written down in the row; the row itself ends as keyed hashes and dates.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import outbox
from mailhub.delivery.tables import Delivery, DeliveryState
from mailhub.hub.erasing import journal, others, own, rows
from mailhub.hub.erasing.asked import REASON, WITHIN
from mailhub.people import activity
from mailhub.people.tables import Erasure, ErasureStage
from mailhub.site import Site

LOOK_AGAIN = timedelta(minutes=5)  # while the goodbye has not left, or a post is still being sent
_LEAVING = (
    DeliveryState.READY,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
    DeliveryState.UNCERTAIN,
)

Step = Callable[[Session, Site, Erasure], bool]  # does a little; True when nothing is left for it
_STEPS: Mapping[ErasureStage, Step] = {
    ErasureStage.ROWS: rows.page,
    ErasureStage.POSTS: own.posts,
    ErasureStage.MAILS: own.mails,
    ErasureStage.TEXTS: others.texts,
    ErasureStage.BYTES: others.bytes_as_they_came,
    ErasureStage.FRAMES: others.frames,
    ErasureStage.FILES: others.files,
}
_ORDER = list(ErasureStage)
NEXT_DUE = sa.select(sa.func.min(Erasure.next_at))  # an erasure goes on


def page(session: Session, site: Site, *, now: datetime) -> int:
    """A page of the erasure that has waited longest; says how many there were to look at."""
    due = sa.select(Erasure).where(Erasure.next_at <= now).order_by(Erasure.next_at, Erasure.id).limit(1)
    erasure = session.scalar(due.with_for_update(skip_locked=True))
    if erasure is None:
        return 0
    if erasure.stage is ErasureStage.GOODBYE:
        is_over = _goodbye_is_over(session, erasure, now)
    else:
        is_over = _STEPS[erasure.stage](session, site, erasure)
    if is_over:
        _go_on(session, site, erasure, now)
    elif erasure.stage is ErasureStage.GOODBYE:
        erasure.next_at = _when_it_leaves(session, erasure, now)
    elif others.must_wait(erasure):
        erasure.next_at = now + LOOK_AGAIN
    session.flush()
    return 1


def _goodbye_is_over(session: Session, erasure: Erasure, now: datetime) -> bool:
    """Whether the last mail has left, or has been given up."""
    if session.scalar(sa.select(Delivery.mailing_id).where(*_leaving(erasure)).limit(1)) is None:
        return True
    if now < erasure.asked_at + WITHIN:
        return False
    outbox.cancel_all(session, erasure.person_id, now=now, reason=REASON)
    return True


def _when_it_leaves(session: Session, erasure: Erasure, now: datetime) -> datetime:
    """When to look at the goodbye again: where it was put off, not before it is tried."""
    tried_at = session.scalar(sa.select(sa.func.min(Delivery.due_at)).where(*_leaving(erasure))) or now
    return min(max(tried_at, now) + LOOK_AGAIN, max(erasure.asked_at + WITHIN, now + LOOK_AGAIN))


def _leaving(erasure: Erasure) -> tuple[sa.ColumnElement[bool], ...]:
    return Delivery.person_id == erasure.person_id, Delivery.state.in_(_LEAVING)


def _go_on(session: Session, site: Site, erasure: Erasure, now: datetime) -> None:
    erasure.stage = _ORDER[_ORDER.index(erasure.stage) + 1]
    if erasure.stage is not ErasureStage.DONE:
        erasure.place = {name: kept for name, kept in erasure.place.items() if name in own.KEPT}
        return
    erasure.place, erasure.traces, erasure.next_at, erasure.done_at = {}, None, None, now
    activity.note(session, "person.erased", now=now, person_id=erasure.person_id)
    journal.add(site, erasure.hashes, with_posts=erasure.with_posts, asked_at=erasure.asked_at)
