"""A mail's files, read and planned: all that is known before anybody is told or asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.hub.publishing import planning, reading, rights, samples
from mailhub.hub.publishing.changes import Terms
from mailhub.hub.publishing.files import Files
from mailhub.hub.publishing.mailed import Found, Mailed
from mailhub.hub.publishing.planning import Planned
from mailhub.hub.publishing.samples import Imagined, Tick
from mailhub.journeys import publishing as journeys
from mailhub.language import one_line
from mailhub.site import Site
from mailhub.verbs import Verbs


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody mailed; either there are problems, or it can be planned."""

    files: tuple[Mailed, ...] = ()
    problems: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()  # files that are not theirs to publish
    read: Files = field(default_factory=Files)
    planned: Planned = field(default_factory=lambda: Planned((), ""))
    terms: Terms = field(default_factory=Terms)
    imagined: Mapping[str, Imagined] = field(default_factory=dict)  # by journey


def of(
    session: Session,
    site: Site,
    verbs: Verbs,
    found: Found,
    person_id: int,
    *,
    now: datetime,
    terms: Terms | None = None,
    tick: Tick | None = None,
) -> Draft:
    """Read these and plan them. Journeys are imagined as well where there is a clock to tell how long it takes."""
    if found.problems:
        return Draft(found.files, tuple(one_line(str(problem)) for problem in found.problems))
    wanted = terms or Terms()
    try:
        read = reading.read(session, site, verbs, found.files)
    except BadContent as bad:
        return Draft(found.files, tuple(one_line(str(problem)) for problem in bad.problems))
    if refused := rights.refused(session, site, person_id, read):
        return Draft(found.files, refused=tuple(refused))
    planned = planning.plan(session, site, read, wanted, now)
    ways = [read.journeys[slug].journey for kind, slug in planned.keys if kind == journeys.KIND]
    imagined = {way.slug: samples.imagine(session, site, way, now, tick) for way in ways} if tick is not None else {}
    return Draft(found.files, read=read, planned=planned, terms=wanted, imagined=imagined)
