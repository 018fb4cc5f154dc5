"""Takes people who are on their way to a new version, as an organiser said; each of them with a record of it (I4)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.db.session import ring
from mailhub.facts import Facts
from mailhub.journeys import loading, migration, rows
from mailhub.journeys.definition import Journey, Step
from mailhub.journeys.entering import BELL
from mailhub.journeys.migration import Migration
from mailhub.journeys.rows import ENROLMENT, Enrolled, occurrence_of
from mailhub.journeys.state import Close, Move, Phase
from mailhub.journeys.tables import JourneyRow
from mailhub.journeys.things import ASK, LATE, TASK
from mailhub.people import questions
from mailhub.people.tables import Person, Question
from mailhub.site import Site

PAGE = 500
_KINDS = (ASK, TASK, LATE)


def migrate(
    session: Session,
    site: Site,
    row: JourneyRow,
    new: Journey,
    wanted: Migration,
    *,
    by: str,
    known: Facts,
    now: datetime,
) -> int:
    """Move everybody of this journey whom it concerns to the version that runs; how many it was."""
    moved = decided(session, site, row, new, wanted, known=known, now=now, locks=True)
    cause = f"version {row.version} published by {by}: {wanted.told()}"
    for start in range(0, len(moved), PAGE):
        page = moved[start : start + PAGE]
        rows.write(session, page, now=now, causes=[cause] * len(page))
        _ask_on(session, page, now)
    staying = [each.id for each, move in moved if move.end is None]
    _to_version(session, staying, row.version)
    if staying:
        ring(session, BELL)
    return len(moved)


def decided(
    session: Session,
    site: Site,
    row: JourneyRow,
    new: Journey,
    wanted: Migration,
    *,
    known: Facts,
    now: datetime,
    locks: bool = False,
) -> list[tuple[Enrolled, Move]]:
    """What would become of each of them."""
    everybody = [each for each in _concerned(session, row, wanted.steps, locks) if not _is_called_for(each, wanted)]
    olds = _Olds(session, row, known)
    zones = _zones(session, site, everybody)
    moves = [
        migration.moved(each.way, olds.step(each), new, wanted, now=now, zone=zones[each.way.person_id])
        for each in everybody
    ]
    return list(zip(everybody, migration.spread(moves, wanted, now=now), strict=True))


class _Olds:
    """The steps people stand at, in the versions they are on."""

    def __init__(self, session: Session, row: JourneyRow, known: Facts) -> None:
        self._session, self._row, self._known = session, row, known
        self._read: dict[int, Journey | None] = {}

    def step(self, each: Enrolled) -> Step | None:
        if each.version not in self._read:
            try:
                self._read[each.version] = loading.version(self._session, self._row.slug, each.version, self._known)
            except BadContent:  # what it asks about is gone: who is on it begins the new step afresh
                self._read[each.version] = None
        journey = self._read[each.version]
        return journey.find(each.way.step) if journey is not None else None


def _concerned(session: Session, row: JourneyRow, steps: Collection[str], locks: bool) -> Iterator[Enrolled]:
    """Those who stand at these steps, on whatever older version."""
    ids = sa.select(ENROLMENT.c.id).where(
        ENROLMENT.c.journey_id == row.id,
        ENROLMENT.c.step.in_(sorted(steps)),
        ENROLMENT.c.ended.is_(None),
    )
    found = list(session.scalars(ids.order_by(ENROLMENT.c.id))) if steps else []
    for start in range(0, len(found), PAGE):
        yield from rows.those(session, found[start : start + PAGE], locks=locks)


def _is_called_for(each: Enrolled, wanted: Migration) -> bool:
    """Whether another system is about to answer for the step they would stay at: its answer names this visit."""
    return each.way.phase is Phase.CALLING and wanted.target(each.way.step) == each.way.step


def _zones(session: Session, site: Site, everybody: Sequence[Enrolled]) -> Mapping[int, str]:
    zones: dict[int, str] = {}
    ids = sorted({each.way.person_id for each in everybody})
    for start in range(0, len(ids), PAGE):
        wanted = sa.select(Person.id, Person.time_zone).where(Person.id.in_(ids[start : start + PAGE]))
        zones |= {person_id: zone or site.time_zone for person_id, zone in session.execute(wanted)}
    return zones


def _to_version(session: Session, enrolment_ids: Sequence[int], version: int) -> None:
    for start in range(0, len(enrolment_ids), PAGE):
        those = enrolment_ids[start : start + PAGE]
        session.connection().execute(sa.update(ENROLMENT).where(ENROLMENT.c.id.in_(those)).values(version=version))


def _ask_on(session: Session, page: Sequence[tuple[Enrolled, Move]], now: datetime) -> None:
    """What was asked at a step that is left is asked no more; at one that stays it is asked of the new visit."""
    by_thing = {occurrence_of(each.id, each.way.visit): (each, move) for each, move in page if _asks(each)}
    wanted = sa.select(Question).where(
        Question.kind.in_(_KINDS), Question.thing_id.in_(by_thing), Question.settled_at.is_(None)
    )
    for question in session.scalars(wanted) if by_thing else ():
        each, move = by_thing[question.thing_id]
        closes = [effect for effect in move.effects if isinstance(effect, Close)]
        if closes:
            questions.settle(session, question, closes[0].why, None, now=now)
        else:
            visit = move.way.visit
            questions.pass_to(session, question, occurrence_of(each.id, visit), {**question.detail, "visit": visit})


def _asks(each: Enrolled) -> bool:
    return each.way.phase in (Phase.ASKED, Phase.TASKED, Phase.LATE)
