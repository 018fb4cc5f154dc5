"""Being in a group: leaving at once, pausing until a day, choosing how to receive, and taking each of these back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.clock import at_local, local
from mailhub.lists import dates, kinds, places, reading, spans, telling, things, unasked
from mailhub.lists.dates import NoDate, NotADate
from mailhub.lists.places import Kept
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import activity, consent, persons, questions
from mailhub.people.tables import ConsentState, Person, Question
from mailhub.site import Site

PAGE = 50
NEXT_DUE = sa.select(sa.func.min(Subscription.paused_until)).where(Subscription.state == SubscriptionState.PAUSED)
LISTED = (DeliveryChoice.EACH, DeliveryChoice.DIGEST)  # whose pause ends with a letter of what was missed


def leave(
    session: Session, group: MailList, person_id: int, *, now: datetime, source: str, evidence: Mapping[str, Any]
) -> Kept | None:
    """Leave at once; gives what `come_back` needs, or None when there was nothing to leave.

    Who is reached only through a group below this one leaves this one's announcements.
    """
    place = reading.subscription(session, group.id, person_id)
    _end_questions(session, group, person_id, now)
    if place is not None and place.state not in BELONGING:
        if place.state is not SubscriptionState.LEFT:
            places.leave(session, group, person_id, now=now, source=source, evidence=evidence)
        return None
    if place is None and not _is_reached_from_below(session, group, person_id):
        return None
    kept = places.keep(place) or {"state": None}
    places.leave(session, group, person_id, now=now, source=source, evidence=evidence)
    return kept


def come_back(session: Session, group: MailList, person_id: int, kept: Kept, *, now: datetime) -> bool:
    """Undo leaving: everything is as it was; False when they have joined again since, or the group is gone."""
    place = reading.subscription(session, group.id, person_id)
    if place is None or place.state is not SubscriptionState.LEFT or group.closed_at is not None:
        return False
    if kept.get("state") is None:
        session.delete(place)
        session.flush()
        return True
    places.restore(session, group, person_id, kept, now=now)
    consent.record(
        session,
        person_id,
        consent.list_purpose(group.id),
        ConsentState.GIVEN,
        now=now,
        source="mail",
        evidence={"method": "undo"},
    )
    activity.note(session, "subscription.restored", now=now, person_id=person_id, list_id=group.id)
    return True


def until(site: Site, person: Person, said: str, now: datetime) -> datetime | NoDate | NotADate:
    """The instant a pause ends: that day where the person is, at the hour of letters, so that none leaves at night."""
    zone = persons.zone_of(person, site)
    day = dates.until(said, local(now, zone).date())
    return day if isinstance(day, NoDate | NotADate) else at_local(day, site.digest_hour, zone)


def pause(session: Session, place: Subscription, ends_at: datetime | None, *, now: datetime) -> Kept:
    """Receive nothing until then, or until they say so; they still belong."""
    kept = places.keep(place) or {}
    number = places.last_number(session, place.list_id)
    place.state, place.paused_until, place.changed_at = SubscriptionState.PAUSED, ends_at, now
    place.set_aside_at = None
    session.flush()
    spans.follow(session, place, number, now=now)
    activity.note(session, "subscription.paused", now=now, person_id=place.person_id, list_id=place.list_id)
    return kept


def resume(session: Session, place: Subscription, *, now: datetime) -> Kept:
    """Receive again from now on; what was posted during the pause is listed in one letter."""
    kept = places.keep(place) or {}
    number = places.last_number(session, place.list_id)
    place.state, place.paused_until, place.changed_at = SubscriptionState.ACTIVE, None, now
    place.set_aside_at = None
    session.flush()
    spans.follow(session, place, number, now=now)
    activity.note(session, "subscription.resumed", now=now, person_id=place.person_id, list_id=place.list_id)
    return kept


def choose(session: Session, place: Subscription, choice: DeliveryChoice, *, now: datetime) -> Kept:
    """Receive every message, the letter, or nothing."""
    kept = places.keep(place) or {}
    number = places.last_number(session, place.list_id)
    if place.delivery is DeliveryChoice.NONE:
        spans.forget(session, place)
    place.delivery, place.changed_at = choice, now
    session.flush()
    spans.follow(session, place, number, now=now)
    activity.note(
        session,
        "subscription.changed",
        now=now,
        person_id=place.person_id,
        list_id=place.list_id,
        delivery=choice.value,
    )
    return kept


def put_back(session: Session, group: MailList, person_id: int, kept: Kept, *, now: datetime) -> bool:
    """Undo a pause, its end or a choice; False when they have left since."""
    place = reading.subscription(session, group.id, person_id)
    if place is None or place.state not in BELONGING:
        return False
    number = places.last_number(session, group.id)
    place = places.restore(session, group, person_id, kept, now=now)
    spans.follow(session, place, number, now=now)
    activity.note(session, "subscription.restored", now=now, person_id=person_id, list_id=group.id)
    return True


def work(session: Session, site: Site, *, now: datetime) -> int:
    """End the pauses whose day has come, and write the letters that imports left to write; how many people."""
    due = session.scalars(
        sa.select(Subscription)
        .where(Subscription.state == SubscriptionState.PAUSED, Subscription.paused_until <= now)
        .order_by(Subscription.paused_until)
        .limit(PAGE)
        .with_for_update(skip_locked=True)
    ).all()
    for place in due:
        ended = place.paused_until or now
        resume(session, place, now=now)
        if not spans.has_missed(session, place):  # else the next letter says it
            _tell_resumed(session, site, place, ended, now)
    return len(due) + unasked.send_letters(session, site, now=now)


def _tell_resumed(session: Session, site: Site, place: Subscription, ended: datetime, now: datetime) -> None:
    group = reading.get(session, place.list_id)
    language = telling.language_to(session, site, place.person_id)
    values = {"group": reading.definition_of(group).titled(language)}
    is_listed = place.delivery in LISTED
    telling.tell(
        session,
        site,
        place.person_id,
        group,
        "resumed" if is_listed else "resumed-so",
        values if is_listed else {**values, "rhythm": telling.rhythm(language, place.delivery, coming=False)},
        because="member",
        occurrence=int(ended.timestamp()),
        now=now,
        about=things.of_list(group.id),
    )


def _end_questions(session: Session, group: MailList, person_id: int, now: datetime) -> None:
    """Whoever leaves is not asked whether they want to come in."""
    for kind in (kinds.JOIN, kinds.UNASKED, kinds.APPROVAL):
        question: Question | None = questions.standing_question(session, kind.name, person_id, group.id)
        if question is not None:
            questions.settle(session, question, "leave", person_id, now=now)


def _is_reached_from_below(session: Session, group: MailList, person_id: int) -> bool:
    return bool(reading.lists_of(session, person_id) & set(reading.below(session, group.id)))
