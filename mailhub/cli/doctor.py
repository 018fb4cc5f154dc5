"""`mailhub doctor`: what a site still needs, and the cure; `--wait`: until the DNS has it, then a real round trip."""

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import click

from mailhub.cli import believing, examining, outside, roundtrip
from mailhub.cli.examining import Row, Verdict
from mailhub.cli.outside import Outside
from mailhub.cli.site import CONTROL
from mailhub.cli.where import Where
from mailhub.jobs.control import call
from mailhub.settings import Settings

LOOK_AFTER = 15.0  # seconds between two looks at the DNS, then twice as long each time
AT_LONGEST = 120.0
TRIP_LOOK = 2.0
INTERRUPTED = 130  # as a shell says it

Say = Callable[[str], None]


@click.command("doctor", help="Say what a site still needs before its mail works, and the cure; exit 1 if something.")
@click.option("--wait", is_flag=True, help="Watch the DNS until all is there, then send mail and wait for its answer.")
@click.option("--at-most", default=60, show_default=True, metavar="MINUTES", help="How long to wait.")
@click.option("--write", "writes", is_flag=True, help="Write what was learnt of your provider without asking.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object at the end, and nothing else.")
@click.pass_obj
def command(where: Where, wait: bool, at_most: int, writes: bool, as_json: bool) -> None:
    settings = where.settings()
    tell: Say = _nothing if as_json else click.echo
    rows = list(examining.examine(settings, outside.real()))
    tell(as_table(rows))
    returned = None
    try:
        if wait:
            rows = watch(settings, outside.real, rows, at_most * 60.0, tell)
            found, returned = trip(settings, outside.real(), at_most * 60.0, tell)
            rows += found
        if (name := believing.learnt(settings, returned)) is not None:
            confirm = None if as_json else believing.at_terminal()
            rows.append(believing.offer(where.path(), settings, name, os.environ, writes=writes, confirm=confirm))
            tell(_line(rows[-1]))
    except KeyboardInterrupt:
        tell("\nStopped waiting.")
        _end(rows, as_json, INTERRUPTED)
    _end(rows, as_json, 1 if any(row.verdict is Verdict.ERROR for row in rows) else 0)


def watch(
    settings: Settings, world: Callable[[], Outside], rows: Sequence[Row], seconds: float, tell: Say
) -> list[Row]:
    """Look at the DNS again until nothing is missing there, or the time is over; all rows as they are then."""
    known, waited, pause = list(rows), 0.0, LOOK_AFTER
    while (missing := [row for row in known if _is_missing(row)]) and waited < seconds:
        if waited == 0:
            tell(f"Waiting for {len(missing)} DNS records; Ctrl-C ends it.")
        outer = world()
        outer.pause(min(pause, seconds - waited))
        waited, pause = waited + pause, min(pause * 2, AT_LONGEST)
        now = {row.what: row for row in examining.dns(settings, outer)}
        for row in missing:
            if row.what in now and not _is_missing(now[row.what]):
                tell(_line(now[row.what]))
        known = [now.get(row.what, row) if _is_missing(row) else row for row in known]
    return known


def _is_missing(row: Row) -> bool:
    return row.what.startswith("DNS ") and "PTR" not in row.what and row.verdict is not Verdict.OK


def trip(settings: Settings, world: Outside, seconds: float, tell: Say) -> tuple[list[Row], Mapping[str, Any] | None]:
    """Send a mail to ourselves and one to an organiser, by the running site; what came of both, and the first."""
    begun = _ask_site(settings, "round trip begin", {})
    if begun is None:
        cure = "start it (mailhub run, or the service), then again: mailhub doctor --wait"
        found = [Row("mail out", Verdict.ERROR, "the site does not run, so no mail could be sent", cure)]
        tell(as_table(found))
        return found, None
    if begun["organiser"] is not None:
        tell(f"{begun['organiser']} has a mail from us. Please answer it; Ctrl-C ends the waiting.")
    seen: Mapping[str, Any] = {"returned": None, "answer": None}
    waited = 0.0
    try:
        while waited < seconds and not _is_whole(begun, seen):
            world.pause(TRIP_LOOK)
            waited += TRIP_LOOK
            seen = _ask_site(settings, "round trip look", {"number": begun["number"], "name": begun["name"]}) or seen
    except KeyboardInterrupt:
        tell("\nStopped waiting.")
    found = list(roundtrip.rows(begun, seen, settings))
    tell(as_table(found))
    return found, seen["returned"]


def _is_whole(begun: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    has_come = seen["returned"] is not None or not begun["is_taken"]
    return has_come and (seen["answer"] is not None or begun["organiser"] is None)


def _ask_site(settings: Settings, action: str, args: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the running site answers; None where none runs."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        code = call(settings.site.data_dir / CONTROL, action, args, {}, out=out, err=err)
        if code is None:
            return None
        out.seek(0)
        err.seek(0)
        if code:
            raise click.ClickException(err.read().strip() or f"the site could not do it (exit {code})")
        told: dict[str, Any] = json.loads(out.read())
        return told


def as_table(rows: Sequence[Row]) -> str:
    """For a terminal: a line each, and the cure below."""
    return "\n".join(map(_line, rows)) + "\n"


def _line(row: Row) -> str:
    line = f"{row.verdict:<8} {row.what}: {row.found}"
    return f"{line}\n         → {row.cure}" if row.cure else line


def _nothing(_line: str) -> None:
    """Where a program reads, only the end is said."""


def _end(rows: Sequence[Row], as_json: bool, code: int) -> None:
    counts = {verdict.value: sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    if as_json:
        click.echo(json.dumps({**counts, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1))
    else:
        click.echo(f"{counts['error']} errors, {counts['warning']} warnings, {counts['unknown']} not known.")
    raise click.exceptions.Exit(code)


COMMANDS = {"doctor": command}
