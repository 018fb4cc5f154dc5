"""What becomes of people who are on a journey when it is published, as options of `plan` and `apply` say it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from mailhub.errors import BadInput
from mailhub.journeys.migration import NOBODY, Migration

F = TypeVar("F", bound=Callable[..., Any])
NAMES = ("map", "leave", "stay", "recount", "backfill")

_OPTIONS = (
    click.option("--map", "map", multiple=True, metavar="JOURNEY:OLD=NEW", help="Who stands at OLD goes to NEW."),
    click.option(
        "--leave", "leave", multiple=True, metavar="JOURNEY:STEP=REASON", help="The way of who stands at STEP ends."
    ),
    click.option(
        "--stay", "stay", multiple=True, metavar="JOURNEY:STEP", help="Who stands at STEP finishes as they began."
    ),
    click.option(
        "--recount",
        "recount",
        multiple=True,
        metavar="JOURNEY:STEP",
        help="Who waits at STEP waits the new length, from when they came to it.",
    ),
    click.option(
        "--backfill", "backfill", multiple=True, metavar="JOURNEY", help="Who fits its beginning today comes in."
    ),
    click.option(
        "--by", "organiser", metavar="EMAIL", help="Who publishes: of more than 5,000 people, another agrees."
    ),
    click.option(
        "--spread", type=click.IntRange(1, 366), default=1, metavar="DAYS", help="Over how many days those are spread."
    ),
)


def options(command: F) -> F:
    """The options of a command that publishes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def migrations(args: Mapping[str, Any], slugs: Sequence[str]) -> dict[str, Migration]:
    """What the options say, by journey; raises BadInput where one names a journey that is not published by this."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("map", "leave"):
        for said in args[name]:
            slug, step, target = _pair(name, said)
            found.setdefault(slug, {}).setdefault(name, {})[step] = target
    for name in ("stay", "recount"):
        for said in args[name]:
            slug, step = _split(name, said, ":")
            found.setdefault(slug, {}).setdefault(name, set()).add(step)
    for slug in found:
        if slug not in slugs:
            raise BadInput(f"{slug}: this journey is not published by this, so that nobody on it is moved")
    return {slug: _migration(found.get(slug, {}), args["spread"]) for slug in slugs}


def _migration(said: Mapping[str, Any], spread: int) -> Migration:
    if not said:
        return NOBODY
    sets = {name: frozenset(said.get(name, ())) for name in ("stay", "recount")}
    return Migration(map=said.get("map", {}), leave=said.get("leave", {}), spread=spread, **sets)


def _pair(name: str, said: str) -> tuple[str, str, str]:
    slug, rest = _split(name, said, ":")
    step, target = _split(name, rest, "=")
    return slug, step, target


def _split(name: str, said: str, at: str) -> tuple[str, str]:
    first, found, second = said.partition(at)
    if not (first.strip() and found and second.strip()):
        form = "JOURNEY:STEP" if name in ("stay", "recount") else "JOURNEY:STEP=…"
        raise BadInput(f"--{name} {said}: write it as {form}")
    return first.strip(), second.strip()
