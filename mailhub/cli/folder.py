"""The content folder as it is now, against what runs: groups, mails, segments and journeys, checked together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.clock import local
from mailhub.content import BadContent, Change, Kind, OnDisk, State
from mailhub.db import versions
from mailhub.facts import Facts
from mailhub.hub.build import Hub
from mailhub.hub.publishing import origins
from mailhub.hub.publishing.files import KINDS, Files
from mailhub.hub.publishing.release import Key
from mailhub.journeys import publishing as journeys
from mailhub.lists import asking, gazetteer_file, reading
from mailhub.lists import publishing as lists
from mailhub.lists.checks import Written
from mailhub.people.facts import fields
from mailhub.people.segments import publishing as segments
from mailhub.people.segments import resolving
from mailhub.people.segments import written as named
from mailhub.templates import publishing as templates

_SAID = {
    State.NEW: "new",
    State.CHANGED: "changed",
    State.GONE: "its file is gone",
    State.UNCHANGED: "closed, and its file is back",
    State.BEHIND: "changed {elsewhere}; `mailhub export content` writes it into the file",
    State.CONFLICT: "changed in the file and {elsewhere}",
}


@dataclass(frozen=True, slots=True)
class Folder:
    """The files, and where they differ from what runs."""

    files: Files
    changes: Sequence[Change]
    mailed: Mapping[Key, str] = field(default_factory=dict)  # what was published by mail: from whom, and when

    def said(self, change: Change) -> str:
        """How it stands, in words."""
        return _SAID[change.state].format(elsewhere=self.mailed.get((change.kind, change.slug), "in the console"))

    def of(self, *states: State) -> list[Change]:
        return [change for change in self.changes if change.state in states]

    def has(self, change: Change) -> bool:
        """Whether there is a file to publish."""
        return self.files.has(change.kind, change.slug)


def read_state(hub: Hub, session: Session) -> Folder:
    """Raises BadContent with everything that is wrong in the files."""
    files = read_files(hub, session)
    there = files.on_disk()
    latest = [found for kind in KINDS for found in versions.latest(session, kind).values()]
    running = [found for found in latest if _counts(session, found, there)]
    agreed = {(kind, slug): sha for kind in KINDS for slug, sha in versions.agreed(session, kind).items()}
    compared = content.compare(there, running, agreed)
    changes = [each for each in compared if each.state is not State.UNCHANGED or _opens_again(session, each)]
    mailed = {(one.kind, one.slug): _by_mail(hub, session, one) for one in running if one.origin == versions.MAIL}
    return Folder(files, [change for change in changes if not _is_draft(change, files)], mailed)


def _opens_again(session: Session, change: Change) -> bool:
    """Whether it is the file of a group that was closed when it had none. What closes a journey is a word, not that."""
    group = reading.by_slug(session, change.slug) if change.kind == lists.KIND else None
    return group is not None and group.closed_at is not None


def _by_mail(hub: Hub, session: Session, found: versions.Published) -> str:
    author, zone = origins.author(session, found), hub.site.time_zone
    of_whom = f", from {author}" if author else ""
    return f"by mail{of_whom}, on {local(found.published_at, zone):%a %d %b %Y, %H:%M}"


def read_files(hub: Hub, session: Session) -> Files:
    """Everything in the content folder; what is wrong in any of it is told at once."""
    folder, problems = hub.settings.content.dir, list[content.Problem]()
    groups: Sequence[Written] = ()
    mails: Sequence[templates.Written] | None = None
    ways: Sequence[journeys.Written] = ()
    people: Mapping[str, named.Written] | None = None
    try:
        groups = lists.read_folder(folder, hub.verbs)
    except BadContent as bad:
        problems += bad.problems
    known = _known(hub, session, groups)
    try:
        people = segments.read_folder(folder, known, segments.documents(session))
    except BadContent as bad:
        problems += bad.problems
    try:
        mails = templates.read_folder(folder).templates
        if people is not None:  # without mails and segments, journeys that name them would look wrong
            ways = _journeys(hub, session, mails, _with_all(session, known, people))
    except BadContent as bad:
        problems += bad.problems
    if problems:
        raise BadContent(problems)
    return Files(
        {one.definition.slug: one for one in groups},
        {one.slug: one for one in mails or ()},
        {one.slug: one for one in ways},
        people or {},
        frozenset(path.stem for path in content.files(folder, Kind.JOURNEY)) - {one.slug for one in ways},
    )


def _known(hub: Hub, session: Session, groups: Sequence[Written]) -> Facts:
    """What the segments of this folder may ask: its own groups, and those that run without a file."""
    there: dict[str, str | None] = dict(asking.groups(session))
    there |= {path.stem: None for path in content.files(hub.settings.content.dir, Kind.LIST) if path.stem not in there}
    there |= {one.definition.slug: one.definition.place for one in groups}
    places = gazetteer_file.as_it_is(hub.settings.content.dir)
    return asking.of_groups(tuple(sorted(there.items())), places)


def facts(hub: Hub, session: Session, groups: Sequence[Written]) -> Facts:
    """Everything the journeys of this folder may ask. Raises BadContent with what is wrong in its segments."""
    known = _known(hub, session, groups)
    people = segments.read_folder(hub.settings.content.dir, known, segments.documents(session))
    return _with_all(session, known, people)


def _with_all(session: Session, known: Facts, people: Mapping[str, named.Written]) -> Facts:
    """What journeys may ask: the segments of this folder, and those that run without a file."""
    files = [one.document for one in people.values()]
    held = {one.file for one in files}
    found = resolving.read_all(
        [*files, *(each for each in segments.documents(session) if each.file not in held)], known
    )
    return segments.known_with(known, found.segments).plus(fields(session))


def _journeys(
    hub: Hub, session: Session, mails: Sequence[templates.Written], known: Facts
) -> Sequence[journeys.Written]:
    """A journey may name the groups of this folder, and those that run without a file."""
    folder = hub.settings.content.dir
    slugs = {path.stem for path in content.files(folder, Kind.LIST)}
    slugs |= {group.slug for group in reading.open_lists(session)}
    return journeys.read_folder(folder, known, journeys.world(slugs, mails), drafts=False)


def _is_draft(change: Change, files: Files) -> bool:
    """Whether it has a file that is not to be published: what runs goes on."""
    return change.kind == journeys.KIND and change.slug in files.drafts


def _counts(session: Session, found: versions.Published, files: Sequence[OnDisk]) -> bool:
    """A closed group or journey without a file is done with, and so is a template or a segment that was taken back."""
    if any(file.slug == found.slug and file.kind == found.kind for file in files):
        return True
    if found.kind in (templates.KIND, segments.KIND):
        return bool(found.body)
    if found.kind == journeys.KIND:
        row = journeys.find(session, found.slug)
        return row is not None and row.closed_at is None
    group = reading.by_slug(session, found.slug)
    return group is not None and group.closed_at is None
