"""Who fits what brings people into a journey, as things are today: counted and found by the database."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from mailhub import conditions
from mailhub.conditions import Condition
from mailhub.journeys.definition import Journey, Reentry
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import reading
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import Subscription
from mailhub.people.tables import Activity, Person
from mailhub.site import Site

ME = cast(sa.Table, Person.__table__).c.id


def people(session: Session, site: Site, journey: Journey, row: JourneyRow | None, *, now: datetime) -> Select[int]:
    """The ids of those whom its trigger would bring in, if it had always been there; nobody who would leave at once."""
    tests = [_belongs(session, journey), *_came(session, journey)]
    asked = [journey.trigger.where, journey.trigger.segment]
    tests += [_fit(each, now, site) for each in asked if each is not None]
    tests += [~_surely(_fit(rule.when, now, site)) for rule in journey.exits]
    if row is not None:
        tests.append(~_was_in(row, journey))
    return sa.select(Person.id).where(*tests)


def count(session: Session, site: Site, journey: Journey, row: JourneyRow | None, *, now: datetime) -> int:
    """How many they are."""
    found = people(session, site, journey, row, now=now).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(found)) or 0


def _surely(test: ColumnElement[bool]) -> ColumnElement[bool]:
    """What is not known is false, so that its opposite is true."""
    return sa.func.coalesce(test, sa.false())


def _fit(condition: Condition, now: datetime, site: Site) -> ColumnElement[bool]:
    """Asked of everybody, as who comes in by a trigger always is here."""
    return conditions.where(conditions.resolved(condition, now, site.time_zone), ME, whole=True)


def _belongs(session: Session, journey: Journey) -> ColumnElement[bool]:
    """To the group whose members it writes to: nobody else would get its mails."""
    if journey.list is None:
        return sa.true()
    group = reading.by_slug(session, journey.list)
    if group is None:
        return sa.false()
    return sa.exists().where(
        Subscription.list_id == group.id, Subscription.person_id == Person.id, Subscription.state.in_(BELONGING)
    )


def _came(session: Session, journey: Journey) -> Iterator[ColumnElement[bool]]:
    """What must have happened, or be known of them."""
    trigger = journey.trigger
    if trigger.date is not None:
        yield conditions.where(conditions.Presence(trigger.date, known=True), ME)
    if trigger.activity is None:
        return
    happened = [Activity.what == trigger.activity, Activity.person_id == Person.id]
    if trigger.list is not None:
        group = reading.by_slug(session, trigger.list)
        happened.append(Activity.list_id == group.id if group is not None else sa.false())
    yield sa.exists().where(*happened)


def _was_in(row: JourneyRow, journey: Journey) -> ColumnElement[bool]:
    """Who is on it, or was and may not come again."""
    mine = [ENROLMENT.c.journey_id == row.id, ENROLMENT.c.person_id == Person.id]
    if journey.entry.reentry is Reentry.NEVER:
        return sa.exists().where(*mine)
    return sa.exists().where(*mine, ENROLMENT.c.ended.is_(None))
