"""`mailhub import`: members, addresses that must not be written to, an old archive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, cast

import click

from mailhub.archive import bulk
from mailhub.archive.bulk import Damaged
from mailhub.cli.groups import found
from mailhub.cli.progress import Progress
from mailhub.cli.site import perform
from mailhub.cli.where import Where, open_input
from mailhub.errors import BadInput
from mailhub.hub.build import READ_SECONDS, Hub
from mailhub.jobs.control import HungUp, Terminal
from mailhub.language import say
from mailhub.lists import numbers
from mailhub.lists.enrolling import Roll
from mailhub.mail import pictures
from mailhub.mail.pictures import Picture
from mailhub.offload import Cell, Died, TookTooLong
from mailhub.people import roster
from mailhub.people.checking import Report
from mailhub.people.columns import Column, Meaning
from mailhub.people.importing import Importer
from mailhub.people.roster import Refused, Roster

BY = "command line"
LANGUAGE = "en"  # of what operators read

list_option = click.option("--list", "slug", required=True, metavar="SLUG", help="The group.")
dry_option = click.option("--dry-run", is_flag=True, help="Write nothing; say what would happen.")
file_argument = click.argument("file", metavar="FILE")


@click.group("import", help="Bring in members, suppressions or an old archive; - is standard input.")
def command() -> None:
    """Each checks what it can before anything happens."""


@command.command("members", help="People of a group, from a CSV file with a column of addresses.")
@file_argument
@list_option
@dry_option
@click.option("--basis", help="Where their consent comes from; without it each gets one letter that asks.")
@click.pass_obj
def members(where: Where, file: str, slug: str, dry_run: bool, basis: str | None) -> None:
    args = {"name": file, "list": slug, "dry_run": dry_run, "basis": basis}
    with open_input(file) as opened:
        perform(where, "import members", import_members, args, {"in": opened})


@command.command("suppressions", help="Addresses we must not write to, from a CSV file.")
@file_argument
@dry_option
@click.pass_obj
def suppressions(where: Where, file: str, dry_run: bool) -> None:
    with open_input(file) as opened:
        args = {"name": file, "dry_run": dry_run}
        perform(where, "import suppressions", import_suppressions, args, {"in": opened})


@command.command("mbox", help="The old messages of a group, from an mbox file, packed or not; nobody is mailed them.")
@file_argument
@list_option
@dry_option
@click.pass_obj
def mbox(where: Where, file: str, slug: str, dry_run: bool) -> None:
    with open_input(file) as opened:
        perform(where, "import mbox", import_mbox, {"name": file, "list": slug, "dry_run": dry_run}, {"in": opened})


def import_members(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Bring people into a group; what has begun to happen is completed, even when nobody waits any longer."""
    with hub.database.reading() as session:
        roll = Roll(found(session, args["list"]).id)
    entries = _roster(args, terminal, with_reason=False)
    _say_columns(entries, terminal)
    report = _run(
        hub,
        terminal,
        lambda importer: importer.members(
            entries, roll, file_name=args["name"], imported_by=BY, basis=args["basis"], dry_run=args["dry_run"]
        ),
    )
    _say_report(report, terminal, "would be imported" if args["dry_run"] else "imported")
    if report.imported and args["basis"] is None:
        terminal.out.write("No --basis says where their consent comes from: each gets one letter that asks.\n")
    return 0


