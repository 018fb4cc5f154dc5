"""Triggers that no single activity sets off: hours of a schedule, days of people's own, conditions that come true.

A page holds the journey's row, so that of two workers one fires; the place it has got to is kept with it, and what is
next is counted on the wall clock, so that each slot fires once, also when clocks are changed (promise 8).
"""

from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions
from mailhub.conditions import And
from mailhub.journeys import entering, watching
from mailhub.journeys.definition import Journey, Reentry, Trigger
from mailhub.journeys.entering import Cause
from mailhub.journeys.running import Runner, Running
from mailhub.journeys.tables import FLIPS, JourneyRow, SegmentMember
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.times import Hour
from mailhub.verbs import Verbs

PAGE = 300  # people in one transaction
NIGHT = Hour(time(3, 30))  # when everybody who is watched is looked at again

_RUNS = (JourneyRow.closed_at.is_(None), JourneyRow.paused_at.is_(None))
_NEW = (*_RUNS, JourneyRow.next_fire.is_(None), JourneyRow.fired_until.is_(None))
_TURNS = sa.select(sa.func.min(SegmentMember.flips_at)).where(FLIPS, SegmentMember.journey_id == JourneyRow.id)
_SOONEST = _TURNS.correlate(JourneyRow).scalar_subquery()
WAITS = sa.select(JourneyRow.id).where(*_NEW).limit(1)  # for its first look
NEXT_DUE = (
    sa.select(sa.func.min(JourneyRow.next_fire)).where(*_RUNS),
    sa.select(sa.func.min(_SOONEST)).select_from(JourneyRow).where(*_RUNS),
)


def page(session: Session, site: Site, verbs: Verbs, *, now: datetime) -> int:
    """One page of each journey that has something to fire; how many people, and journeys, were looked at."""
    is_due = JourneyRow.next_fire <= now
    wanted = sa.select(JourneyRow).where(
        *_RUNS, sa.or_(is_due, sa.and_(*_NEW), sa.literal(now, SegmentMember.flips_at.type) >= _SOONEST)
    )
    rows = session.scalars(wanted.order_by(JourneyRow.id).with_for_update(skip_locked=True)).all()
    runner = Runner(session, site, verbs, now)
    done = 0
    for row in rows:
        runs = runner.running(row, row.version)
        if runs is None:
            row.next_fire = NIGHT.next(now, site.time_zone)  # what it asks about is gone; perhaps it comes back
            done += 1
        elif watching.is_watching(runs.journey.trigger):
            done += _watch(session, site, runner, runs, now)
        else:
            done += _schedule(session, site, runner, runs, now)
    session.flush()
    return done


def _watch(session: Session, site: Site, runner: Runner, runs: Running, now: datetime) -> int:
    """Those whose time has come; then, at night and when it is new, a page of everybody."""
    row = runs.row
    is_new = row.fired_until is None
    turned = [] if is_new else watching.flipping(session, row, now=now, limit=PAGE)
    if turned:
        watching.look(session, site, runner, runs, turned, now=now)
        return len(turned)
    if row.next_fire is not None and row.next_fire > now:
        return 0
    row.next_fire = row.next_fire or now
    everybody = sa.select(Person.id).where(Person.erased_at.is_(None), Person.id > (row.fire_place or 0))
    ids = session.scalars(everybody.order_by(Person.id).limit(PAGE)).all()
    watching.look(session, site, runner, runs, ids, now=now, enters=not is_new, checks=not is_new)
    _go_on(row, ids[-1] if len(ids) == PAGE else None, NIGHT.next(now, site.time_zone))
    return len(ids) + 1


def _schedule(session: Session, site: Site, runner: Runner, runs: Running, now: datetime) -> int:
    """Everybody who fits comes in at the hour; a slot that is later than the grace of its mails is passed over."""
    row, trigger = runs.row, runs.journey.trigger
    if (gone := watching.forget(session, row, limit=PAGE)) != 0:
        return gone
    if not _is_schedule(trigger) or trigger.hour is None:
        row.next_fire, row.fired_until = None, now
        return 1
    onward = trigger.hour.next(now, site.time_zone)
    if row.next_fire is None or runs.journey.timing.grace.after(row.next_fire, site.time_zone) < now:
        row.fired_until = now
        _go_on(row, None, onward)
        return 1
    ids = _fitting(session, site, runs.journey, row.fire_place or 0, now)
    slot = row.next_fire.isoformat()
    key = slot if runs.journey.entry.reentry is Reentry.EVERY_KEY else ""
    causes = [Cause(person, row.next_fire, key, slot=slot) for person in ids]
    entering.enter(session, row, runs.journey, runner.who_fit(runs.journey, causes), now=now)
    _go_on(row, ids[-1] if len(ids) == PAGE else None, onward)
    return len(ids) + 1


def _is_schedule(trigger: Trigger) -> bool:
    return trigger.hour is not None and trigger.activity is None


def _fitting(session: Session, site: Site, journey: Journey, after: int, now: datetime) -> list[int]:
    """The next people of whom the condition of a schedule holds."""
    asked = [watching.condition_of(journey), *([journey.trigger.where] if journey.trigger.where is not None else [])]
    condition = conditions.resolved(And(tuple(asked)), now, site.time_zone)
    wanted = sa.select(Person.id).where(
        Person.id > after, Person.erased_at.is_(None), conditions.where(condition, Person.__table__.c.id)
    )
    return list(session.scalars(wanted.order_by(Person.id).limit(PAGE)))


def _go_on(row: JourneyRow, place: int | None, onward: datetime) -> None:
    """Keep the place; after the last page, what was due is done, and the next comes then."""
    row.fire_place = place
    if place is None:
        row.fired_until, row.next_fire = row.next_fire or row.fired_until, onward
