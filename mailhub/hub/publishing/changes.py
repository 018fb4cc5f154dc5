"""What publishing one file would change for people, or closing what has lost its file; and closing it. Of each kind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from mailhub.content import Change
from mailhub.errors import BadInput
from mailhub.hub.publishing import naming
from mailhub.hub.publishing.files import Files
from mailhub.journeys import planning as journey_planning
from mailhub.journeys import publishing as journeys
from mailhub.journeys.migration import NOBODY, Migration
from mailhub.lists import asking, planning, reading
from mailhub.lists import publishing as lists
from mailhub.people.segments import planning as segment_planning
from mailhub.people.segments import publishing as segments
from mailhub.site import Site
from mailhub.templates import publishing as templates


class Effect(Protocol):
    """One thing that would change, in words."""

    @property
    def what(self) -> str: ...
    @property
    def values(self) -> Mapping[str, object]: ...
    def told(self, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """What a mail is called, in one of its languages."""

    values: Mapping[str, object]
    what: str = "subject"

    def told(self, language: str) -> str:  # noqa: ARG002 - it speaks its own
        return f"{self.values['language']}: {self.values['subject']}"


@dataclass(frozen=True, slots=True)
class Terms:
    """How somebody wants journeys published."""

    migrations: Mapping[str, Migration] = field(default_factory=dict)
    backfills: Collection[str] = ()
    spread: int = 1  # days

    def of(self, slug: str) -> Migration:
        """What becomes of people who are on this one."""
        return self.migrations.get(slug, NOBODY)


def of_publishing(
    session: Session, site: Site, files: Files, kind: str, slug: str, terms: Terms, now: datetime
) -> Sequence[Effect]:
    """What a file would change: for people, or in what a mail is called."""
    if kind == templates.KIND:
        one = files.templates.get(slug)
        return [Subject({"language": one.template.language, "subject": one.template.head.subject.text})] if one else []
    if kind == journeys.KIND:
        return of_journey(session, site, files, slug, terms, now).effects
    if kind == segments.KIND:
        return of_segment(session, site, files, slug, now)
    return planning.effects(session, files.lists[slug].definition)


def of_segment(session: Session, site: Site, files: Files, slug: str, now: datetime) -> Sequence[Effect]:
    """How many people a segment would be about, and what names it."""
    running = segments.running(session, asking.before_segments(session, site)).segments
    using = naming.users(session, slug, {**running, **{one.slug: one.segment for one in files.segments.values()}})
    new, old = files.segments[slug].segment, running.get(slug)
    return segment_planning.effects(session, site, new, old, using, now=now)


def of_journey(
    session: Session, site: Site, files: Files, slug: str, terms: Terms, now: datetime
) -> journey_planning.Plan:
    """What publishing this journey would mean."""
    return journey_planning.plan(
        session,
        site,
        files.journeys[slug],
        terms.of(slug),
        now=now,
        backfills=slug in terms.backfills,
        days=terms.spread,
    )


def of_backfill(session: Session, site: Site, files: Files, slug: str, terms: Terms, now: datetime) -> Sequence[Effect]:
    """Who would come into a journey that stays as it is."""
    row = journeys.find(session, slug)
    return journey_planning.fits(session, site, files.journeys[slug], row, True, terms.spread, now)


def of_closing(session: Session, site: Site, files: Files, change: Change) -> Sequence[Effect]:
    """What would be over; of a template nobody is told."""
    if change.kind == templates.KIND:
        return []
    if change.kind == segments.KIND:
        return segment_planning.closing(_who_name(session, site, files, change.slug))
    closing = journey_planning.closing if change.kind == journeys.KIND else planning.closing
    return closing(session, change.slug)


def _who_name(session: Session, site: Site, files: Files, slug: str) -> list[str]:
    """What would name a segment still if all were closed that has no file."""
    running = segments.running(session, asking.before_segments(session, site)).segments
    staying = {each: one for each, one in running.items() if each == slug or each in files.segments}
    return naming.users(session, slug, staying)


def close(session: Session, site: Site, files: Files, change: Change, now: datetime) -> None:
    """What has lost its file runs no more. Raises BadInput where something that stays names it."""
    if change.kind == segments.KIND:
        if using := _who_name(session, site, files, change.slug):
            cure = "say there in full whom it means, and publish that first"
            raise BadInput(f"segments/{change.slug}.yaml: {', '.join(using)} names it; {cure}")
        segments.take_back(session, change.slug, now=now)
    elif change.kind == templates.KIND:
        templates.take_back(session, change.slug, now=now)
    elif change.kind == journeys.KIND:
        journeys.close(session, change.slug, now=now)
    elif (group := reading.by_slug(session, change.slug)) is not None:
        lists.close(session, group.id, now=now)
