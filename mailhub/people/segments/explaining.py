"""Why somebody is in a segment, or is not: each test that decided, with what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub import conditions, findings
from mailhub.people.segments.definition import Segment
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class Reasons:
    """Whether somebody is in it, in a line for each test that decided, and when time alone changes that."""

    is_in: bool
    lines: Sequence[str]
    flips_at: datetime | None


def reasons(session: Session, site: Site, segment: Segment, person_id: int, language: str, *, now: datetime) -> Reasons:
    """How one person stands to a segment now."""
    values = findings.read(session, conditions.facts_of(segment.when), [person_id]).get(person_id, {})
    zone = site.time_zone
    return Reasons(
        conditions.holds(conditions.resolved(segment.when, now, zone), values),
        conditions.explain(segment.when, values, language, now=now, zone=zone),
        conditions.flips(segment.when, values, now, zone),
    )
