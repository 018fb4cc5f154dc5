"""Answers to the outbox for the mails of journeys: whether they are still owed, and why somebody gets one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.db.base import EPOCH
from mailhub.delivery.sources import Judgement, Later, No, QuietSource
from mailhub.delivery.tables import Delivery, MailClass, Mailing
from mailhub.journeys import loading, mailing, rows
from mailhub.journeys.definition import Journey
from mailhub.journeys.state import End
from mailhub.journeys.tables import Enrolment, JourneyRow
from mailhub.language import say
from mailhub.lists import reading
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription, SubscriptionState
from mailhub.people.tables import Person
from mailhub.site import Site

GONE = "does not belong to the group any more"
PAUSED = "the journey is paused"
AWAY = "in a pause"
OVER = "the way has ended"
_LOOK_AGAIN = timedelta(hours=1)
_STOPS = (End.GOAL, End.LEFT, End.STOPPED, End.FAILED)


class StepSource(QuietSource):
    """Steps of journeys: owed while the way they belong to has not been left, in hours that are not quiet."""

    name = mailing.SOURCE

    def __init__(self, site: Site) -> None:
        self._site = site

    def still_owed(
        self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Mapping[int, Judgement]:
        journey, row = _version(session, self._site, mailing)
        if mailing.mail_class is MailClass.SERVICE:
            return {}
        if row is not None and row.paused_at is not None:
            return dict.fromkeys(range(len(deliveries)), Later(now + _LOOK_AGAIN, PAUSED))
        ended = _ended(session, deliveries)
        places = _places(session, mailing, deliveries)
        judged: dict[int, Judgement] = {}
        for place, each in enumerate(deliveries):
            if mailing.list_id is not None and each.person_id not in places:
                judged[place] = No(GONE)
            elif (until := places.get(each.person_id)) is not None:
                judged[place] = Later(max(until, now + _LOOK_AGAIN), AWAY)
            elif each.occurrence in ended:
                judged[place] = No(f"{OVER}: {ended[each.occurrence]}")
        return judged | _quiet(session, self._site, journey, mailing, deliveries, judged, now)

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:  # noqa: ARG002
        journey, _ = _version(session, site, mailing)
        group = session.get(MailList, mailing.list_id) if mailing.list_id is not None else None
        return _sentence(journey, group, language)

    def title(self, session: Session, site: Site, mailing: Mailing, language: str) -> str:
        group = session.get(MailList, mailing.list_id) if mailing.list_id is not None else None
        return reading.definition_of(group).titled(language) if group else site.name


def _sentence(journey: Journey | None, group: MailList | None, language: str) -> str:
    return say(language, "delivery.because-service") if journey is None else mailing.sentence(journey, group, language)


def _version(session: Session, site: Site, of: Mailing) -> tuple[Journey | None, JourneyRow | None]:
    """The version a mailing is of, and whether it still runs."""
    slug, number, *_ = of.key.split("/")
    row = session.get(JourneyRow, of.thing_id)
    try:
        return loading.version(session, slug, int(number), loading.standing(session, site)), row
    except BadContent:
        return None, row


def _ended(session: Session, deliveries: Sequence[Delivery]) -> dict[int, str]:
    """The occurrences whose way was left before its end, with how."""
    ways = {each.occurrence: rows.enrolment_of(each.occurrence // mailing.REMINDERS)[0] for each in deliveries}
    wanted = sa.select(Enrolment.id, Enrolment.ended, Enrolment.reason).where(
        Enrolment.id.in_(set(ways.values())), Enrolment.ended.in_(_STOPS)
    )
    over = {way: f"{end} {reason or ''}".strip() for way, end, reason in session.execute(wanted)}
    return {occurrence: over[way] for occurrence, way in ways.items() if way in over}


def _places(session: Session, of: Mailing, deliveries: Sequence[Delivery]) -> Mapping[int, datetime | None]:
    """Who of these still belongs to the group whose members are written to; until when, where they pause."""
    wanted = sa.select(Subscription.person_id, Subscription.state, Subscription.paused_until).where(
        Subscription.list_id == of.list_id,
        Subscription.person_id.in_({each.person_id for each in deliveries}),
        Subscription.state.in_(BELONGING),
    )
    return {
        person_id: (until or EPOCH) if state is SubscriptionState.PAUSED else None
        for person_id, state, until in session.execute(wanted)
    }


def _quiet(
    session: Session,
    site: Site,
    journey: Journey | None,
    of: Mailing,
    deliveries: Sequence[Delivery],
    judged: Mapping[int, Judgement],
    now: datetime,
) -> dict[int, Judgement]:
    """Hours have become quiet since a mail was owed: the next hop rested, or the rate was used up."""
    if journey is None or _ignores_quiet(journey, of):
        return {}
    ids = {each.person_id for each in deliveries}
    zones = dict(session.execute(sa.select(Person.id, Person.time_zone).where(Person.id.in_(ids))).all())
    found: dict[int, Judgement] = {}
    for place, each in enumerate(deliveries):
        opening = journey.timing.window.opening(now, zones.get(each.person_id) or site.time_zone)
        if place not in judged and opening > now:
            found[place] = Later(opening, "quiet hours")
    return found


def _ignores_quiet(journey: Journey, of: Mailing) -> bool:
    """Whether this step answers what people do; then its mail was owed because they had just done it."""
    step = journey.find(of.key.split("/")[2])
    letter = getattr(step, "letter", None)
    return bool(letter and letter.ignores_quiet)
