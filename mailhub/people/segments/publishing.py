"""Makes segments run: a file becomes a version, and every condition that names it means the newest one.

What is taken back stays as a version without a text.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Document, Kind, Problem
from mailhub.db import versions
from mailhub.db.versions import DefinitionVersion
from mailhub.facts import Facts
from mailhub.people import activity
from mailhub.people.segments import resolving
from mailhub.people.segments.definition import Segment, named
from mailhub.people.segments.resolving import Read
from mailhub.people.segments.written import Written

KIND = Kind.SEGMENT.value
Bodies = tuple[tuple[str, str], ...]  # slug and text of what runs

_OTHER = sa.orm.aliased(DefinitionVersion)
_NEWEST = sa.select(sa.func.max(_OTHER.number)).where(_OTHER.kind == KIND, _OTHER.slug == DefinitionVersion.slug)
_BODIES = (
    sa.select(DefinitionVersion.slug, DefinitionVersion.body)
    .where(
        DefinitionVersion.kind == KIND,
        DefinitionVersion.body != "",
        DefinitionVersion.number == _NEWEST.scalar_subquery(),
    )
    .order_by(DefinitionVersion.slug)
)


def bodies(session: Session) -> Bodies:
    """What runs, as it was written; asked for each page of work, so that it is read only where it has changed."""
    return tuple((slug, body) for slug, body in session.connection().execute(_BODIES))


@lru_cache(maxsize=20)
def with_segments(known: Facts, running: Bodies) -> Facts:
    """These facts, and the segments that run by name, with what they ask.

    One that asks about what is gone, such as a group, is not known, nor is what names it.
    """
    found = resolving.read_all(_documents(running), known)
    return known_with(known, found.segments)


def known_with(known: Facts, segments: Mapping[str, Segment]) -> Facts:
    """These facts, and these segments by name with what they ask."""
    asked = (fact for one in segments.values() for fact in one.asks)
    return known.plus(asked, named(segments))


def running(session: Session, known: Facts) -> Read:
    """Every segment that runs, read, and what is wrong with those that cannot be used."""
    return resolving.read_all(_documents(bodies(session)), known)


def read_folder(folder: Path, known: Facts, others: Iterable[Document] = ()) -> Mapping[str, Written]:
    """Every segment of a content folder, by slug; `others` run without a file, and may be named.

    Raises BadContent with all that is wrong in all files.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in content.files(folder, Kind.SEGMENT):
        try:
            documents.append(content.load(path))
        except BadContent as bad:
            problems += bad.problems
    files = {each.file for each in documents}
    elsewhere = [each for each in others if each.file not in files]
    found = resolving.read_all([*documents, *elsewhere], known)
    problems += [problem for problem in found.problems if problem.file in files]
    if problems:
        raise BadContent(problems)
    return {slug: one for slug, one in found.written.items() if one.document.file in files}


def documents(session: Session) -> list[Document]:
    """What runs, as files."""
    return _documents(bodies(session))


def apply_files(session: Session, files: Iterable[Written], *, now: datetime) -> list[str]:
    """Publish these checked files where they differ from what runs; the slugs of those."""
    latest, changed = versions.latest(session, KIND), []
    for one in files:
        sha, runs = content.fingerprint(one.document.values), latest.get(one.slug)
        if runs is not None and runs.sha256 == sha:
            continue
        version = versions.publish(session, KIND, one.slug, sha, one.document.text, origin="file", now=now)
        activity.note(session, "segment.published", now=now, slug=one.slug, version=version.number)
        changed.append(one.slug)
    return changed


def published(session: Session) -> Mapping[str, versions.Published]:
    """The newest version of each that was not taken back, by slug."""
    return {slug: found for slug, found in versions.latest(session, KIND).items() if found.body}


def take_back(session: Session, slug: str, *, now: datetime) -> None:
    """Nobody can name it any more."""
    versions.publish(session, KIND, slug, content.text_fingerprint(""), "", origin="file", now=now)
    activity.note(session, "segment.closed", now=now, slug=slug)


def _documents(running: Bodies) -> list[Document]:
    return [content.load_text(body, f"{Kind.SEGMENT.folder}/{slug}.yaml") for slug, body in running]
