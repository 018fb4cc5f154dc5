"""Makes definitions run: a file or the console publishes a version, and the list's row, names and roles follow it.

People are never taken away here: a role that a file gave is lost only by a verb, and a file that goes closes its list
only when somebody says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Document, Kind, Value
from mailhub.db import versions
from mailhub.lists import checks, gazetteer_file, reading, written
from mailhub.lists.checks import Written
from mailhub.lists.definition import ListDefinition
from mailhub.lists.tables import MailList, Name
from mailhub.people import activity, persons, roles
from mailhub.verbs import Verbs

KIND = Kind.LIST.value


def read_folder(folder: Path, verbs: Verbs, taken: Mapping[str, str] | None = None) -> tuple[Written, ...]:
    """Every list of a content folder, checked. Raises BadContent with all that is wrong in all files."""
    lists: list[Written] = []
    problems: list[content.Problem] = []
    for path in content.files(folder, Kind.LIST):
        try:
            document = content.load(path)
            lists.append(Written(document, written.read(document)))
        except BadContent as bad:
            problems += bad.problems
    # A list that cannot be read would make others look wrong that name it as their parent.
    problems += checks.check(lists, verbs.suffixes, taken) if not problems else []
    if any(one.definition.place for one in lists):
        problems += checks.places(lists, gazetteer_file.in_folder(folder))
    if problems:
        raise BadContent(problems)
    return tuple(lists)


def apply_folder(session: Session, verbs: Verbs, folder: Path, *, now: datetime) -> list[MailList]:
    """Publish every list of a content folder that is new or differs from what runs; those that changed."""
    return apply_files(session, read_folder(folder, verbs), now=now)


def apply_files(
    session: Session, lists: Iterable[Written], *, now: datetime, origin: str = versions.FILE
) -> list[MailList]:
    """Publish these checked files, parents first."""
    running = versions.latest(session, KIND)
    changed = []
    for one in _parents_first(lists):
        slug, sha = one.definition.slug, one.sha256
        runs = running.get(slug)
        if runs is not None and runs.sha256 == sha and not _is_closed(session, slug):
            continue
        version = versions.publish(session, KIND, slug, sha, one.document.text, origin=origin, now=now)
        changed.append(apply(session, one.definition, version=version.number, now=now))
    return changed


def checked(session: Session, documents: Iterable[Document], verbs: Verbs) -> tuple[Written, ...]:
    """What these say, beside every other list that was published. Raises BadContent with all that is wrong in them."""
    new: list[Written] = []
    problems: list[content.Problem] = []
    for document in documents:
        try:
            new.append(Written(document, written.read(document)))
        except BadContent as bad:
            problems += bad.problems
    slugs, files = {one.definition.slug for one in new}, {one.document.file for one in new}
    others = [_running(found) for found in versions.latest(session, KIND).values() if found.slug not in slugs]
    # Those that run come first: a name that two claim is told of the newer one.
    problems += [p for p in checks.check([*others, *new], verbs.suffixes) if p.file in files]
    if problems:
        raise BadContent(problems)
    return tuple(new)


def publish_values(
    session: Session, slug: str, values: Mapping[str, Value], *, verbs: Verbs, now: datetime, origin: str = "console"
) -> int:
    """Publish a definition given as values, as the console does; the id of its list. Raises BadContent."""
    runs = versions.latest(session, KIND).get(slug)
    text = content.dump(values, runs.body if runs else "")
    [one] = checked(session, [content.load_text(text, f"{Kind.LIST.folder}/{slug}.yaml")], verbs)
    version = versions.publish(session, KIND, slug, one.sha256, text, origin=origin, now=now)
    return apply(session, one.definition, version=version.number, now=now).id


def apply(session: Session, definition: ListDefinition, *, version: int, now: datetime) -> MailList:
    """Make this version what runs: row, names, parent, and the roles its file names, which are only ever added."""
    group = reading.by_slug(session, definition.slug)
    parent = reading.by_slug(session, definition.parent) if definition.parent else None
    if group is None:
        group = MailList(slug=definition.slug, definition={}, version=0, created_at=now)
        session.add(group)
    group.definition, group.version = definition.to_dict(), version
    group.parent_id = parent.id if parent else None
    group.closed_at = None
    session.flush()
    _set_names(session, group.id, definition.names)
    for emails, role in ((definition.organisers, roles.ORGANISER), (definition.moderators, roles.MODERATOR)):
        roles.appoint(session, emails, role, group.id, origin="file", now=now)
    activity.note(session, "list.published", now=now, list_id=group.id, version=version)
    return group


def close(session: Session, list_id: int, *, now: datetime) -> None:
    """Nothing more comes in or goes out; its people, posts and names stay, and publishing it again opens it."""
    group = reading.get(session, list_id)
    if group.closed_at is None:
        group.closed_at = now
        activity.note(session, "list.closed", now=now, list_id=list_id)


def people_of(session: Session, list_id: int) -> dict[str, tuple[str, ...]]:
    """The addresses of those who hold a role in this list, as its file would name them."""
    found = {}
    for key, role in (("organisers", roles.ORGANISER), ("moderators", roles.MODERATOR)):
        holders = [person.id for person in roles.holders(session, role, list_id)]
        reached = persons.write_to(session, holders)
        found[key] = tuple(reached[person_id].email for person_id in holders if person_id in reached)
    return found


def _running(version: versions.Published) -> Written:
    document = content.load_text(version.body, f"{Kind.LIST.folder}/{version.slug}.yaml")
    return Written(document, written.read(document))


def _is_closed(session: Session, slug: str) -> bool:
    group = reading.by_slug(session, slug)
    return group is None or group.closed_at is not None


def _set_names(session: Session, list_id: int, names: Sequence[str]) -> None:
    """A name that another list has just given up comes here, whichever of the two is applied first."""
    session.execute(sa.delete(Name).where(Name.list_id == list_id, Name.name.not_in(names)))
    for name in names:
        session.merge(Name(name=name, list_id=list_id))
    session.flush()


def _parents_first(lists: Iterable[Written]) -> list[Written]:
    ordered: list[Written] = []
    waiting = sorted(lists, key=lambda one: one.definition.slug)
    slugs = {one.definition.slug for one in waiting}
    while waiting:
        known = {one.definition.slug for one in ordered}
        ready = [one for one in waiting if _is_ready(one, known, slugs)]
        ordered += ready
        waiting = [one for one in waiting if one not in ready]
    return ordered


def _is_ready(one: Written, known: Collection[str], slugs: Collection[str]) -> bool:
    return one.definition.parent in known or one.definition.parent not in slugs
