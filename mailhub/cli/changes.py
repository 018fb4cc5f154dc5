"""What publishing one file would change for people, or closing what has lost its file; and closing it. Of each kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mailhub.cli import naming
from mailhub.cli.folder import Files
from mailhub.content import Change
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.journeys import planning as journey_planning
from mailhub.journeys import publishing as journeys
from mailhub.journeys.migration import NOBODY, Migration
from mailhub.lists import asking, planning, reading
from mailhub.lists import publishing as lists
from mailhub.people.segments import planning as segment_planning
from mailhub.people.segments import publishing as segments
from mailhub.templates import publishing as templates

LANGUAGE = "en"  # of what operators read


@dataclass(frozen=True, slots=True)
class Terms:
    """How somebody wants journeys published."""

    migrations: Mapping[str, Migration] = field(default_factory=dict)
    backfills: Collection[str] = ()
    spread: int = 1  # days


def of_publishing(hub: Hub, session: Session, files: Files, change: Change, terms: Terms) -> list[str]:
    """What a file would change: for people, or in what a mail is called."""
    if change.kind == templates.KIND:
        one = files.templates.get(change.slug)
        return [f"    {one.template.language}: {one.template.head.subject.text}"] if one else []
    if change.kind == journeys.KIND:
        return _told(*of_journey(hub, session, files, change.slug, terms).effects)
    if change.kind == segments.KIND:
        return _told(*of_segment(hub, session, files, change.slug))
    return _told(*planning.effects(session, files.lists[change.slug].definition))


def of_journey(hub: Hub, session: Session, files: Files, slug: str, terms: Terms) -> journey_planning.Plan:
    """What publishing this journey would mean."""
    return journey_planning.plan(
        session,
        hub.site,
        files.journeys[slug],
        terms.migrations.get(slug, NOBODY),
        now=hub.clock.now(),
        backfills=slug in terms.backfills,
        days=terms.spread,
    )


def of_segment(hub: Hub, session: Session, files: Files, slug: str) -> list[segment_planning.Effect]:
    """How many people a segment would be about, and what names it."""
    running = segments.running(session, asking.before_segments(session, hub.site)).segments
    using = naming.users(session, slug, {**running, **{one.slug: one.segment for one in files.segments.values()}})
    new, old = files.segments[slug].segment, running.get(slug)
    return segment_planning.effects(session, hub.site, new, old, using, now=hub.clock.now())


def of_backfill(hub: Hub, session: Session, files: Files, slug: str, terms: Terms) -> list[str]:
    """Who would come into a journey that stays as it is."""
    row, now = journeys.find(session, slug), hub.clock.now()
    fits = journey_planning.fits(session, hub.site, files.journeys[slug], row, True, terms.spread, now)
    return _told(*fits)


def of_closing(hub: Hub, session: Session, files: Files, change: Change) -> list[str]:
    if change.kind == templates.KIND:
        return ["    nothing could be written by it any more"]
    if change.kind == journeys.KIND:
        return _told(*journey_planning.closing(session, change.slug))
    if change.kind == segments.KIND:
        return _told(*segment_planning.closing(_who_name(hub, session, files, change.slug)))
    return _told(*planning.closing(session, change.slug))


def _who_name(hub: Hub, session: Session, files: Files, slug: str) -> list[str]:
    """What would name a segment still if all were closed that has no file."""
    running = segments.running(session, asking.before_segments(session, hub.site)).segments
    staying = {each: one for each, one in running.items() if each == slug or each in files.segments}
    return naming.users(session, slug, staying)


def closed(hub: Hub, session: Session, files: Files, change: Change) -> list[str]:
    """Close it, and say what that meant. Raises BadInput where something that stays names it."""
    effects, now = of_closing(hub, session, files, change), hub.clock.now()
    if change.kind == templates.KIND:
        templates.take_back(session, change.slug, now=now)
        return [f"taken back  {change.slug}", *effects]
    if change.kind == segments.KIND:
        if using := _who_name(hub, session, files, change.slug):
            cure = "say there in full whom it means, and publish that first"
            raise BadInput(f"segments/{change.slug}.yaml: {', '.join(using)} names it; {cure}")
        segments.take_back(session, change.slug, now=now)
        return [f"taken back  {change.slug}", *effects]
    if change.kind == journeys.KIND:
        journeys.close(session, change.slug, now=now)
    elif (group := reading.by_slug(session, change.slug)) is not None:
        lists.close(session, group.id, now=now)
    return [f"closed      {change.slug}", *effects]


def _told(*effects: planning.Effect | journey_planning.Effect | segment_planning.Effect) -> list[str]:
    return [f"    {effect.told(LANGUAGE)}" for effect in effects]
