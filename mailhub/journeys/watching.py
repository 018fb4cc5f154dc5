"""Whom a trigger watches: for a condition that comes true, or for a day of a person's own that has come.

Whoever begins to fit comes in: by something that happened to them, or by time alone, for which their row says when.
Every night all are looked at again, and what differs is told and mended.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions
from mailhub.among import among
from mailhub.clock import at_local, local
from mailhub.conditions import And, Comparison, Condition, Operator
from mailhub.db import prepared
from mailhub.delivery.rows import insert_new
from mailhub.facts import Fact
from mailhub.journeys import entering, seeing
from mailhub.journeys.definition import Journey, Reentry, Trigger
from mailhub.journeys.entering import Cause
from mailhub.journeys.running import Runner, Running
from mailhub.journeys.state import Seen
from mailhub.journeys.tables import FLIPS, JourneyRow, SegmentMember
from mailhub.people.tables import Activity
from mailhub.site import Site

log = logging.getLogger("mailhub.journeys")

MORNING = time(9)  # of a day that names no hour
ZONE = "person.time_zone"  # in which a day of one's own comes
_MEMBER = cast(sa.Table, SegmentMember.__table__)
_STANDS = prepared.update(_MEMBER, {"journey_id": "its_journey", "person_id": "its_person"}, "since", "flips_at")
_BEFORE = (
    sa.select(_MEMBER.c.person_id, _MEMBER.c.since, _MEMBER.c.flips_at)
    .where(
        _MEMBER.c.journey_id == sa.bindparam("journey"),
        among(_MEMBER.c.person_id, "people"),
    )
    .order_by(_MEMBER.c.person_id)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to what is watched for. Somebody who is not watched has not begun, and never will."""

    since: datetime | None = None  # they have fitted; none: they do not
    flips_at: datetime | None = None  # time alone changes that then


NOWHERE = Standing()


def is_watching(trigger: Trigger) -> bool:
    return trigger.date is not None or trigger.segment is not None


def condition_of(journey: Journey) -> Condition:
    """What is watched for, the day aside: always of those alone who belong to the group it writes to."""
    parts = [] if journey.trigger.segment is None else [journey.trigger.segment]
    if (member := journey.facts.get(f"list.{(journey.list or '').replace('-', '_')}.member")) is not None:
        parts.append(Comparison(member, Operator.EQUAL, True))
    return And(tuple(parts))


def facts_of(journey: Journey) -> frozenset[Fact]:
    """What is looked at to see who fits."""
    names = set(conditions.facts_used(condition_of(journey)))
    if journey.trigger.date is not None:
        names |= {journey.trigger.date.name, ZONE}
    used = (journey.facts.get(name) for name in names)
    return frozenset(fact for fact in used if fact is not None)


def changed_by(journey: Journey) -> frozenset[str]:
    """The activities after which somebody is looked at anew."""
    if not is_watching(journey.trigger):
        return frozenset()
    return frozenset(name for fact in facts_of(journey) for name in fact.changed_by)


def stands(journey: Journey, seen: Seen, now: datetime) -> Standing:
    """Whether somebody fits now, and when that changes by itself. Pure."""
    condition = condition_of(journey)
    fits = conditions.holds(conditions.resolved(condition, now, seen.site_zone), seen.values)
    turn = conditions.flips(condition, seen.values, now, seen.site_zone)
    if journey.trigger.date is None:
        return Standing(now if fits else None, turn)
    slot = slot_of(journey.trigger, seen)
    if slot is None or not fits:
        return Standing(None, turn if slot is not None else None)
    return Standing(slot, turn) if slot <= now else Standing(None, slot)


def slot_of(trigger: Trigger, seen: Seen) -> datetime | None:
    """The instant at which the day of a person's own has come, by their own clock. Pure."""
    value = seen.values.get(trigger.date.name) if trigger.date is not None else None
    if isinstance(value, datetime):
        moment = trigger.offset.after(value, seen.zone)
        return moment if trigger.hour is None else _allowed(trigger, local(moment, seen.zone).date(), seen.zone)
    if isinstance(value, date):
        day = local(trigger.offset.after(at_local(value, _hour(trigger), seen.zone), seen.zone), seen.zone).date()
        return _allowed(trigger, day, seen.zone)
    return None


def _hour(trigger: Trigger) -> time:
    return MORNING if trigger.hour is None else trigger.hour.at


