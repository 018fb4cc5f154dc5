"""The content folder as it is now, against what runs: groups, mails and journeys, checked together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Change, Kind, OnDisk, State
from mailhub.db import versions
from mailhub.hub.build import Hub
from mailhub.journeys import loading
from mailhub.journeys import publishing as journeys
from mailhub.lists import publishing as lists
from mailhub.lists import reading
from mailhub.lists.checks import Written
from mailhub.templates import publishing as templates

KINDS = (lists.KIND, templates.KIND, journeys.KIND)

SAID = {
    State.NEW: "new",
    State.CHANGED: "changed",
    State.GONE: "its file is gone",
    State.BEHIND: "changed in the console; `mailhub export content` writes it into the file",
    State.CONFLICT: "changed in the file and in the console",
}


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, by slug."""

    lists: Mapping[str, Written]
    templates: Mapping[str, templates.Written]
    journeys: Mapping[str, journeys.Written]
    drafts: frozenset[str] = frozenset()  # journeys that are checked and not published


@dataclass(frozen=True, slots=True)
class Folder:
    """The files, and where they differ from what runs."""

    files: Files
    changes: Sequence[Change]

    def of(self, *states: State) -> list[Change]:
        return [change for change in self.changes if change.state in states]

    def has(self, change: Change) -> bool:
        """Whether there is a file to publish."""
        kind = {lists.KIND: self.files.lists, templates.KIND: self.files.templates, journeys.KIND: self.files.journeys}
        return change.slug in kind[change.kind]


def read_state(hub: Hub, session: Session) -> Folder:
    """Raises BadContent with everything that is wrong in the files."""
    files = read_files(hub, session)
    there = [*_on_disk(files)]
    latest = [found for kind in KINDS for found in versions.latest(session, kind).values()]
    running = [found for found in latest if _counts(session, found, there)]
    agreed = {(kind, slug): sha for kind in KINDS for slug, sha in versions.agreed(session, kind).items()}
    changes = [change for change in content.compare(there, running, agreed) if change.state is not State.UNCHANGED]
    return Folder(files, [change for change in changes if not _is_draft(change, files)])


def read_files(hub: Hub, session: Session) -> Files:
    """Everything in the content folder; what is wrong in any of it is told at once."""
    folder, problems = hub.settings.content.dir, list[content.Problem]()
    groups: Sequence[Written] = ()
    mails: Sequence[templates.Written] | None = None
    ways: Sequence[journeys.Written] = ()
    try:
        groups = lists.read_folder(folder, hub.verbs)
    except BadContent as bad:
        problems += bad.problems
    try:
        mails = templates.read_folder(folder).templates
        ways = _journeys(hub, session, mails)
    except BadContent as bad:  # where mails cannot be read, journeys that send them would look wrong
        problems += bad.problems
    if problems:
        raise BadContent(problems)
    return Files(
        {one.definition.slug: one for one in groups},
        {one.slug: one for one in mails or ()},
        {one.slug: one for one in ways},
        frozenset(path.stem for path in content.files(folder, Kind.JOURNEY)) - {one.slug for one in ways},
    )


def _journeys(hub: Hub, session: Session, mails: Sequence[templates.Written]) -> Sequence[journeys.Written]:
    """A journey may name the groups of this folder, and those that run without a file."""
    folder = hub.settings.content.dir
    slugs = {path.stem for path in content.files(folder, Kind.LIST)}
    slugs |= {group.slug for group in reading.open_lists(session)}
    return journeys.read_folder(folder, loading.facts(session), journeys.world(slugs, mails), drafts=False)


def _is_draft(change: Change, files: Files) -> bool:
    """Whether it has a file that is not to be published: what runs goes on."""
    return change.kind == journeys.KIND and change.slug in files.drafts


def _on_disk(files: Files) -> Sequence[OnDisk]:
    found = [OnDisk(templates.KIND, one.slug, one.file, one.sha256, one.text) for one in files.templates.values()]
    for slug, one in files.lists.items():
        sha = content.fingerprint(one.document.values)
        found.append(OnDisk(lists.KIND, slug, one.document.file, sha, one.document.text))
    for slug, way in files.journeys.items():
        found.append(OnDisk(journeys.KIND, slug, way.document.file, way.sha256, way.document.text))
    return found


def _counts(session: Session, found: versions.Published, files: Sequence[OnDisk]) -> bool:
    """A closed group or journey without a file is done with, and so is a template that was taken back."""
    if any(file.slug == found.slug and file.kind == found.kind for file in files):
        return True
    if found.kind == templates.KIND:
        return bool(found.body)
    if found.kind == journeys.KIND:
        row = journeys.find(session, found.slug)
        return row is not None and row.closed_at is None
    group = reading.by_slug(session, found.slug)
    return group is not None and group.closed_at is None
