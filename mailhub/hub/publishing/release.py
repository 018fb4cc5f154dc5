"""Publishes files, from the folder and from a mail alike; another organiser is asked where thousands are concerned."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.hub.publishing import changes, naming
from mailhub.hub.publishing.changes import Terms
from mailhub.hub.publishing.files import KINDS, Files
from mailhub.journeys import publishing as journeys
from mailhub.journeys import releasing, seconding
from mailhub.journeys import segments as segments_of_journeys
from mailhub.lists import publishing as lists
from mailhub.people.segments import publishing as segments
from mailhub.site import Site
from mailhub.templates import publishing as templates

Key = tuple[str, str]  # kind and slug


def publish(
    session: Session,
    site: Site,
    files: Files,
    wanted: Collection[Key],
    terms: Terms,
    *,
    by: str,
    origin: str,
    now: datetime,
) -> None:
    """Make these run, groups first, since others name them. Raises BadInput where people would be stranded."""
    slugs = {kind: [slug for of, slug in wanted if of == kind] for kind in KINDS}
    lists.apply_files(session, [files.lists[slug] for slug in slugs[lists.KIND]], now=now, origin=origin)
    templates.apply_files(session, [files.templates[slug] for slug in slugs[templates.KIND]], now=now, origin=origin)
    changed = segments.apply_files(session, [files.segments[slug] for slug in slugs[segments.KIND]], now=now)
    segments_of_journeys.look_anew(session, naming.with_users(session, site, changed))
    for slug in slugs[journeys.KIND]:
        releasing.release(session, site, files.journeys[slug], terms.of(slug), by=by, origin=origin, now=now)


def seconded(
    session: Session,
    site: Site,
    files: Files,
    slugs: Sequence[str],
    terms: Terms,
    *,
    by: str,
    who: int | None,
    origin: str,
    now: datetime,
    name: str = "",
) -> dict[str, int]:
    """Ask about those of these journeys that need another organiser's word; how many people each concerns, by slug."""
    found: dict[str, int] = {}
    for slug in slugs:
        one, how = files.journeys[slug], terms.of(slug)
        plan = changes.of_journey(session, site, files, slug, terms, now)
        if plan.concerned <= seconding.MANY or journeys.find(session, slug) is None:
            continue
        if releasing.faults(session, site, one, how) or not seconding.others(session, who):
            continue  # it is refused when it is published; or nobody else is there to agree
        seconding.ask(session, site, one, how, plan, by=by, who=who, origin=origin, now=now, name=name)
        found[slug] = plan.concerned
    return found
