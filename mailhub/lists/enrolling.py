"""Brings people into a list from outside a conversation: a file, or an organiser who states where consent came from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists import places, reading, spans, unasked
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import activity, persons
from mailhub.people.checking import Newcomer
from mailhub.people.tables import Person

_TABLE = cast(sa.Table, Subscription.__table__)
_THERE = (SubscriptionState.ACTIVE, SubscriptionState.PAUSED, SubscriptionState.UNASKED, SubscriptionState.WAITING)


@dataclass(frozen=True, slots=True)
class Roll:
    """What an import needs to know of one list. Consent itself is written down there, from the file's basis."""

    list_id: int

    def belongs(self, session: Session, person_ids: Collection[int]) -> set[int]:
        """Who of these is in the list already, or waits to be. Who left is looked after by the import."""
        there = sa.select(Subscription.person_id).where(
            Subscription.list_id == self.list_id, Subscription.person_id.in_(person_ids), Subscription.state.in_(_THERE)
        )
        return set(session.scalars(there))

    def enrol(self, session: Session, newcomers: Sequence[Newcomer], *, now: datetime) -> None:
        """Make their subscriptions; a letter asks those whose consent is not on record, later and page by page."""
        group = reading.get(session, self.list_id)
        number = places.last_number(session, group.id)
        default = reading.definition_of(group).default_delivery
        rows = [_row(group, one, default, number, now) for one in newcomers]
        # Only a request nobody confirmed can stand in the way here.
        ids = [one.person_id for one in newcomers]
        session.execute(sa.delete(_TABLE).where(_TABLE.c.list_id == group.id, _TABLE.c.person_id.in_(ids)))
        if rows:
            session.execute(sa.insert(_TABLE), rows)
            spans.begin(session, group.id, ids, number, now=now)
        consented = [one.person_id for one in newcomers if one.consented]
        activity.note_each(
            session, "subscription.confirmed", consented, now=now, list_id=group.id, detail={"source": "import"}
        )
        if len(consented) < len(newcomers):
            unasked.awake(session)


def add(
    session: Session,
    list_id: int,
    email: str,
    *,
    basis: str,
    now: datetime,
    name: str = "",
    language: str | None = None,
    published: int = 0,
) -> Person:
    """Bring one person in whose consent an organiser vouches for; `basis` says where it came from.

    `published`: posts they are known to have written, where the group lived elsewhere before.
    """
    person, address = persons.meet(session, email, name=name, language=language, now=now)
    persons.confirm(session, address, now=now)
    group = reading.get(session, list_id)
    place = places.enter(session, group, person.id, now=now, source="organiser", evidence={"basis": basis})
    place.published = max(place.published, published)
    session.flush()
    return person


def _row(group: MailList, one: Newcomer, default: DeliveryChoice, number: int, now: datetime) -> dict[str, Any]:
    return {
        "list_id": group.id,
        "person_id": one.person_id,
        "state": SubscriptionState.ACTIVE if one.consented else SubscriptionState.UNASKED,
        "delivery": DeliveryChoice(one.delivery) if one.delivery else default,
        "changed_at": now,
        "joined_at": now if one.consented else None,
        "joined_number": number,
        "paused_until": None,
        "published": 0,
    }
