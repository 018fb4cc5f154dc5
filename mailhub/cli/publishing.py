"""`mailhub plan` and `mailhub apply`: what the files would change, for how many people, and making it so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.content import BadContent, Change, OnDisk, State
from mailhub.db import versions
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.lists import planning, publishing, reading
from mailhub.lists.checks import Written
from mailhub.templates import publishing as templates

KINDS = (publishing.KIND, templates.KIND)
LANGUAGE = "en"  # of what operators read

SAID = {
    State.NEW: "new",
    State.CHANGED: "changed",
    State.GONE: "its file is gone",
    State.BEHIND: "changed in the console; `mailhub export content` writes it into the file",
    State.CONFLICT: "changed in the file and in the console",
}


@click.command("plan", help="Show what publishing the files would change, and for how many people.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="Show the lines that differ.")
@click.pass_obj
def plan_command(where: Where, diff: bool) -> None:
    perform(where, "plan", plan, {"diff": diff})


@click.command("apply", help="Publish the files.")
@click.option("--ours", "keep", flag_value="files", help="Where file and console both changed: publish the file.")
@click.option("--theirs", "keep", flag_value="site", help="Where both changed: leave what the console published.")
@click.option("--close", is_flag=True, help="Close the groups, and take back the templates, whose file is gone.")
@click.pass_obj
def apply_command(where: Where, keep: str | None, close: bool) -> None:
    perform(where, "apply", apply, {"keep": keep, "close": close})


@dataclass(frozen=True, slots=True)
class Folder:
    """The files as they are now, against what runs."""

    lists: Mapping[str, Written]
    templates: Mapping[str, templates.Written]
    changes: Sequence[Change]

    def of(self, *states: State) -> list[Change]:
        return [change for change in self.changes if change.state in states]

    def has(self, change: Change) -> bool:
        """Whether there is a file to publish."""
        return change.slug in (self.lists if change.kind == publishing.KIND else self.templates)


def plan(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Say what `apply` would do; changes nothing."""
    with hub.database.reading() as session:
        folder = read_state(hub, session)
        lines = [line for change in folder.changes for line in _planned(session, folder, change, args["diff"])]
    terminal.out.write(
        "".join(f"{line}\n" for line in lines) or "The files say what runs; there is nothing to publish.\n"
    )
    return 0


