"""What publishing one file would change for people, or closing what has lost its file; and closing it. Of each kind."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mailhub.cli.folder import Files
from mailhub.content import Change
from mailhub.hub.build import Hub
from mailhub.journeys import planning as journey_planning
from mailhub.journeys import publishing as journeys
from mailhub.journeys.migration import NOBODY, Migration
from mailhub.lists import planning, reading
from mailhub.lists import publishing as lists
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


def of_backfill(hub: Hub, session: Session, files: Files, slug: str, terms: Terms) -> list[str]:
    """Who would come into a journey that stays as it is."""
    row, now = journeys.find(session, slug), hub.clock.now()
    fits = journey_planning.fits(session, hub.site, files.journeys[slug], row, True, terms.spread, now)
    return _told(*fits)


def of_closing(session: Session, change: Change) -> list[str]:
    if change.kind == templates.KIND:
        return ["    nothing could be written by it any more"]
    if change.kind == journeys.KIND:
        return _told(*journey_planning.closing(session, change.slug))
    return _told(*planning.closing(session, change.slug))


def closed(hub: Hub, session: Session, change: Change) -> list[str]:
    """Close it, and say what that meant."""
    effects, now = of_closing(session, change), hub.clock.now()
    if change.kind == templates.KIND:
        templates.take_back(session, change.slug, now=now)
        return [f"taken back  {change.slug}", *effects]
    if change.kind == journeys.KIND:
        journeys.close(session, change.slug, now=now)
    elif (group := reading.by_slug(session, change.slug)) is not None:
        lists.close(session, group.id, now=now)
    return [f"closed      {change.slug}", *effects]


def _told(*effects: planning.Effect | journey_planning.Effect) -> list[str]:
    return [f"    {effect.told(LANGUAGE)}" for effect in effects]
