"""Which journeys name a segment, and what becomes of them when it means other people (decision 018)."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import Kind
from mailhub.journeys import publishing
from mailhub.people.segments.written import named_in


def that_name(session: Session, slugs: Collection[str]) -> list[str]:
    """The running journeys any of whose conditions names one of these."""
    return [slug for slug, values in _running(session).items() if named_in(values) & set(slugs)]


def look_anew(session: Session, slugs: Collection[str]) -> None:
    """Find anew who fits what brings people in, as when a journey is published: whom it fits now does not come in."""
    for slug, values in _running(session).items():
        trigger = values.get("trigger")
        row = publishing.find(session, slug)
        is_watching = isinstance(trigger, dict) and ("segment" in trigger or "date" in trigger)
        if row is not None and is_watching and named_in(trigger) & set(slugs):
            row.next_fire = row.fired_until = row.fire_place = None
    session.flush()


def _running(session: Session) -> dict[str, dict[str, content.Value]]:
    return {
        slug: content.load_text(found.body, f"{Kind.JOURNEY.folder}/{slug}.yaml").values
        for slug, found in sorted(publishing.running(session).items())
    }