def import_suppressions(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Write no more to the addresses of a file."""
    entries = _roster(args, terminal, with_reason=True)
    report = _run(
        hub,
        terminal,
        lambda importer: importer.suppressions(
            entries, file_name=args["name"], imported_by=BY, dry_run=args["dry_run"]
        ),
    )
    _say_report(report, terminal, "would be suppressed" if args["dry_run"] else "suppressed")
    return 0


def import_mbox(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Bring old mail into a group's archive; cut short, it goes on where it stopped when the command is repeated."""
    with hub.database.reading() as session:
        group_id = found(session, args["list"]).id
    told = _Told(terminal)
    progress = Progress(terminal, hub.clock, "importing")
    cell = Cell(READ_SECONDS)  # started by the first picture

    def page(report: bulk.Report) -> None:
        told.flush(progress)
        progress(report.read)

    try:
        report = bulk.import_mbox(
            hub.database,
            hub.site,
            group_id,
            cast(BinaryIO, terminal.files["in"]),
            take_numbers=lambda session, count: numbers.take(session, group_id, count),
            now=hub.clock.now(),
            picture=lambda content: _picture(cell, content),
            tell=lambda damaged: told.lines.append(_damaged(damaged)),
            progress=page,
            dry_run=args["dry_run"],
        )
    except BadInput as fault:
        raise BadInput(f"{args['name']}: {fault}") from fault
    finally:
        cell.close()
        told.flush(progress)
        progress.clear()
    added = "would be added" if args["dry_run"] else "added"
    terminal.out.write(
        f"{report.read} messages read: {report.added} {added}, {report.again} were there already, "
        f"{report.left_out} left out. {report.damaged} are damaged.\n"
    )
    return 0


def _picture(cell: Cell, content: bytes) -> Picture | None:
    """What becomes of a picture; one that hangs its process, or ends it, stays a file like any other."""
    try:
        return cell.call(pictures.make, content)
    except (TookTooLong, Died):
        return None


def finish_imports(hub: Hub) -> int:
    """Complete what a process that ended had left half applied; how many imports there were."""
    return Importer(hub.database, hub.site, hub.clock.now()).resume(Roll)


@dataclass(slots=True)
class _Told:
    """Lines found within a transaction, to be printed after it."""

    terminal: Terminal
    lines: list[str] = field(default_factory=list)

    def flush(self, progress: Progress) -> None:
        lines, self.lines = self.lines, []
        if lines:
            progress.clear()
            self.terminal.out.write("".join(lines))


def _run(hub: Hub, terminal: Terminal, work: Callable[[Importer], Report]) -> Report:
    """Import with a line for each refusal. Hanging up while it is staged cancels; later it is completed in silence."""
    told = _Told(terminal)
    progress = Progress(terminal, hub.clock, "importing")

    def page(done: int, of: int) -> None:
        told.flush(progress)
        progress(done, of)

    quiet = Importer(hub.database, hub.site, hub.clock.now())
    try:
        return work(replace(quiet, tell=lambda refused: told.lines.append(_refused(refused)), progress=page))
    except (HungUp, BrokenPipeError, KeyboardInterrupt):
        quiet.resume(Roll)
        raise
    finally:
        told.flush(progress)
        progress.clear()


def _roster(args: Mapping[str, Any], terminal: Terminal, *, with_reason: bool) -> Roster:
    try:
        return roster.read(terminal.files["in"].read(roster.MOST_BYTES + 1), with_reason=with_reason)
    except BadInput as fault:
        raise BadInput(f"{args['name']}: {fault}") from fault


def _say_columns(entries: Roster, terminal: Terminal) -> None:
    """How the headings were understood: a wrong guess is seen before it matters."""
    if entries.has_headings:
        said = (say(LANGUAGE, f"people.column.{c.meaning.value}", **_named(c)) for c in entries.columns)
        terminal.out.write("Columns: " + "; ".join(said) + ".\n")


def _named(column: Column) -> Mapping[str, str]:
    return {"name": column.field} if column.meaning is Meaning.FIELD else {}


def _refused(line: Refused) -> str:
    why = say(LANGUAGE, f"people.refused.{line.reason.value}")
    return f"line {line.line}: {line.text}: {why}\n" if line.text else f"line {line.line}: {why}\n"


def _damaged(one: Damaged) -> str:
    kept = "kept as it is" if one.kept else "left out"
    return f"message {one.number} (line {one.line}, byte {one.offset}): {one.damage.value}, {kept}\n"


def _say_report(report: Report, terminal: Terminal, done: str) -> None:
    known = f" ({report.known} of them were known)" if report.known else ""
    refused = ", ".join(f"{count} {reason.value}" for reason, count in report.refused.most_common())
    terminal.out.write(
        f"{report.lines} lines: {report.imported} {done}{known}, {report.refused.total()} refused"
        + (f" ({refused}).\n" if refused else ".\n")
    )


COMMANDS = {"import": command}
