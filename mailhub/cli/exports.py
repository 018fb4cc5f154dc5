"""`mailhub export`: content back into its files, messages, threads, members, all that is held about one person."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

import click

from mailhub.archive import exporting
from mailhub.cli import members_file
from mailhub.cli.contents import content_command
from mailhub.cli.groups import found
from mailhub.cli.progress import Progress
from mailhub.cli.site import perform
from mailhub.cli.where import Where, open_output
from mailhub.errors import BadInput
from mailhub.hub import holdings
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.people import persons, privacy

BY_COMMAND = 0  # who looked, where it was nobody of the site

list_option = click.option("--list", "slug", required=True, metavar="SLUG", help="The group.")
file_argument = click.argument("file", metavar="[FILE]", required=False)


@click.group("export", help="Write out content, messages, members or one person's data.")
def command() -> None:
    """All but content go to standard output, or into a new FILE."""


command.add_command(content_command)


@command.command("mbox", help="Every published message of a group, as it came.")
@list_option
@file_argument
@click.pass_obj
def mbox(where: Where, slug: str, file: str | None) -> None:
    with open_output(file) as opened:
        perform(where, "export mbox", export_mbox, {"list": slug}, {"out": opened})


@command.command("threads", help="Who answers whom in a group: a JSON line a message.")
@list_option
@file_argument
@click.pass_obj
def threads(where: Where, slug: str, file: str | None) -> None:
    with open_output(file) as opened:
        perform(where, "export threads", export_threads, {"list": slug}, {"out": opened})


@command.command("members", help="People of a group, a segment or both, as CSV, which `import members` reads.")
@click.option("--list", "slug", metavar="SLUG", help="The group.")
@click.option("--segment", metavar="SLUG", help="Only who is in this segment now; without a group, of all people.")
@file_argument
@click.pass_obj
def members(where: Where, slug: str | None, segment: str | None, file: str | None) -> None:
    if slug is None and segment is None:
        raise click.UsageError("Say of whom: --list SLUG, --segment SLUG, or both.")
    with open_output(file) as opened:
        perform(where, "export members", export_members, {"list": slug, "segment": segment}, {"out": opened})


@command.command("person", help="Everything that is held about the person with this address, as JSON.")
@click.argument("email", metavar="EMAIL")
@file_argument
@click.pass_obj
def person(where: Where, email: str, file: str | None) -> None:
    with open_output(file) as opened:
        perform(where, "export person", export_person, {"email": email}, {"out": opened})


def export_mbox(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    out = _Out(terminal, hub)
    count = exporting.export_mbox(hub.database, hub.site, _id_of(hub, args["list"]), cast(BinaryIO, out))
    return out.end(f"{count} messages.")


def export_threads(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    out = _Out(terminal, hub)
    count = exporting.export_threads(hub.database, _id_of(hub, args["list"]), cast(BinaryIO, out))
    return out.end(f"{count} messages.")


def export_members(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Who belongs to a group; each of them will find in their own data that it was written out (P-13)."""
    out = _Out(terminal, hub)
    with hub.database.reading() as session:
        roll = members_file.roll(session, hub.site, args["list"], args["segment"], now=hub.clock.now())
    count = 0
    out.write(_csv([*roll.columns, *roll.fields]))
    for ids, rows in members_file.pages(hub.database, roll):
        out.write("".join(map(_csv_text, rows)).encode())
        count += len(rows)
        with hub.database.transaction() as session:
            now = hub.clock.now()
            privacy.note_access(session, BY_COMMAND, ids, "export members", now=now, list_id=roll.list_id)
    return out.end(f"{count} people.")


def export_person(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """All rows about one person, those of other rooms too; they will find in them that it was written out (P-13)."""
    with hub.database.reading() as session:
        known = persons.find(session, args["email"])
        if known is None:
            raise BadInput(f"{args['email']}: nobody with this address is known here; look for a slip")
        whole = holdings.everything(session, hub.site, known.id)
    with hub.database.transaction() as session:
        privacy.note_access(session, BY_COMMAND, [known.id], "export person", now=hub.clock.now())
    out = _Out(terminal, hub)
    out.write(json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n")
    return out.end("")


class _Out:
    """The file or the pipe an export goes to; writing looks now and then whether anybody still waits."""

    def __init__(self, terminal: Terminal, hub: Hub) -> None:
        self._file = terminal.files["out"]
        self._terminal = terminal
        self._progress = Progress(terminal, hub.clock, "exporting, kB")
        self._written = 0

    def write(self, octets: bytes) -> int:
        self._file.write(octets)
        self._written += len(octets)
        self._progress(self._written // 1000)
        return len(octets)

    def end(self, said: str) -> int:
        self._file.flush()
        self._progress.clear()
        if said:
            self._terminal.err.write(f"{said}\n")
        return 0


def _id_of(hub: Hub, slug: str) -> int:
    with hub.database.reading() as session:
        return found(session, slug).id


def _csv(cells: list[str]) -> bytes:
    return _csv_text(cells).encode()


def _csv_text(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


COMMANDS: Mapping[str, Callable[..., Any]] = {"export": command}
