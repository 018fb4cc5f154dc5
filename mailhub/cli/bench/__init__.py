"""`mailhub bench`: measures this machine, so that two of them, or two releases, can be compared."""

import json
import statistics
import sys
from collections.abc import Mapping
from importlib import import_module

import click

from mailhub.cli.bench.machine import rsa_per_second

# name -> (module, the argument that says how much)
BENCHES = {
    "fanout": ("fanout", "members"),
    "inbound": ("inbound", "messages"),
    "archive": ("archive", "messages"),
    "import": ("imports", "members"),
    "digests": ("digests", "members"),
    "journeys": ("journeys", "members"),
    "segments": ("segments", "members"),
}
RUNS = 3

Figures = Mapping[str, float | int]


@click.command("bench", help="Measure this machine; each figure is the median of the runs.")
@click.argument(
    "names",
    metavar=f"[{'|'.join(BENCHES)}]…",
    nargs=-1,
    type=click.Choice(tuple(BENCHES)),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--members", type=click.IntRange(min=1), help="How many people, for all others.")
@click.option("--messages", type=click.IntRange(min=1), help="How many messages, for inbound and archive.")
@click.option("--arc", is_flag=True, help="Seal every copy too, for fanout.")
@click.option("--postgres", metavar="URL", help="For journeys, segments: measure there, in a schema that is dropped.")
@click.option("--runs", type=click.IntRange(min=1), default=RUNS, show_default=True)
def command(
    names: tuple[str, ...],
    as_json: bool,
    members: int | None,
    messages: int | None,
    arc: bool,
    postgres: str | None,
    runs: int,
) -> None:
    amounts = {"members": members, "messages": messages}
    of_one: dict[str, Mapping[str, bool | str]] = {"fanout": {"seals": True} if arc else {}}
    of_one |= {name: {"url": postgres} for name in ("journeys", "segments") if postgres}
    for name in names or BENCHES:
        figures = measure(name, amounts[BENCHES[name][1]], runs, **of_one.get(name, {}))
        click.echo(json.dumps({"bench": name, **figures}) if as_json else as_table(name, figures))


def measure(name: str, amount: int | None, runs: int, **more: bool | str) -> Figures:
    """The median of each figure over so many runs, and the machine's own rate beside them."""
    module, argument = BENCHES[name]
    run = import_module(f"mailhub.cli.bench.{module}").run
    found: list[Figures] = []
    for number in range(1, runs + 1):
        if sys.stderr.isatty():
            click.echo(f"{name}: run {number} of {runs} …", err=True)
        found.append(run(**({} if amount is None else {argument: amount}), **more))
    medians = {key: statistics.median_low([figures[key] for figures in found]) for key in found[0]}
    return {"runs": runs, **medians, "rsa_2048_per_second": round(rsa_per_second())}


def as_table(name: str, figures: Figures) -> str:
    """For people: a figure a line."""
    width = max(map(len, figures))
    lines = [f"  {key.replace('_', ' '):<{width}}  {value:>12,}" for key, value in figures.items()]
    return "\n".join([f"{name}, median of {figures['runs']}", *lines, ""])


COMMANDS = {"bench": command}
