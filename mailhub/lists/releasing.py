"""What waited goes to the group: at once, or when the pace of its conversation lets it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.lists import calm, holding, pace, publication, reading
from mailhub.lists.pace import OFFERED, Place
from mailhub.lists.tables import HeldPost, HeldState, Measure
from mailhub.mail import message
from mailhub.site import Site

PAGE = 20  # messages and decisions in one transaction
NEXT_DUE = (
    sa.select(sa.func.min(Measure.until)).where(Measure.ended_at.is_(None)),
    sa.select(sa.func.min(HeldPost.leaves_at)).where(HeldPost.state == HeldState.WAITING),
)


def release(session: Session, site: Site, held: HeldPost, *, now: datetime) -> Post:
    """Publish a post that waited; the caller has ended the waiting."""
    raw = raws.read(session, site, held.raw_id)
    group = reading.get(session, held.list_id)
    return publication.publish(
        session,
        site,
        group,
        raw_id=held.raw_id,
        raw=raw,
        mail=message.parse(raw),
        person_id=held.person_id,
        now=now,
        has_waited=True,
        authenticity=holding.authenticity_of(held),
    )


def let_go(session: Session, site: Site, held: HeldPost, by: int | None, *, now: datetime) -> Place | None:
    """Send what nothing but its conversation could hold; where that does, it waits there, and this says so."""
    place = pace.of_held(session, site, held, now)
    if place is not None:
        pace.keep(session, held, place)
    elif holding.settle(session, held, HeldState.PUBLISHED, by, now=now):
        held.leaves_at = None
        release(session, site, held, now=now)
    return place


def work(session: Session, site: Site, *, now: datetime) -> int:
    """End decisions that are over, and look at messages whose time has come; how many there were."""
    done = calm.over(session, now=now, limit=PAGE)
    due = sa.select(HeldPost).where(HeldPost.state == HeldState.WAITING, HeldPost.leaves_at <= now)
    found = session.scalars(
        due.order_by(HeldPost.leaves_at, HeldPost.id).limit(PAGE).with_for_update(skip_locked=True)
    ).all()
    for held in found:
        _look_at(session, site, held, now)
    session.flush()
    return done + len(found)


def _look_at(session: Session, site: Site, held: HeldPost, now: datetime) -> None:
    """Nobody's message leaves later than they would wish: what was kept is offered, what waited its turn goes."""
    if OFFERED.isdisjoint(holding.reasons_of(held)):
        let_go(session, site, held, held.person_id, now=now)
        return
    place = pace.of_held(session, site, held, now)
    if place is None:
        pace.offer(session, site, held, now=now)
    else:
        pace.keep(session, held, place)
