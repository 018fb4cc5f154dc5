"""Members whose mailbox takes no mail: their groups wait for them, and one letter lists what they missed.

Read off the rows of `delivery`: whose mailbox is set aside is paused in every group, and only by us; whoever paused
themselves, or left meanwhile, is left as they are.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.delivery import mailboxes
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.lists import spans, subscriptions
from mailhub.lists.tables import DeliveryChoice, Subscription, SubscriptionState
from mailhub.verbs import Act, Answer, Outcome

PAGE = 50
_IS_OUT = mailboxes.is_out_of_reach(Subscription.person_id)
_TO_PAUSE = sa.and_(Subscription.state == SubscriptionState.ACTIVE, _IS_OUT)
_TO_RESUME = sa.and_(
    Subscription.state == SubscriptionState.PAUSED, Subscription.set_aside_at.is_not(None), sa.not_(_IS_OUT)
)
WAITS = sa.select(Subscription.person_id).where(sa.or_(_TO_PAUSE, _TO_RESUME)).limit(1)  # does not stand as its mailbox


def work(session: Session, *, now: datetime, person_id: int | None = None) -> int:
    """Pause who cannot be reached, take up who can again; how many subscriptions."""
    mine = (Subscription.person_id == person_id,) if person_id is not None else ()
    found = session.scalars(
        sa.select(Subscription)
        .where(sa.or_(_TO_PAUSE, _TO_RESUME), *mine)
        .order_by(Subscription.list_id, Subscription.person_id)
        .limit(PAGE)
        .with_for_update(skip_locked=True, of=Subscription)
    ).all()
    for place in found:
        if place.state is SubscriptionState.PAUSED:
            subscriptions.resume(session, place, now=now)
        else:
            _pause(session, place, now)
    return len(found)


def take_up(act: Act) -> Outcome | None:
    """«Riprendi», of somebody whose mailbox was set aside: everything starts again at once. None: it was not."""
    if not mailboxes.take_up(act.session, act.site, act.person_id, now=act.now):
        return None
    while work(act.session, now=act.now, person_id=act.person_id):
        pass
    return Outcome(True, Answer("lists.taken-up", {}, act.thing))


def _pause(session: Session, place: Subscription, now: datetime) -> None:
    subscriptions.pause(session, place, None, now=now)
    place.set_aside_at = now
    session.flush()
    first = _first_lost(session, place)
    if first is not None and place.delivery is DeliveryChoice.EACH:
        spans.reach_back(session, place, first)


def _first_lost(session: Session, place: Subscription) -> int | None:
    """The first post of this trouble that came back: it was sent, and they have not seen it."""
    mailbox = mailboxes.of_person(session, place.person_id)
    lost = (
        sa.select(sa.func.min(Post.number))
        .join(Mailing, (Mailing.source == spans.POSTS) & (Mailing.thing_id == Post.id))
        .join(Delivery, (Delivery.mailing_id == Mailing.id) & (Delivery.person_id == place.person_id))
        .where(Post.list_id == place.list_id, Post.number > place.joined_number)
        .where(Delivery.bounced_at >= (mailbox.since if mailbox else place.changed_at))
    )
    return session.scalar(lost)