def _allowed(trigger: Trigger, day: date, zone: str) -> datetime:
    """That hour on the first day from this one on that is one of the trigger's."""
    while trigger.hour is not None and day.weekday() not in trigger.hour.days:
        day += timedelta(days=1)
    return at_local(day, _hour(trigger), zone)


def look(
    session: Session,
    site: Site,
    runner: Runner,
    runs: Running,
    person_ids: Collection[int],
    *,
    now: datetime,
    enters: bool = True,
    checks: bool = False,
) -> int:
    """See anew how these stand; how many have begun to fit and came in. `checks`: none should stand otherwise."""
    journey, person_ids = runs.journey, sorted(person_ids)  # two workers lock them in the same order
    known = seeing.people(session, site, person_ids, facts_of(journey), now=now, nearest=runner.nearest)
    asked = {"journey": runs.row.id, "people": person_ids}
    before = {person: Standing(*each) for person, *each in session.connection().execute(_BEFORE, asked)}
    now_stand = {
        person: stands(journey, known[person].seen, now) if person in known else NOWHERE for person in person_ids
    }
    if checks:
        _tell(session, runs.row, before, now_stand, now)
    _keep(session, runs.row, before, now_stand)
    if not enters:
        return 0
    begun = [p for p, each in now_stand.items() if each.since is not None and before.get(p, NOWHERE).since is None]
    causes = [_cause(journey, person, known[person].seen, now) for person in begun]
    causes = [cause for cause in causes if journey.timing.grace.after(cause.at, site.time_zone) >= now]
    return entering.enter(session, runs.row, journey, runner.who_fit(journey, causes), now=now)


def flipping(session: Session, row: JourneyRow, *, now: datetime, limit: int) -> Sequence[int]:
    """Those of whom time alone has changed it."""
    wanted = sa.select(_MEMBER.c.person_id).where(FLIPS, _MEMBER.c.journey_id == row.id, _MEMBER.c.flips_at <= now)
    return session.scalars(wanted.order_by(_MEMBER.c.flips_at).limit(limit)).all()


def forget(session: Session, row: JourneyRow, *, limit: int) -> int:
    """Watch nobody any more, a page of them at a time: the trigger has become another."""
    mine = sa.select(_MEMBER.c.person_id).where(_MEMBER.c.journey_id == row.id).limit(limit)
    gone = sa.delete(_MEMBER).where(_MEMBER.c.journey_id == row.id, _MEMBER.c.person_id.in_(mine.scalar_subquery()))
    return session.connection().execute(gone).rowcount


def _cause(journey: Journey, person_id: int, seen: Seen, now: datetime) -> Cause:
    slot = slot_of(journey.trigger, seen)
    name = "" if slot is None else local(slot, seen.zone).date().isoformat()
    key = (name or now.isoformat()) if journey.entry.reentry is Reentry.EVERY_KEY else ""
    return Cause(person_id, slot or now, key, slot=name)


def _keep(session: Session, row: JourneyRow, before: Mapping[int, Standing], found: Mapping[int, Standing]) -> None:
    """Write down how they stand; whoever fitted keeps the day since when."""
    new: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for person, each in found.items():
        had = before.get(person)
        since = had.since if had is not None and had.since is not None and each.since is not None else each.since
        if had is None and (each.since is not None or each.flips_at is not None):
            new.append({"journey_id": row.id, "person_id": person, "since": since, "flips_at": each.flips_at})
        elif had is not None and (since, each.flips_at) != (had.since, had.flips_at):
            values = {"since": since, "flips_at": each.flips_at}
            moved.append({"its_journey": row.id, "its_person": person, **values})
    if new:
        session.connection().execute(insert_new(session, _MEMBER), new)
    _STANDS.run(session.connection(), moved)


def _tell(
    session: Session, row: JourneyRow, before: Mapping[int, Standing], found: Mapping[int, Standing], now: datetime
) -> None:
    """Say who stands otherwise than was known, though nothing is left to react to and no time has come."""
    wrong = {person for person, each in found.items() if _differs(before.get(person, NOWHERE), each, now)}
    if not wrong:
        return
    open_ones = sa.select(Activity.person_id).where(Activity.reacted_at.is_(None), Activity.person_id.in_(wrong))
    for person in sorted(wrong - set(session.scalars(open_ones))):
        fits = found[person].since is not None
        log.warning("journey=%s person=%d was watched wrongly: fits=%s; mended", row.slug, person, fits)


def _differs(had: Standing, found: Standing, now: datetime) -> bool:
    is_due = had.flips_at is not None and had.flips_at <= now
    return not is_due and (had.since is None) is not (found.since is None)
