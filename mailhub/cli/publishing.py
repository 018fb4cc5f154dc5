"""`mailhub plan` and `mailhub apply`: what the files would change, for how many people, and making it so."""

import getpass
from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from mailhub.cli import changes, migrations, naming
from mailhub.cli.changes import Terms
from mailhub.cli.folder import KINDS, SAID, Folder, read_state
from mailhub.cli.progress import Progress
from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.content import Change, State, one_of
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.journeys import backfilling, releasing, seconding
from mailhub.journeys import publishing as journeys
from mailhub.journeys import segments as segments_of_journeys
from mailhub.journeys.migration import NOBODY
from mailhub.lists import publishing as lists
from mailhub.people import persons, roles
from mailhub.people.segments import publishing as segments
from mailhub.templates import publishing as templates

STILL = {lists.KIND: "open", templates.KIND: "published", segments.KIND: "published", journeys.KIND: "open"}


@click.command("plan", help="Show what publishing the files would change, and for how many people.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="Show the lines that differ.")
@migrations.options
@click.pass_obj
def plan_command(where: Where, /, **args: Any) -> None:
    perform(where, "plan", plan, args)


@click.command("apply", help="Publish the files.")
@click.option("--ours", "keep", flag_value="files", help="Where file and console both changed: publish the file.")
@click.option("--theirs", "keep", flag_value="site", help="Where both changed: leave what the console published.")
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
        _publish(hub, session, folder, wanted, terms, args["by"])
        for change in folder.of(State.GONE) if args["close"] else ():
            lines += changes.closed(hub, session, folder.files, change)
    terminal.out.write("".join(f"{line}\n" for line in lines) or "Nothing was to be published.\n")
    for kind, word in STILL.items() if not args["close"] else ():
        if gone := [change.slug for change in folder.of(State.GONE) if change.kind == kind]:
            told = f"Still {word}, though their file is gone: {', '.join(gone)}."
            terminal.out.write(f"{told} To close them: apply --close\n")
    waiting = {slug for _, slug in asked}
    _backfill(hub, [slug for slug in terms.backfills if slug not in waiting], terms.spread, terminal)
    for slug in sorted(waiting.intersection(terms.backfills)):
        terminal.out.write(f"{slug}: nobody comes in before it is published; say --backfill {slug} again then\n")
    return 0


def user() -> str:
    """Who sits at the command line, as its machine calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a service without a name
        return "somebody"


def _publish(hub: Hub, session: Session, folder: Folder, wanted: Sequence[Change], terms: Terms, by: str) -> None:
    """Groups first, since mails, segments and journeys name them."""
    now, files = hub.clock.now(), folder.files
    slugs = {kind: [change.slug for change in wanted if change.kind == kind] for kind in KINDS}
    lists.apply_files(session, [files.lists[slug] for slug in slugs[lists.KIND]], now=now)
    templates.apply_files(session, [files.templates[slug] for slug in slugs[templates.KIND]], now=now)
    changed = segments.apply_files(session, [files.segments[slug] for slug in slugs[segments.KIND]], now=now)
    segments_of_journeys.look_anew(session, naming.with_users(hub, session, changed))
    for slug in slugs[journeys.KIND]:
        how = terms.migrations.get(slug, NOBODY)
        releasing.release(session, hub.site, files.journeys[slug], how, by=by, origin="file", now=now)


def _seconded(
    hub: Hub, session: Session, folder: Folder, wanted: Sequence[Change], terms: Terms, args: Mapping[str, Any]
) -> dict[tuple[str, str], list[str]]:
    """Journeys that wait for another organiser's word, with what is told of each."""
    person = _organiser(session, args["organiser"])
    by, found = args["organiser"] or args["by"], dict[tuple[str, str], list[str]]()
    for slug in _journeys(folder, wanted):
        one, how = folder.files.journeys[slug], terms.migrations.get(slug, NOBODY)
        plan = changes.of_journey(hub, session, folder.files, slug, terms)
        if plan.concerned <= seconding.MANY or journeys.find(session, slug) is None:
            continue
        if releasing.faults(session, hub.site, one, how) or not seconding.others(session, person):
            continue  # it is refused below; or nobody else is there to agree
        seconding.ask(session, hub.site, one, how, plan, by=by, who=person, now=hub.clock.now())
        told = f"    people concerned at once: {plan.concerned}; another organiser is asked by mail, and may publish it"
        found[journeys.KIND, slug] = [f"waits       {one.document.file}", told]
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
    lines = [f"{change.file or change.slug}: {SAID[change.state]}"]
    if change.state is State.GONE:
        lines += changes.of_closing(hub, session, folder.files, change)
    elif change.state is not State.BEHIND and folder.has(change):
        lines += changes.of_publishing(hub, session, folder.files, change, terms)
    if args["diff"] and change.state is not State.NEW:
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


def _done(hub: Hub, session: Session, folder: Folder, change: Change, terms: Terms) -> list[str]:
    word = "published" if change.state is State.NEW else "changed"
    return [f"{word:<12}{change.file}", *changes.of_publishing(hub, session, folder.files, change, terms)]


def _only_backfilled(hub: Hub, session: Session, folder: Folder, terms: Terms) -> list[str]:
    """Journeys that stay as they are, into which people come who fitted before."""
    changed = _journeys(folder, folder.changes)
    lines = []
    for slug in terms.backfills:
        if slug not in changed:
            told = changes.of_backfill(hub, session, folder.files, slug, terms)
            lines += [f"journeys/{slug}.yaml: as it runs", *told]
    return lines


def _backfill(hub: Hub, slugs: Sequence[str], days: int, terminal: Terminal) -> None:
    """Bring them in, a page a transaction: what is cut off is finished by saying it again."""
    for slug in slugs:
        progress, now = Progress(terminal, hub.clock, slug), hub.clock.now()
        with hub.database.reading() as session:
            ids = backfilling.whom(session, hub.site, slug, now=now)
        came = 0
        for start in range(0, len(ids), backfilling.PAGE):
            with hub.database.transaction() as session:
                came += backfilling.page(session, hub.site, slug, ids, start, days=days, now=now)
            progress(min(start + backfilling.PAGE, len(ids)), len(ids))
        progress.clear()
        terminal.out.write(f"{slug}: people who have come in: {came}\n")


COMMANDS = {"plan": plan_command, "apply": apply_command}
