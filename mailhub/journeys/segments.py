"""Which journeys name a segment, and what becomes of them when it means other people (decision 018)."""

from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import Kind
from mailhub.db.versions import DefinitionVersion
from mailhub.journeys import publishing
from mailhub.journeys.releasing import Standing
from mailhub.journeys.tables import JourneyRow
from mailhub.people.segments.written import named_in

Values = dict[str, content.Value]


def that_name(session: Session, slugs: Collection[str]) -> list[str]:
    """The journeys any of whose conditions names one of these: as they run, or in a version that somebody is on."""
    rows = session.scalars(sa.select(JourneyRow).order_by(JourneyRow.slug)).all()
    return [row.slug for row in rows if any(named_in(each) & set(slugs) for each in _versions(session, row))]


def look_anew(session: Session, slugs: Collection[str]) -> None:
    """Find anew who fits what brings people in, as when a journey is published: whom it fits now does not come in."""
    for slug, found in publishing.running(session).items() if slugs else ():
        trigger = _values(slug, found.body).get("trigger")
        row = publishing.find(session, slug)
        is_watching = isinstance(trigger, dict) and ("segment" in trigger or "date" in trigger)
        if row is not None and is_watching and named_in(trigger) & set(slugs):
            row.next_fire = row.fired_until = row.fire_place = None
    session.flush()


def _versions(session: Session, row: JourneyRow) -> Iterator[Values]:
    """What newcomers begin with, and what people who are on their way finish on."""
    numbers = set(Standing.of(session, row).by_version) | ({row.version} if row.closed_at is None else set())
    mine = DefinitionVersion.kind == publishing.KIND, DefinitionVersion.slug == row.slug
    wanted = sa.select(DefinitionVersion.body).where(*mine, DefinitionVersion.number.in_(numbers))
    return (_values(row.slug, body) for body in session.scalars(wanted))


def _values(slug: str, body: str) -> Values:
    return content.load_text(body, f"{Kind.JOURNEY.folder}/{slug}.yaml").values