def apply(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Publish all that changed in one transaction, or nothing; raises BadInput where both sides changed."""
    with hub.database.transaction() as session:
        folder = read_state(hub, session)
        wanted = _chosen(folder, args["keep"])
        lines = [line for change in wanted for line in _done(session, folder, change)]
        now = hub.clock.now()
        slugs = {kind: [change.slug for change in wanted if change.kind == kind] for kind in KINDS}
        publishing.apply_files(session, [folder.lists[slug] for slug in slugs[publishing.KIND]], now=now)
        templates.apply_files(session, [folder.templates[slug] for slug in slugs[templates.KIND]], now=now)
        for change in folder.of(State.GONE) if args["close"] else ():
            lines += _closed(hub, session, change)
    terminal.out.write("".join(f"{line}\n" for line in lines) or "Nothing was to be published.\n")
    for kind, word in (("list", "open"), ("template", "published")) if not args["close"] else ():
        if gone := [change.slug for change in folder.of(State.GONE) if change.kind == kind]:
            told = f"Still {word}, though their file is gone: {', '.join(gone)}."
            terminal.out.write(f"{told} To close them: apply --close\n")
    return 0


def read_state(hub: Hub, session: Session) -> Folder:
    """Raises BadContent with everything that is wrong in the files."""
    lists, mails = _read_files(hub)
    files = [*(_on_disk(one) for one in lists), *(_mail_on_disk(one) for one in mails)]
    latest = [found for kind in KINDS for found in versions.latest(session, kind).values()]
    running = [found for found in latest if _counts(session, found, files)]
    agreed = {(kind, slug): sha for kind in KINDS for slug, sha in versions.agreed(session, kind).items()}
    changes = [change for change in content.compare(files, running, agreed) if change.state is not State.UNCHANGED]
    return Folder({one.definition.slug: one for one in lists}, {one.slug: one for one in mails}, changes)


def _read_files(hub: Hub) -> tuple[Sequence[Written], Sequence[templates.Written]]:
    """Everything in the content folder; what is wrong in any of it is told at once."""
    folder, problems = hub.settings.content.dir, list[content.Problem]()
    lists: Sequence[Written] = ()
    mails: Sequence[templates.Written] = ()
    try:
        lists = publishing.read_folder(folder, hub.verbs)
    except BadContent as bad:
        problems += bad.problems
    try:
        mails = templates.read_folder(folder).templates
    except BadContent as bad:
        problems += bad.problems
    if problems:
        raise BadContent(problems)
    return lists, mails


def _mail_on_disk(one: templates.Written) -> OnDisk:
    return OnDisk(templates.KIND, one.slug, one.file, one.sha256, one.text)


def _on_disk(one: Written) -> OnDisk:
    document = one.document
    return OnDisk(
        publishing.KIND, one.definition.slug, document.file, content.fingerprint(document.values), document.text
    )


def _counts(session: Session, found: versions.Published, files: Sequence[OnDisk]) -> bool:
    """A closed list without a file is done with, and so is a template that was taken back."""
    if found.kind == templates.KIND:
        return bool(found.body) or any(file.slug == found.slug for file in files)
    group = reading.by_slug(session, found.slug)
    is_closed = group is None or group.closed_at is not None
    return not is_closed or any(file.slug == found.slug for file in files)


def _planned(session: Session, folder: Folder, change: Change, with_diff: bool) -> list[str]:
    lines = [f"{change.file or change.slug}: {SAID[change.state]}"]
    if change.state is State.GONE:
        lines += _of_closing(session, change)
    elif change.state is not State.BEHIND:
        lines += _of_publishing(session, folder, change)
    if with_diff and change.state is not State.NEW:
        lines += [f"    {line}" for line in change.diff.splitlines()]
    return lines


def _chosen(folder: Folder, keep: str | None) -> list[Change]:
    conflicts = folder.of(State.CONFLICT)
    if conflicts and keep is None:
        raise BadInput(
            "\n".join(f"{change.file or change.slug}: {SAID[change.state]}" for change in conflicts)
            + "\nNothing was published. See `mailhub plan`; then `mailhub apply --ours` publishes the files, "
            "`--theirs` leaves what the console published."
        )
    states = [State.NEW, State.CHANGED, *([State.CONFLICT] if keep == "files" else [])]
    return [change for change in folder.of(*states) if folder.has(change)]


def _done(session: Session, folder: Folder, change: Change) -> list[str]:
    word = "published" if change.state is State.NEW else "changed"
    return [f"{word:<12}{change.file}", *_of_publishing(session, folder, change)]


def _of_publishing(session: Session, folder: Folder, change: Change) -> list[str]:
    """What a file would change: for people, or in what a mail is called."""
    if change.kind == templates.KIND:
        one = folder.templates.get(change.slug)
        return [f"    {one.template.language}: {one.template.head.subject.text}"] if one else []
    return _effects(planning.effects(session, folder.lists[change.slug].definition))


def _of_closing(session: Session, change: Change) -> list[str]:
    if change.kind == templates.KIND:
        return ["    nothing could be written by it any more"]
    return _effects(planning.closing(session, change.slug))


def _closed(hub: Hub, session: Session, change: Change) -> list[str]:
    effects = _of_closing(session, change)
    if change.kind == templates.KIND:
        templates.take_back(session, change.slug, now=hub.clock.now())
        return [f"taken back  {change.slug}", *effects]
    _close(hub, session, change.slug)
    return [f"closed      {change.slug}", *effects]


def _effects(effects: Sequence[planning.Effect]) -> list[str]:
    return [f"    {effect.told(LANGUAGE)}" for effect in effects]


def _close(hub: Hub, session: Session, slug: str) -> None:
    group = reading.by_slug(session, slug)
    if group is not None:
        publishing.close(session, group.id, now=hub.clock.now())


COMMANDS = {"plan": plan_command, "apply": apply_command}
