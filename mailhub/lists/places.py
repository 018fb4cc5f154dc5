"""The one writer of subscriptions: who belongs to a group, since when, and how they receive.

Every step that needs consent is written down with it, in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import outbox
from mailhub.faults import Point, point
from mailhub.lists import reading, spans
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import activity, consent
from mailhub.people.tables import ConsentState

Kept = Mapping[str, Any]  # a subscription as it was, in JSON, for undoing


def put(session: Session, group: MailList, person_id: int, state: SubscriptionState, *, now: datetime) -> Subscription:
    """The subscription of this person, new or as it was, in this state."""
    place = reading.subscription(session, group.id, person_id)
    if place is None:
        choice = reading.definition_of(group).default_delivery
        place = Subscription(list_id=group.id, person_id=person_id, state=state, delivery=choice, changed_at=now)
        session.add(place)
    place.state, place.changed_at = state, now
    session.flush()
    return place


def enter(
    session: Session,
    group: MailList,
    person_id: int,
    *,
    now: datetime,
    source: str,
    evidence: Mapping[str, Any],
    text: str | None = None,
    language: str | None = None,
) -> Subscription:
    """They belong from now on: consent is given, and what was posted before is never owed to them."""
    number = last_number(session, group.id)  # the list's lock first, as a post takes it
    place = put(session, group, person_id, SubscriptionState.ACTIVE, now=now)
    place.joined_at, place.joined_number, place.paused_until = now, number, None
    session.flush()
    spans.begin(session, group.id, [person_id], number, now=now)
    purpose = consent.list_purpose(group.id)
    consent.record(
        session,
        person_id,
        purpose,
        ConsentState.GIVEN,
        now=now,
        source=source,
        evidence=evidence,
        text=text,
        language=language,
    )
    activity.note(session, "subscription.confirmed", now=now, person_id=person_id, list_id=group.id)
    return place


def leave(
    session: Session, group: MailList, person_id: int, *, now: datetime, source: str, evidence: Mapping[str, Any]
) -> None:
    """They receive nothing more: consent, subscription and what is owed end in this transaction."""
    place = put(session, group, person_id, SubscriptionState.LEFT, now=now)
    place.paused_until = None
    purpose = consent.list_purpose(group.id)
    consent.record(session, person_id, purpose, ConsentState.WITHDRAWN, now=now, source=source, evidence=evidence)
    outbox.cancel(session, person_id=person_id, purpose=purpose, now=now, reason="left the group")
    activity.note(session, "subscription.left", now=now, person_id=person_id, list_id=group.id)
    point(Point.SUBSCRIPTION_LEFT)


def drop(session: Session, group: MailList, person_id: int, *, now: datetime) -> None:
    """End a request that never became a subscription; somebody who had left before has left again."""
    place = reading.subscription(session, group.id, person_id)
    if place is None or place.state in BELONGING or place.state is SubscriptionState.LEFT:
        return
    if place.joined_at is None:
        session.delete(place)
    else:
        place.state, place.changed_at = SubscriptionState.LEFT, now
    session.flush()


def last_number(session: Session, list_id: int) -> int:
    """The number of the newest post, under the list's lock: a post that takes the next one sees who came before it."""
    numbered = sa.select(MailList.last_number).where(MailList.id == list_id)
    # Rows that only name the list, such as a held post, need not wait for this lock.
    return session.scalars(numbered.with_for_update(key_share=True)).one()


def keep(place: Subscription | None) -> Kept | None:
    """What `restore` needs."""
    if place is None:
        return None
    return {
        "state": place.state.value,
        "delivery": place.delivery.value,
        "joined_at": _text(place.joined_at),
        "joined_number": place.joined_number,
        "paused_until": _text(place.paused_until),
    }


def restore(session: Session, group: MailList, person_id: int, kept: Kept, *, now: datetime) -> Subscription:
    """Put a subscription back exactly as it was."""
    place = put(session, group, person_id, SubscriptionState(kept["state"]), now=now)
    place.delivery = DeliveryChoice(kept["delivery"])
    place.joined_at = _moment(kept["joined_at"])
    place.joined_number = int(kept["joined_number"])
    place.paused_until = _moment(kept["paused_until"])
    session.flush()
    return place


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
