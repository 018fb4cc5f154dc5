"""`mailhub plan` and `mailhub apply`: what the files would change, for how many people, and making it so."""

import getpass
from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from mailhub.cli import migrations
from mailhub.cli.folder import Folder, read_state
from mailhub.cli.progress import Progress
from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.content import Change, State, one_of
from mailhub.db import versions
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.hub.publishing import changes, release
from mailhub.hub.publishing.changes import Effect, Terms
from mailhub.hub.publishing.release import Key
from mailhub.jobs.control import Terminal
from mailhub.journeys import backfilling, loading, releasing, seconding
from mailhub.journeys import publishing as journeys
from mailhub.lists import publishing as lists
from mailhub.people import persons, roles
from mailhub.people.segments import publishing as segments
from mailhub.templates import publishing as templates

STILL = {lists.KIND: "open", templates.KIND: "published", segments.KIND: "published", journeys.KIND: "open"}
OVER = {lists.KIND: "closed", templates.KIND: "taken back", segments.KIND: "taken back", journeys.KIND: "closed"}
LANGUAGE = "en"  # of what operators read


@click.command("plan", help="Show what publishing the files would change, and for how many people.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="Show the lines that differ.")
@migrations.options
@click.pass_obj
def plan_command(where: Where, /, **args: Any) -> None:
    perform(where, "plan", plan, args)


@click.command("apply", help="Publish the files.")
@click.option(
    "--ours", "keep", flag_value="files", help="Where both changed, the file and what runs: publish the file."
)
@click.option(
    "--theirs", "keep", flag_value="site", help="Where both changed: leave what the console or a mail published."
)
@click.option(
    "--close",
    is_flag=True,
    help="Close the groups and journeys, and take back the templates and segments, whose file is gone.",
)
@migrations.options
@click.pass_obj
def apply_command(where: Where, /, **args: Any) -> None:
    perform(where, "apply", apply, {**args, "by": f"{user()} at the command line"})


def plan(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Say what `apply` would do; changes nothing."""
    with hub.database.reading() as session:
        folder = read_state(hub, session)
        terms = _terms(folder, folder.changes, args)
        lines = [line for change in folder.changes for line in _planned(hub, session, folder, change, terms, args)]
        lines += _only_backfilled(hub, session, folder, terms)
        for slug in _journeys(folder, folder.changes):
            faults = releasing.faults(session, hub.site, folder.files.journeys[slug], terms.migrations[slug])
            lines += [f"journeys/{slug}.yaml cannot be published so: {fault}" for fault in faults]
    terminal.out.write(
        "".join(f"{line}\n" for line in lines) or "The files say what runs; there is nothing to publish.\n"
    )
    return 0


def apply(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Publish all that changed in one transaction, or nothing; raises BadInput where both sides changed."""
    with hub.database.transaction() as session:
        folder = read_state(hub, session)
        wanted = _chosen(folder, args["keep"])
        terms = _terms(folder, wanted, args)
        asked = _seconded(hub, session, folder, wanted, terms, args)
        wanted = [change for change in wanted if (change.kind, change.slug) not in asked]
        lines = [line for change in wanted for line in _done(hub, session, folder, change, terms)]
        lines += [line for told in asked.values() for line in told]
        lines += _only_backfilled(hub, session, folder, terms)
        keys = [(change.kind, change.slug) for change in wanted]
        origin, now = versions.FILE, hub.clock.now()
        release.publish(session, hub.site, folder.files, keys, terms, by=args["by"], origin=origin, now=now)
        for change in folder.of(State.GONE) if args["close"] else ():
            lines += [f"{OVER[change.kind]:<12}{change.slug}", *_closing(hub, session, folder, change)]
            changes.close(session, hub.site, folder.files, change, now)
    terminal.out.write("".join(f"{line}\n" for line in lines) or "Nothing was to be published.\n")
    for kind, word in STILL.items() if not args["close"] else ():
        if gone := [change.slug for change in folder.of(State.GONE) if change.kind == kind]:
            told = f"Still {word}, though their file is gone: {', '.join(gone)}."
            terminal.out.write(f"{told} To close them: apply --close\n")
    waiting = {slug for _, slug in asked}
    for slug in (slug for slug in terms.backfills if slug not in waiting):
        _backfill(hub, slug, args, terminal)
    for slug in sorted(waiting.intersection(terms.backfills)):
        terminal.out.write(f"{slug}: nobody comes in before it is published; say --backfill {slug} again then\n")
    return 0


def user() -> str:
    """Who sits at the command line, as its machine calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a service without a name
        return "somebody"


def _seconded(
    hub: Hub, session: Session, folder: Folder, wanted: Sequence[Change], terms: Terms, args: Mapping[str, Any]
) -> dict[Key, list[str]]:
    """Journeys that wait for another organiser's word, with what is told of each."""
    person, slugs = _organiser(session, args["organiser"]), _journeys(folder, wanted)
    by, now = args["organiser"] or args["by"], hub.clock.now()
    asked = release.seconded(
        session, hub.site, folder.files, slugs, terms, by=by, who=person, origin=versions.FILE, now=now
    )
    found = dict[Key, list[str]]()
    for slug, concerned in asked.items():
        told = f"    people concerned at once: {concerned}; another organiser is asked by mail, and may publish it"
        found[journeys.KIND, slug] = [f"waits       {folder.files.journeys[slug].document.file}", told]
    return found


def _organiser(session: Session, email: str | None) -> int | None:
    """The organiser who publishes; raises BadInput where the address is nobody's who organises the site."""
    if email is None:
        return None
    person = persons.find(session, email)
    if person is None or not roles.may_organise(session, person.id, roles.SITE):
        raise BadInput(f"--by {email}: nobody who organises the site is known by this address")
    return person.id


def _terms(folder: Folder, wanted: Sequence[Change], args: Mapping[str, Any]) -> Terms:
    """How the options say that journeys are published."""
    for slug in args["backfill"]:
        if slug not in folder.files.journeys:
            raise BadInput(f"--backfill {slug}: there is no such journey; {one_of(slug, folder.files.journeys)}")
    return Terms(migrations.migrations(args, _journeys(folder, wanted)), tuple(args["backfill"]), args["spread"])


def _journeys(folder: Folder, wanted: Sequence[Change]) -> list[str]:
    return [change.slug for change in wanted if change.kind == journeys.KIND and folder.has(change)]


def _planned(
    hub: Hub, session: Session, folder: Folder, change: Change, terms: Terms, args: Mapping[str, Any]
) -> list[str]:
    lines = [f"{change.file or change.slug}: {folder.said(change)}"]
    if change.state is State.GONE:
        lines += _closing(hub, session, folder, change)
    elif change.state is not State.BEHIND and folder.has(change):
        lines += _publishing(hub, session, folder, change, terms)
    if args["diff"] and change.state is not State.NEW:
        lines += [f"    {line}" for line in change.diff.splitlines()]
    return lines


def _chosen(folder: Folder, keep: str | None) -> list[Change]:
    conflicts = folder.of(State.CONFLICT)
    if conflicts and keep is None:
        raise BadInput(
            "\n".join(f"{change.file or change.slug}: {folder.said(change)}" for change in conflicts)
            + "\nNothing was published. See `mailhub plan`; then `mailhub apply --ours` publishes the files, "
            "`--theirs` leaves what runs, as the console or a mail published it."
        )
    states = [State.NEW, State.CHANGED, State.UNCHANGED, *([State.CONFLICT] if keep == "files" else [])]
    return [change for change in folder.of(*states) if folder.has(change)]


def _done(hub: Hub, session: Session, folder: Folder, change: Change, terms: Terms) -> list[str]:
    word = {State.NEW: "published", State.UNCHANGED: "opened"}.get(change.state, "changed")
    return [f"{word:<12}{change.file}", *_publishing(hub, session, folder, change, terms)]


def _publishing(hub: Hub, session: Session, folder: Folder, change: Change, terms: Terms) -> list[str]:
    now = hub.clock.now()
    return _told(changes.of_publishing(session, hub.site, folder.files, change.kind, change.slug, terms, now))


def _closing(hub: Hub, session: Session, folder: Folder, change: Change) -> list[str]:
    if change.kind == templates.KIND:
        return ["    nothing could be written by it any more"]
    return _told(changes.of_closing(session, hub.site, folder.files, change))


def _told(effects: Sequence[Effect]) -> list[str]:
    return [f"    {effect.told(LANGUAGE)}" for effect in effects]


def _only_backfilled(hub: Hub, session: Session, folder: Folder, terms: Terms) -> list[str]:
    """Journeys that stay as they are, into which people come who fitted before."""
    changed = _journeys(folder, folder.changes)
    lines = []
    for slug in terms.backfills:
        if slug not in changed:
            told = _told(changes.of_backfill(session, hub.site, folder.files, slug, terms, hub.clock.now()))
            lines += [f"journeys/{slug}.yaml: as it runs", *told]
    return lines


def _backfill(hub: Hub, slug: str, args: Mapping[str, Any], terminal: Terminal) -> None:
    """Bring them in, a page a transaction: what is cut off is finished by saying it again."""
    progress, now = Progress(terminal, hub.clock, slug), hub.clock.now()
    with hub.database.reading() as session:
        ids = backfilling.whom(session, hub.site, slug, now=now)
    if len(ids) > seconding.MANY and not _may_come(hub, slug, len(ids), args):
        told = "another organiser is asked by mail whether they may come in; say it again when they have agreed"
        terminal.out.write(f"{slug}: people concerned at once: {len(ids)}; {told}\n")
        return
    came = 0
    for start in range(0, len(ids), backfilling.PAGE):
        with hub.database.transaction() as session:
            came += backfilling.page(session, hub.site, slug, ids, start, days=args["spread"], now=now)
        progress(min(start + backfilling.PAGE, len(ids)), len(ids))
    progress.clear()
    terminal.out.write(f"{slug}: people who have come in: {came}\n")


def _may_come(hub: Hub, slug: str, count: int, args: Mapping[str, Any]) -> bool:
    """Whether two organisers want so many to come in; where not, the others are asked. Nobody else: one is enough."""
    with hub.database.transaction() as session:
        who, now = _organiser(session, args["organiser"]), hub.clock.now()
        one = journeys.published(session, slug, loading.facts(session, hub.site))
        if one is None or not seconding.others(session, who) or seconding.may_come(session, slug, now=now):
            return True
        by = args["organiser"] or args["by"]
        seconding.ask_to_bring_in(session, hub.site, one, count, by=by, who=who, now=now)
        return False


COMMANDS = {"plan": plan_command, "apply": apply_command}
