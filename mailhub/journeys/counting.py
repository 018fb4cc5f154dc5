"""How many people stand where, came by, answered and got to the end: counted by the database, for all at once.

Steps that were left are counted along `ix_transition_counts`, people who stand somewhere along `ix_enrolment_step`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session, aliased

from mailhub.db.elapsed import elapsed
from mailhub.delivery import followed
from mailhub.delivery.tables import Mailing
from mailhub.journeys.mailing import SOURCE
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.state import End, Phase
from mailhub.journeys.tables import TransitionRow

TRANSITION = cast(sa.Table, TransitionRow.__table__)
MANY = 50_000
JOINED, POSTED = "subscription.confirmed", "post.published"
Place = tuple[int, str]  # a version and a step
Ends = Mapping[tuple[End, str], int]  # how ways ended, with the rule or the reason


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step of one version."""

    outcomes: Mapping[str, int] = field(default_factory=dict)  # of those who left it
    waiting: Mapping[Phase, int] = field(default_factory=dict)  # of those who stand at it
    acts: Mapping[str, int] = field(default_factory=dict)  # of those it wrote to, what they did then

    @property
    def standing(self) -> int:
        return sum(self.waiting.values())

    @property
    def left(self) -> int:
        return sum(self.outcomes.values())

    @property
    def entered(self) -> int:
        return self.left + self.standing


@dataclass(frozen=True, slots=True)
class ArmCount:
    """One way of a split: who took it, and for how many of them the goal came."""

    took: int
    goals: int


def standing(session: Session, journey_id: int) -> dict[Place, dict[Phase, int]]:
    """Who stands where, by what they wait for."""
    c = ENROLMENT.c
    wanted = (
        sa.select(c.version, c.step, c.phase, sa.func.count())
        .where(c.journey_id == journey_id, c.ended.is_(None))
        .group_by(c.version, c.step, c.phase)
    )
    found: dict[Place, dict[Phase, int]] = {}
    for version, step, phase, count in session.connection().execute(wanted):
        found.setdefault((version, step), {})[Phase(phase)] = count
    return found


def steps(session: Session, journey_id: int) -> dict[Place, StepCount]:
    """Every step of every version that anybody has come to."""
    c = TRANSITION.c
    wanted = sa.select(c.version, c.step, c.outcome, sa.func.count()).where(c.journey_id == journey_id)
    left: dict[Place, dict[str, int]] = {}
    for version, step, outcome, count in session.execute(wanted.group_by(c.version, c.step, c.outcome)):
        left.setdefault((version, step), {})[outcome] = count
    there, acts = standing(session, journey_id), _acts(session, journey_id)
    places = {*left, *there}
    return {place: StepCount(left.get(place, {}), there.get(place, {}), acts.get(place, {})) for place in places}


def _acts(session: Session, journey_id: int) -> dict[Place, dict[str, int]]:
    """How many joined and wrote within a week of the mail of a step, and before the next one."""
    mailings = sa.select(Mailing.id, Mailing.key).where(Mailing.source == SOURCE, Mailing.thing_id == journey_id)
    places: dict[int, Place] = {}
    for mailing_id, key in session.execute(mailings):
        _, version, step, *_ = key.split("/")
        places[mailing_id] = int(version), step
    found: dict[Place, dict[str, int]] = {}
    for (mailing_id, what), people in followed.by(session, places, (JOINED, POSTED)).items():
        of = found.setdefault(places[mailing_id], {})
        of[what] = of.get(what, 0) + people  # a step is one mailing a language, and one more where its group changed
    return found


def ended(session: Session, journey_id: int) -> dict[int, Ends]:
    """How the ways of each version ended, with the rule or the reason."""
    c = ENROLMENT.c
    wanted = (
        sa.select(c.version, c.ended, c.reason, sa.func.count())
        .where(c.journey_id == journey_id, c.ended.is_not(None))
        .group_by(c.version, c.ended, c.reason)
    )
    found: dict[int, dict[tuple[End, str], int]] = {}
    for version, end, reason, count in session.connection().execute(wanted):
        found.setdefault(version, {})[End(end), reason or ""] = count
    return dict(found)


def medians(session: Session, journey_id: int, *, most: int = MANY) -> dict[Place, timedelta]:
    """How long people stood at each step they left: half of them shorter, half longer.

    Where more than `most` steps were left, every so manieth person is looked at: a median of fewer is as good.
    """
    left = sa.select(sa.func.count()).select_from(TRANSITION).where(TRANSITION.c.journey_id == journey_id)
    every = -(-(session.scalar(left) or 1) // most)
    this, before = aliased(TransitionRow), aliased(TransitionRow)
    came = sa.func.coalesce(before.at, ENROLMENT.c.began_at)
    stood = (
        sa.select(this.version, this.step, elapsed(came, this.at).label("length"))
        .join(ENROLMENT, ENROLMENT.c.id == this.enrolment_id)
        .outerjoin(before, (before.enrolment_id == this.enrolment_id) & (before.visit == this.visit - 1))
        .where(this.journey_id == journey_id, this.enrolment_id % every == 0)
        .subquery()
    )
    place = [stood.c.version, stood.c.step]
    number = sa.func.row_number().over(partition_by=place, order_by=stood.c.length).label("number")
    of = sa.func.count().over(partition_by=place).label("of")
    ranked = sa.select(stood, number, of).subquery()
    middle = (ranked.c.number * 2).between(ranked.c.of, ranked.c.of + 2)
    wanted = sa.select(ranked.c.version, ranked.c.step, sa.func.avg(ranked.c.length)).where(middle)
    found = session.execute(wanted.group_by(ranked.c.version, ranked.c.step))
    return {(version, step): timedelta(microseconds=int(length)) for version, step, length in found}


def arms(session: Session, journey_id: int, splits: Collection[str]) -> dict[tuple[int, str, str], ArmCount]:
    """Each way of these splits, by version, step and outcome."""
    c = TRANSITION.c
    enrolled = ENROLMENT.c
    reached: ColumnElement[Any] = sa.case((enrolled.ended == End.GOAL, enrolled.id))
    wanted = (
        sa.select(
            c.version,
            c.step,
            c.outcome,
            sa.func.count(c.enrolment_id.distinct()),
            sa.func.count(reached.distinct()),
        )
        .join_from(TRANSITION, ENROLMENT, enrolled.id == c.enrolment_id)
        .where(c.journey_id == journey_id, c.step.in_(sorted(splits)))
        .group_by(c.version, c.step, c.outcome)
    )
    found = session.execute(wanted) if splits else ()
    return {(version, step, outcome): ArmCount(took, goals) for version, step, outcome, took, goals in found}
