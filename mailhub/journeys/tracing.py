"""Where somebody stands in each journey, and why they are in none: each clause that decided, with its value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions, findings
from mailhub.conditions import Condition
from mailhub.content import BadContent
from mailhub.facts import Facts
from mailhub.journeys import loading
from mailhub.journeys.definition import Journey
from mailhub.journeys.rows import due_of
from mailhub.journeys.tables import Enrolment, JourneyRow, TransitionRow
from mailhub.site import LANGUAGES, Site

Clauses = Mapping[str, tuple[str, ...]]  # a line for each test that decided, by language


@dataclass(frozen=True, slots=True)
class Left:
    """One step left."""

    step: str
    outcome: str
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """One way of somebody through a journey, or, without a beginning, why they are not in it."""

    slug: str
    title: Mapping[str, str]
    version: int
    began_at: datetime | None = None
    step: str = ""
    phase: str = ""
    due_at: datetime | None = None
    ended: str | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    left: tuple[Left, ...] = ()
    why_not: Clauses | None = None  # what keeps them out; empty: nothing but that what begins it has not happened


def ways(session: Session, site: Site, person_id: int, *, now: datetime) -> tuple[OnTheWay, ...]:
    """Every way this person has been on, the oldest first; then the journeys they are not in."""
    known = loading.facts(session, site)
    rows = {row.id: row for row in session.scalars(sa.select(JourneyRow).order_by(JourneyRow.slug))}
    mine = session.scalars(sa.select(Enrolment).where(Enrolment.person_id == person_id).order_by(Enrolment.id)).all()
    found = [_way(session, rows[one.journey_id], one, known) for one in mine]
    been = {one.journey_id for one in mine if one.ended is None}
    others = [row for row in rows.values() if row.id not in been and row.closed_at is None]
    return (*found, *(_outside(session, site, row, known, person_id, now) for row in others))


def _way(session: Session, row: JourneyRow, one: Enrolment, known: Facts) -> OnTheWay:
    wanted = sa.select(TransitionRow).where(TransitionRow.enrolment_id == one.id).order_by(TransitionRow.visit)
    return OnTheWay(
        slug=row.slug,
        title=_title(_journey(session, row, one.version, known), row),
        version=one.version,
        began_at=one.began_at,
        step=one.step,
        phase=one.phase.value,
        due_at=due_of(one.due_at, one.kept),
        ended=one.ended.value if one.ended is not None else None,
        ended_at=one.ended_at,
        reason=one.reason,
        left=tuple(Left(each.step, each.outcome, each.at, each.cause) for each in session.scalars(wanted)),
    )


def _outside(session: Session, site: Site, row: JourneyRow, known: Facts, person_id: int, now: datetime) -> OnTheWay:
    journey = _journey(session, row, row.version, known)
    clauses = _clauses(session, site, journey, person_id, now) if journey is not None else None
    return OnTheWay(slug=row.slug, title=_title(journey, row), version=row.version, why_not=clauses)


def _clauses(session: Session, site: Site, journey: Journey, person_id: int, now: datetime) -> Clauses:
    """What would keep them out now: conditions that do not hold, and exits that do."""
    trigger = journey.trigger
    wanted = [each for each in (trigger.where, trigger.segment) if each is not None]
    exits = [rule.when for rule in journey.exits]
    names = {name for each in (*wanted, *exits) for name in conditions.facts_used(each)}
    facts = [fact for name in names if not name.startswith("answer.") and (fact := journey.facts.get(name))]
    values = findings.read(session, facts, [person_id]).get(person_id, {})

    def holds(condition: Condition) -> bool:
        return conditions.holds(conditions.resolved(condition, now, site.time_zone), values)

    deciding = [*(each for each in wanted if not holds(each)), *(each for each in exits if holds(each))]
    return {language: tuple(_explained(deciding, values, language, now, site.time_zone)) for language in LANGUAGES}


def _explained(
    deciding: Sequence[Condition], values: Mapping[str, object], language: str, now: datetime, zone: str
) -> Sequence[str]:
    return [line for each in deciding for line in conditions.explain(each, values, language, now=now, zone=zone)]


def _journey(session: Session, row: JourneyRow, version: int, known: Facts) -> Journey | None:
    try:
        return loading.version(session, row.slug, version, known)
    except BadContent:
        return None


def _title(journey: Journey | None, row: JourneyRow) -> Mapping[str, str]:
    return {language: journey.titled(language) if journey is not None else row.slug for language in LANGUAGES}
