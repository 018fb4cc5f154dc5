"""What publishing mailed files would mean, told as `mailhub plan` tells it, and known again when somebody says yes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import Change, State
from mailhub.db import versions
from mailhub.hub.publishing import changes
from mailhub.hub.publishing.changes import Effect, Terms
from mailhub.hub.publishing.files import KINDS, Files
from mailhub.journeys import planning as of_journeys
from mailhub.journeys import publishing as journeys
from mailhub.journeys import releasing
from mailhub.lists import publishing as lists
from mailhub.lists import reading
from mailhub.site import Site
from mailhub.templates import publishing as templates

AT_ONCE = 50  # people; a word that concerns more of them at once is level 4 (docs/decisions/019)
APPOINTS = "appoints"
# Told, and no part of what is agreed to: it is another number every hour, and nothing happens to those people.
_BY_THE_WAY = frozenset({"under-way", "fit"})
_OF_MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Part:
    """One file: how it stands beside what runs, and what publishing it would change."""

    kind: str
    slug: str
    file: str
    change: Change
    effects: tuple[Effect, ...]
    faults: tuple[str, ...] = ()  # why it cannot be published so, with the cure
    concerned: int = 0  # people, at once


@dataclass(frozen=True, slots=True)
class Planned:
    """All of a mail's files that differ from what runs."""

    parts: tuple[Part, ...]
    beside: str  # what runs beside them, in a few letters

    @property
    def keys(self) -> list[tuple[str, str]]:
        return [(part.kind, part.slug) for part in self.parts]

    @property
    def faults(self) -> list[str]:
        return [fault for part in self.parts for fault in part.faults]

    @property
    def concerned(self) -> int:
        return sum(part.concerned for part in self.parts)

    @property
    def gives_roles(self) -> bool:
        return any(effect.what == APPOINTS for part in self.parts for effect in part.effects)

    @property
    def is_charter(self) -> bool:
        """Whether one mail is not enough: it gives a role, or does something to many people at once."""
        return self.gives_roles or self.concerned > AT_ONCE

    @property
    def fingerprint(self) -> str:
        """What somebody agrees to who says yes to this."""
        agreed = [
            [part.slug, effect.what, _counted(effect)]
            for part in self.parts
            for effect in part.effects
            if effect.what not in _BY_THE_WAY
        ]
        return sha256(json.dumps([self.beside, agreed], default=str, sort_keys=True).encode()).hexdigest()


def plan(session: Session, site: Site, files: Files, terms: Terms, now: datetime) -> Planned:
    """What publishing these would mean. Changes nothing."""
    there = files.on_disk()
    running = {(kind, slug): found for kind in KINDS for slug, found in versions.latest(session, kind).items()}
    beside = {key: found for one in there if (found := running.get(key := (one.kind, one.slug))) is not None}
    compared = content.compare(there, beside.values(), {key: found.sha256 for key, found in beside.items()})
    order = {key: place for place, key in enumerate(KINDS)}
    parts = [
        _part(session, site, files, change, terms, now)
        for change in sorted(compared, key=lambda change: (order[change.kind], change.slug))
        if change.state is not State.UNCHANGED or _is_over(session, change)
    ]
    return Planned(tuple(parts), ", ".join(f"{slug} {found.number}" for (_, slug), found in sorted(beside.items())))


def _part(session: Session, site: Site, files: Files, change: Change, terms: Terms, now: datetime) -> Part:
    kind, slug = change.kind, change.slug
    file = change.file or slug
    if kind != journeys.KIND:
        effects = changes.of_publishing(session, site, files, kind, slug, terms, now)
        return Part(kind, slug, file, change, tuple(effects))
    plan = changes.of_journey(session, site, files, slug, terms, now)
    faults = releasing.faults(session, site, files.journeys[slug], terms.of(slug))
    return Part(kind, slug, file, change, plan.effects, tuple(faults), plan.concerned)


def _is_over(session: Session, change: Change) -> bool:
    """Whether it says what was published, of something that is closed by now: publishing it again opens it."""
    if change.kind == journeys.KIND:
        row = journeys.find(session, change.slug)
        return row is None or row.closed_at is not None
    if change.kind == lists.KIND:
        group = reading.by_slug(session, change.slug)
        return group is None or group.closed_at is not None
    return change.kind == templates.KIND and change.slug not in templates.running(session)


def _counted(effect: Effect) -> Mapping[str, object]:
    """Its values; of a group's members the number is no part of what is agreed to."""
    kept = {name: value for name, value in effect.values.items() if name != _OF_MEMBERS}
    if isinstance(effect, of_journeys.Effect) and effect.what in ("step-changed", "step-other-kind"):
        kept.pop("count", None)  # who stands there has it as it was
    return {name: str(value) for name, value in kept.items()}


def stranded(planned: Planned, files: Files) -> Sequence[tuple[str, str, int]]:
    """The steps that go while people stand there, as (journey, step, people)."""
    found = []
    for part in planned.parts:
        for effect in part.effects if part.faults else ():
            count = effect.values.get("count")
            if effect.what == "step-gone" and isinstance(count, int) and count:
                found.append((part.slug, str(effect.values["step"]), count))
    return [each for each in found if each[0] in files.journeys]
