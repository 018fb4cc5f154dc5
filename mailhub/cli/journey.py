"""`mailhub journey`: how a journey is going, drawn with its numbers; pause, resume and close it, bring people in."""

import shutil
from collections.abc import Callable, Mapping
from typing import Any

import click
from sqlalchemy.orm import Session

from mailhub.cli import rivers
from mailhub.cli.publishing import user
from mailhub.cli.site import perform
from mailhub.cli.where import Where, open_output
from mailhub.content import one_of
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.journeys import drawing, entering, loading, pausing, publishing
from mailhub.journeys.definition import Reentry
from mailhub.journeys.entering import Cause
from mailhub.journeys.releasing import Standing
from mailhub.journeys.rivers import newest
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import reading
from mailhub.lists.reading import BELONGING
from mailhub.people import persons
from mailhub.site import LANGUAGES


@click.group("journey", help="How a journey is going; pause, resume or close it, bring somebody in.")
def command() -> None:
    pass


@command.command("show", help="Draw a journey, with how many people came, were written to, answered and wait.")
@click.argument("slug", metavar="JOURNEY")
@click.option("--svg", metavar="FILE", help="Write the drawing of the newest version into a file.")
@click.option("--all", "every", is_flag=True, help="Also versions that nobody is on any more.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.pass_obj
def show_command(where: Where, slug: str, svg: str | None, every: bool, language: str) -> None:
    args = {"slug": slug, "all": every, "language": language, "width": shutil.get_terminal_size().columns}
    if svg is None:
        perform(where, "journey show", show, args)
        return
    with open_output(svg) as opened:
        perform(where, "journey draw", draw, args, {"out": opened})


def _simple(name: str, help_text: str) -> None:
    """A command that takes a journey and nothing else."""

    @command.command(name, help=help_text)
    @click.argument("slug", metavar="JOURNEY")
    @click.pass_obj
    def run(where: Where, slug: str) -> None:
        perform(where, f"journey {name}", ACTIONS[f"journey {name}"], {"slug": slug, "by": user()})


_simple("pause", "Hold everybody on it where they are; nothing is sent.")
_simple("resume", "Go on after a pause, or take people in again after a close.")
_simple("close", "Take nobody in any more; who is on it finishes it.")


@command.command("enrol", help="Bring somebody in by hand.")
@click.argument("slug", metavar="JOURNEY")
@click.option("--person", "email", required=True, metavar="EMAIL")
@click.pass_obj
def enrol_command(where: Where, slug: str, email: str) -> None:
    perform(where, "journey enrol", enrol, {"slug": slug, "email": email, "by": user()})


def show(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    with hub.database.reading() as session:
        row = _found(session, args["slug"])
        text = rivers.text(session, hub.site, row, args["language"], width=args["width"], every=args["all"])
    terminal.out.write(text)
    return 0


def draw(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    with hub.database.reading() as session:
        river = newest(session, hub.site, _found(session, args["slug"]), args["language"])
    terminal.files["out"].write(drawing.svg(river.title, rivers.note(river), river.steps).encode())
    terminal.files["out"].flush()
    return 0


def pause(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    return _switch(hub, args, terminal, pausing.pause, "paused", "is paused already")


def resume(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    return _switch(hub, args, terminal, pausing.resume, "goes on", "is neither paused nor closed")


def close(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    def perform_it(session: Session, row: JourneyRow, *, by: str, now: Any) -> bool:
        del by
        was_open = row.closed_at is None
        publishing.close(session, row.slug, now=now)
        return was_open

    return _switch(hub, args, terminal, perform_it, "closed", "is closed already")


def enrol(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Begin somebody's way; raises BadInput with why it cannot begin."""
    now = hub.clock.now()
    with hub.database.transaction() as session:
        row = _found(session, args["slug"])
        person = persons.find(session, args["email"])
        if person is None:
            raise BadInput(f"--person {args['email']}: nobody is known by this address")
        journey = loading.version(session, row.slug, row.version, loading.facts(session, hub.site))
        group = reading.by_slug(session, journey.list) if journey.list else None
        place = reading.subscription(session, group.id, person.id) if group is not None else None
        if group is not None and (place is None or place.state not in BELONGING):
            raise BadInput(f"{args['email']} does not belong to {group.slug}, whose members this journey writes to")
        cause = Cause(person.id, now, detail={"what": "by hand", "by": args["by"]})
        if not entering.enter(session, row, journey, [cause], now=now):
            raise BadInput(_why_not(row, journey.entry.reentry, args["email"]))
    terminal.out.write(f"{args['email']} has come in.\n")
    return 0


def _why_not(row: JourneyRow, reentry: Reentry, email: str) -> str:
    if row.closed_at is not None:
        return f"{row.slug} is closed: nobody comes in; `mailhub journey resume {row.slug}` opens it"
    again = {Reentry.NEVER: "nobody comes in twice", Reentry.AFTER_EXIT: "they can come in again when that is over"}
    return f"{email} is on {row.slug}, or was not long ago: {again.get(reentry, 'it needs a new cause each time')}"


def _switch(
    hub: Hub,
    args: Mapping[str, Any],
    terminal: Terminal,
    act: Callable[..., bool],
    done: str,
    already: str,
) -> int:
    with hub.database.transaction() as session:
        row = _found(session, args["slug"])
        changed = act(session, row, by=args["by"], now=hub.clock.now())
        people = Standing.of(session, row).everybody
    terminal.out.write(
        f"{args['slug']} {done}; people on it: {people}\n" if changed else f"{args['slug']} {already}.\n"
    )
    return 0


def _found(session: Session, slug: str) -> JourneyRow:
    row = publishing.find(session, slug)
    if row is None:
        slugs = publishing.every(session)
        cure = one_of(slug, slugs) if slugs else "none is published yet: `mailhub apply` publishes the files"
        raise BadInput(f"{slug}: there is no such journey; {cure}")
    return row


COMMANDS = {"journey": command}
ACTIONS = {
    "journey show": show,
    "journey draw": draw,
    "journey pause": pause,
    "journey resume": resume,
    "journey close": close,
    "journey enrol": enrol,
}
