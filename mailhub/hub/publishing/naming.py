"""What names a segment: other segments, and journeys that run."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from mailhub.content import Kind
from mailhub.journeys import segments as journeys
from mailhub.lists import asking
from mailhub.people.segments import definition, publishing
from mailhub.people.segments.definition import Segment
from mailhub.site import Site


def users(session: Session, slug: str, segments: Mapping[str, Segment]) -> list[str]:
    """The files that name it among these segments and the journeys that run, also by way of others."""
    others = definition.users(slug, segments)
    ways = journeys.that_name(session, {slug, *others})
    return [
        *(f"{Kind.SEGMENT.folder}/{each}.yaml" for each in sorted(others)),
        *(f"{Kind.JOURNEY.folder}/{each}.yaml" for each in ways),
    ]


def with_users(session: Session, site: Site, slugs: Collection[str]) -> set[str]:
    """These segments, and those that name them."""
    if not slugs:
        return set()
    running = publishing.running(session, asking.before_segments(session, site)).segments
    return {each for slug in slugs for each in (slug, *definition.users(slug, running))}
