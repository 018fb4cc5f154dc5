"""Makes journeys run: a file becomes a version, newcomers begin with it, whoever is under way finishes on theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Document, Kind, Problem
from mailhub.db import versions
from mailhub.facts import Facts
from mailhub.journeys import checks, loading, written
from mailhub.journeys.checks import World
from mailhub.journeys.definition import Journey
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import reading
from mailhub.lists.facts import facts_of
from mailhub.people import activity
from mailhub.people.facts import field
from mailhub.templates.definition import Head
from mailhub.templates.publishing import Written as Template

KIND = loading.KIND


@dataclass(frozen=True, slots=True)
class Written:
    """One file, and the journey it holds."""

    document: Document
    journey: Journey

    @property
    def slug(self) -> str:
        return self.journey.slug

    @property
    def sha256(self) -> str:
        return content.fingerprint(self.document.values)


def world(lists: Iterable[str], templates: Iterable[Template]) -> World:
    """What journeys may name, as it is in the files."""
    heads: dict[str, dict[str, Head]] = {}
    for one in templates:
        heads.setdefault(one.template.name, {})[one.template.language] = one.template.head
    return World(heads, frozenset(lists))


def read_folder(folder: Path, known: Facts, there: World, *, drafts: bool = True) -> tuple[Written, ...]:
    """Every journey of a content folder, checked. Raises BadContent with all that is wrong in all files.

    Without drafts, what is wrong in one of them keeps nothing from being published.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in content.files(folder, Kind.JOURNEY):
        try:
            documents.append(content.load(path))
        except BadContent as bad:
            problems += bad.problems
    documents = [each for each in documents if drafts or not written.is_draft(each)]
    found: tuple[Written, ...] = ()
    try:
        found = read_documents(documents, known, there)
    except BadContent as bad:
        problems += bad.problems
    if problems:
        raise BadContent(problems)
    return found


def read_documents(documents: Sequence[Document], known: Facts, there: World) -> tuple[Written, ...]:
    """The journeys these hold, checked together. Raises BadContent with all that is wrong in all of them."""
    known, found, problems = _with_lists(_with_fields(known, documents), there), list[Written](), list[Problem]()
    for document in documents:
        try:
            journey = written.read(document, known)
            problems += checks.check(journey, document, there)
            found.append(Written(document, journey))
        except BadContent as bad:
            problems += bad.problems
    if problems:
        raise BadContent(problems)
    return tuple(found)


def apply_files(session: Session, journeys: Iterable[Written], *, now: datetime) -> list[str]:
    """Publish these checked files where they differ from what runs; the slugs of those.

    Nobody is moved: `releasing` looks after people who are on their way.
    """
    running, changed = versions.latest(session, KIND), []
    for one in (each for each in journeys if not each.journey.is_draft):
        row = find(session, one.slug)
        runs = running.get(one.slug)
        if runs is not None and runs.sha256 == one.sha256 and row is not None and row.closed_at is None:
            continue
        publish(session, one, origin=versions.FILE, now=now)
        changed.append(one.slug)
    return changed


def publish(session: Session, one: Written, *, origin: str, now: datetime) -> JourneyRow:
    """Make this what newcomers begin with."""
    version = versions.publish(session, KIND, one.slug, one.sha256, one.document.text, origin=origin, now=now)
    return apply(session, one.journey, version.number, now=now)


def apply(session: Session, journey: Journey, number: int, *, now: datetime) -> JourneyRow:
    """Let newcomers begin with this version."""
    slug, group = journey.slug, reading.by_slug(session, journey.list) if journey.list else None
    row = find(session, slug)
    if row is None:
        row = JourneyRow(slug=slug, version=number, published_at=now)
        session.add(row)
    row.version, row.closed_at, row.list_id = number, None, group.id if group else None
    row.next_fire = row.fired_until = row.fire_place = None  # whom its trigger concerns is looked at anew
    session.flush()
    activity.note(session, "journey.published", now=now, slug=slug, version=number)
    return row


def close(session: Session, slug: str, *, now: datetime) -> None:
    """Nobody comes in any more; who is under way goes on to the end."""
    row = find(session, slug)
    if row is not None and row.closed_at is None:
        row.closed_at = now
        activity.note(session, "journey.closed", now=now, slug=slug)


def every(session: Session) -> list[str]:
    """The slugs of all that were ever published."""
    return list(session.scalars(sa.select(JourneyRow.slug).order_by(JourneyRow.slug)))


def find(session: Session, slug: str) -> JourneyRow | None:
    return session.scalar(sa.select(JourneyRow).where(JourneyRow.slug == slug))


def running(session: Session) -> Mapping[str, versions.Published]:
    """What newcomers begin with, by slug."""
    rows = {row.slug for row in session.scalars(sa.select(JourneyRow).where(JourneyRow.closed_at.is_(None)))}
    return {slug: found for slug, found in versions.latest(session, KIND).items() if slug in rows}


def published(session: Session, slug: str, known: Facts) -> Written | None:
    """The version that runs, read; None where there is none, or what it asks about is gone."""
    runs = versions.latest(session, KIND).get(slug)
    if runs is None:
        return None
    document = content.load_text(runs.body, f"{Kind.JOURNEY.folder}/{slug}.yaml")
    try:
        return Written(document, written.read(document, known))
    except BadContent:
        return None


def _with_fields(known: Facts, documents: Iterable[Document]) -> Facts:
    """What one journey stores of people, another may ask."""
    names = {name for document in documents for name in written.fields(document)}
    return known.plus(field(name) for name in sorted(names))


def _with_lists(known: Facts, there: World) -> Facts:
    """Groups of the same folder may be asked about before they run."""
    return known.plus(facts_of(sorted(there.lists)))
