"""`mailhub export`: content back into its files, messages, threads, members, all that is held about one person."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, cast

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import exporting
from mailhub.cli.contents import content_command
from mailhub.cli.groups import found
from mailhub.cli.progress import Progress
from mailhub.cli.site import perform
from mailhub.cli.where import Where, open_output
from mailhub.errors import BadInput
from mailhub.hub import holdings
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.lists.tables import Subscription, SubscriptionState
from mailhub.people import persons, privacy
from mailhub.people.tables import Address, Person, PersonField

BY_COMMAND = 0  # who looked, where it was nobody of the site
PAGE = 500
COLUMNS = ("email", "name", "language", "time_zone", "delivery", "state", "joined_at")

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


@command.command("members", help="The people of a group as CSV, which `import members` reads.")
@list_option
@file_argument
@click.pass_obj
def members(where: Where, slug: str, file: str | None) -> None:
    with open_output(file) as opened:
        perform(where, "export members", export_members, {"list": slug}, {"out": opened})


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
    list_id = _id_of(hub, args["list"])
    with hub.database.reading() as session:
        names = _field_names(session, list_id)
    count = 0
    out.write(_csv([*COLUMNS, *names]))
    for ids, rows in _members(hub, list_id, names):
        out.write("".join(map(_csv_text, rows)).encode())
        count += len(rows)
        with hub.database.transaction() as session:
            now = hub.clock.now()
            privacy.note_access(session, BY_COMMAND, ids, "export members", now=now, list_id=list_id)
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


def _field_names(session: Session, list_id: int) -> list[str]:
    """The fields organisers keep about anybody of this group."""
    query = sa.select(PersonField.name).join(Subscription, Subscription.person_id == PersonField.person_id)
    return sorted(session.scalars(query.where(Subscription.list_id == list_id).distinct()))


def _members(hub: Hub, list_id: int, names: list[str]) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Pages of ids and their lines."""
    query = (
        sa.select(Person, Subscription, Address.email)
        .join(Subscription, Subscription.person_id == Person.id)
        .join(Address, (Address.person_id == Person.id) & (Address.rank == 0))
        .where(Subscription.list_id == list_id, Subscription.state != SubscriptionState.LEFT)
        .order_by(Person.id)
        .limit(PAGE)
    )
    last = 0
    while True:
        with hub.database.reading() as session:
            rows = session.execute(query.where(Person.id > last)).all()
            fields = _fields(session, [row.Person.id for row in rows])
        if not rows:
            return
        last = rows[-1].Person.id
        yield [r.Person.id for r in rows], [_line(*row, fields.get(row.Person.id, {}), names) for row in rows]


def _fields(session: Session, ids: list[int]) -> dict[int, dict[str, str]]:
    kept: dict[int, dict[str, str]] = {}
    for row in session.scalars(sa.select(PersonField).where(PersonField.person_id.in_(ids))):
        kept.setdefault(row.person_id, {})[row.name] = row.value
    return kept


def _line(who: Person, place: Subscription, email: str, fields: Mapping[str, str], names: list[str]) -> list[str]:
    joined = place.joined_at.isoformat(timespec="seconds") if place.joined_at else ""
    own = [email, who.name, who.language or "", who.time_zone or "", place.delivery.value, place.state.value, joined]
    return [*own, *(fields.get(name, "") for name in names)]


def _csv(cells: list[str]) -> bytes:
    return _csv_text(cells).encode()


def _csv_text(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


COMMANDS: Mapping[str, Callable[..., Any]] = {"export": command}
