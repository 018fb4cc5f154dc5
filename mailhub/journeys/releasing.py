"""Publishes a journey with what becomes of the people who are on it: all of it, or nothing (decision 016)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.errors import BadInput
from mailhub.journeys import counting, loading, migrating, migration, publishing
from mailhub.journeys.migration import NOBODY, Migration
from mailhub.journeys.publishing import Written
from mailhub.journeys.tables import JourneyRow
from mailhub.people import activity
from mailhub.site import Site

K = TypeVar("K", int, str)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is on a journey, before anything is published."""

    by_place: Mapping[counting.Place, int]  # a version and a step

    @classmethod
    def of(cls, session: Session, row: JourneyRow | None) -> "Standing":
        found = counting.standing(session, row.id) if row is not None else {}
        return cls({place: sum(phases.values()) for place, phases in found.items()})

    @property
    def by_step(self) -> dict[str, int]:
        return _summed((step, count) for (_, step), count in self.by_place.items())

    @property
    def by_version(self) -> dict[int, int]:
        return _summed((version, count) for (version, _), count in self.by_place.items())

    @property
    def everybody(self) -> int:
        return sum(self.by_place.values())


def _summed(counts: Iterable[tuple[K, int]]) -> dict[K, int]:
    found: Counter[K] = Counter()
    for key, count in counts:
        found[key] += count
    return dict(sorted(found.items()))


def faults(session: Session, site: Site, one: Written, wanted: Migration = NOBODY) -> list[str]:
    """Why publishing this is refused, with the cure for each; nothing where all is well."""
    row = publishing.find(session, one.slug)
    if row is None:
        return [f'nobody is on "{one.slug}" yet, so that nobody can be moved'] if wanted != NOBODY else []
    known = loading.facts(session, site)
    old = publishing.published(session, one.slug, known)
    standing = Standing.of(session, row)
    older = {step for _, step in standing.by_place}
    for number in standing.by_version:
        try:
            older |= {step.id for step in loading.version(session, one.slug, number, known).steps}
        except BadContent:  # where people stand is known all the same
            continue
    found = migration.problems(wanted, old.journey if old else None, one.journey, standing.by_step, older)
    return list(found)


def release(
    session: Session, site: Site, one: Written, wanted: Migration = NOBODY, *, by: str, origin: str, now: datetime
) -> int:
    """Publish it, and move whom it moves; how many. `by` says so. Raises BadInput where somebody would be stranded."""
    if found := faults(session, site, one, wanted):
        raise BadInput("\n".join(f"{one.document.file}: {fault}" for fault in found))
    row = publishing.publish(session, one, origin=origin, now=now)
    moved = migrating.migrate(
        session, site, row, one.journey, wanted, by=by, known=loading.facts(session, site), now=now
    )
    if moved:
        activity.note(session, "journey.migrated", now=now, slug=one.slug, version=row.version, people=moved, by=by)
    return moved
