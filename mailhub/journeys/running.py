"""Moves people on: those whose time has come, and those something has happened to. One page is one transaction.

What a way does is decided by `moves`; here facts are read for a page of people, and what follows is carried out in the
transaction that keeps where they have got to.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions
from mailhub.conditions import Condition
from mailhub.content import BadContent
from mailhub.delivery.budget import Budget
from mailhub.facts import Fact, Facts
from mailhub.faults import Point, point
from mailhub.journeys import gazetteer, loading, moves, rows, seeing, telling
from mailhub.journeys.definition import Exit, Journey
from mailhub.journeys.effecting import Effects
from mailhub.journeys.entering import Cause
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.seeing import Somebody
from mailhub.journeys.state import End, Move, Seen, Signal, Tick
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import reading
from mailhub.lists.tables import MailList
from mailhub.site import Site
from mailhub.verbs import Verbs

log = logging.getLogger("mailhub.journeys")

PAGE = 150  # people moved in one transaction


@dataclass(frozen=True, slots=True)
class Running:
    """One version of a journey that somebody is on, with what is never pinned to a version."""

    row: JourneyRow
    journey: Journey
    exits: Sequence[Exit]  # of the newest version
    group: MailList | None
    facts: frozenset[Fact]  # that it looks at


def page(session: Session, site: Site, verbs: Verbs, *, now: datetime, limit: int = PAGE) -> int:
    """Move on those whose time has come; how many."""
    due = rows.due(session, now=now, limit=limit)
    if due:
        move(session, site, verbs, [(each, Tick()) for each in due], "time", now=now)
        point(Point.JOURNEY_MOVED)
    return len(due)


def move(
    session: Session, site: Site, verbs: Verbs, signals: Sequence[tuple[Enrolled, Signal]], cause: str, *, now: datetime
) -> None:
    """This has happened to these; one who cannot be moved holds up nobody else."""
    try:
        with session.begin_nested():
            Runner(session, site, verbs, now).happens(signals, cause)
    except (sa.exc.OperationalError, sa.exc.InterfaceError):
        raise
    except Exception as fault:  # whoever it stops is logged and told
        if len(signals) == 1:
            _stop(session, site, verbs, signals[0][0], fault, now)
            return
        for each in signals:
            move(session, site, verbs, [each], cause, now=now)


def _stop(session: Session, site: Site, verbs: Verbs, each: Enrolled, fault: Exception, now: datetime) -> None:
    """The way ends where it stands, and somebody looks at it."""
    log.error("enrolment=%d stopped at step=%s", each.id, each.way.step, exc_info=fault)
    reason = f"{each.way.step}: {type(fault).__name__}"
    rows.write(session, [(each, moves.stop(each.way, End.FAILED, reason))], now=now, causes=["fault"])
    if (runs := Runner(session, site, verbs, now).of(each)) is not None:
        telling.failed(session, site, runs, each, reason, now=now)


class Runner:
    """Moves people of one page; journeys and facts are read once for it."""

    def __init__(self, session: Session, site: Site, verbs: Verbs, now: datetime) -> None:
        self._session, self._site, self._now = session, site, now
        self._budget = Budget(site.mails_a_day, site.mails_a_week)
        self._effects = Effects(session, site, verbs, now)
        self._facts: Facts | None = None
        self._versions: dict[tuple[int, int], Running | None] = {}
        self.nearest = gazetteer.nearest(session, site)

    def happens(self, signals: Sequence[tuple[Enrolled, Signal]], cause: str) -> list[Move]:
        """This has happened to these; what became of each, of the journey that matters most first."""
        known = dict(self._people([each for each, _ in signals]))
        moved: list[tuple[Enrolled, Move]] = []
        for each, signal in sorted(signals, key=lambda pair: -self._priority(pair[0])):
            move = self._move(each, signal, known.get(each.way.person_id))
            moved.append((each, self._effects.prepared(self.of(each), each, move, known)))
        rows.write(self._session, moved, now=self._now, causes=[cause] * len(moved))
        self._effects.owe()
        for each, move in moved:
            self._effects.carry_out(self.of(each), each, move, known)
        return [move for _, move in moved]

    def who_fit(self, journey: Journey, causes: Sequence[Cause]) -> list[Cause]:
        """Those whom the trigger's condition fits, and no exit."""
        where, left = journey.trigger.where, [rule.when for rule in journey.exits]
        asked = left if where is None else [where, *left]
        if not causes or not asked:
            return list(causes)
        names = {name for condition in asked for name in conditions.facts_used(condition)}
        facts = [fact for name in names if not name.startswith("answer.") and (fact := journey.facts.get(name))]
        ids = [cause.person_id for cause in causes]
        known = seeing.people(self._session, self._site, ids, facts, now=self._now, nearest=self.nearest)
        return [
            cause
            for cause in causes
            if cause.person_id in known and _fits(where, left, known[cause.person_id].seen, self._now)
        ]

    def running(self, row: JourneyRow, version: int) -> Running | None:
        """One version of a journey; None where what it asks about is gone."""
        key = (row.id, version)
        if key not in self._versions:
            self._versions[key] = self._read(row, version)
        return self._versions[key]

    def _move(self, each: Enrolled, signal: Signal, person: Somebody | None) -> Move:
        runs = self.of(each)
        if runs is None:
            return moves.stop(each.way, End.FAILED, "what it asks about is gone")
        if person is None:
            return moves.stop(each.way, End.STOPPED, "the person is gone")
        return moves.advance(
            runs.journey, each.way, signal, person.seen, now=self._now, budget=self._budget, exits=runs.exits
        )

    def _priority(self, each: Enrolled) -> int:
        """Who comes first spends the attention of the day."""
        runs = self.of(each)
        return runs.journey.priority if runs is not None else 0

    def _people(self, each: Sequence[Enrolled]) -> Mapping[int, Somebody]:
        """What is known of everybody on this page, read for all of a version at once."""
        known: dict[int, Somebody] = {}
        versions: dict[tuple[int, int], list[Enrolled]] = {}
        for one in each:
            versions.setdefault((one.journey_id, one.version), []).append(one)
        for some in versions.values():
            if (runs := self.of(some[0])) is None:
                continue
            ids = [one.way.person_id for one in some]
            found = seeing.people(
                self._session, self._site, ids, runs.facts, now=self._now, nearest=self.nearest, group=runs.group
            )
            for person_id, person in found.items():
                known[person_id] = _both(known[person_id], person) if person_id in known else person
        return known

    def of(self, each: Enrolled) -> Running | None:
        """The version somebody is on."""
        key = each.journey_id, each.version
        if key not in self._versions:
            self._versions[key] = self._read(self._session.get_one(JourneyRow, each.journey_id), each.version)
        return self._versions[key]

    def _read(self, row: JourneyRow, version: int) -> Running | None:
        try:
            journey = self._loaded(row.slug, version)
            newest = journey if version == row.version else self._loaded(row.slug, row.version)
        except BadContent as bad:
            log.warning("journey=%s version=%d cannot run: %s", row.slug, version, bad)
            return None
        group = reading.by_slug(self._session, journey.list) if journey.list else None
        return Running(row, journey, newest.exits, group, seeing.facts_of(journey, newest.exits))

    def _loaded(self, slug: str, number: int) -> Journey:
        if self._facts is None:
            self._facts = loading.standing(self._session, self._site)
        return loading.version(self._session, slug, number, self._facts)


def _fits(where: Condition | None, left: Sequence[Condition], seen: Seen, now: datetime) -> bool:
    def holds(condition: Condition) -> bool:
        return conditions.holds(conditions.resolved(condition, now, seen.site_zone), seen.values)

    return (where is None or holds(where)) and not any(map(holds, left))


def _both(one: Somebody, other: Somebody) -> Somebody:
    """One person, as two journeys see them."""
    return replace(other, seen=replace(other.seen, values={**one.seen.values, **other.seen.values}))
