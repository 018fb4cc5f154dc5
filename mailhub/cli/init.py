"""`mailhub init`: a folder that `run` starts as it stands."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from mailhub import config, content, tokens
from mailhub.cli import asking, believing, outside, probing, ways
from mailhub.cli.examining import Verdict
from mailhub.cli.outside import Outside
from mailhub.cli.records import as_table, look, needed
from mailhub.cli.ways import Answers, WayIn
from mailhub.cli.where import CONFIG
from mailhub.errors import BadInput
from mailhub.mail import dkim

FOLDERS = ("lists", "journeys", "templates", "segments")


@click.command("init", help="Write a new site into DIR: configuration, keys, starter groups.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="What people call the community.")
@click.option("--domain", help="The mail domain of the groups, such as lists.example.org.")
@click.option("--language", help="The site's first language: it or en.")
@click.option("--organiser", help="Your own address: you organise the site.")
@click.option("--way-in", help="How mail comes in: local, own, relay or imap.")
@click.option("--relay", help="The mail server that takes our mail on, as host:port.")
@click.option("--relay-user", help="The login there; its password comes from --relay-password-file.")
@click.option("--relay-password-file", type=click.Path(path_type=Path, exists=True), help="It is copied into DIR.")
@click.option("--imap", help="The server of the mailbox, as host:port.")
@click.option("--imap-user", help="Whose mailbox; its password comes from --imap-password-file.")
@click.option("--imap-password-file", type=click.Path(path_type=Path, exists=True), help="It is copied into DIR.")
@click.option("--plus", is_flag=True, help="One mailbox, whose addresses are hub+…@domain.")
@click.option(
    "--url", default="", help="Where the pages will be, such as https://lists.example.org; writes a Caddyfile."
)
@click.option("--time-zone", default="Europe/Rome", show_default=True)
@click.option("--write", "writes", is_flag=True, help="With --probe: write what was learnt of your provider unasked.")
@click.option("--probe/--no-probe", default=None, help="Look at the DNS and the ports; else only at a terminal.")
def command(
    folder: Path,
    time_zone: str,
    url: str,
    probe: bool | None,
    writes: bool,
    relay_password_file: Path | None,
    imap_password_file: Path | None,
    plus: bool,
    **flags: str | None,
) -> None:
    home = folder.absolute()
    _refuse_used(folder, home)
    given = {name.replace("_", "-"): value for name, value in flags.items()}
    told = replace(asking.told(given), time_zone=time_zone, url=url, plus=plus)
    passwords = {
        ways.RELAY_PASSWORD: asking.password(told.relay_user, relay_password_file, f"Password of {told.relay_user}"),
        ways.IMAP_PASSWORD: asking.password(told.imap_user, imap_password_file, f"Password of {told.imap_user}"),
    }
    world = outside.real() if (sys.stdin.isatty() if probe is None else probe) else None
    if world is not None:
        told, world = _looked_round(told, world)
    _write(home, told, {name: password for name, password in passwords.items() if password})
    if world is not None and told.way_in is WayIn.IMAP:
        _ask_provider(folder / CONFIG, writes=writes)
    _say_what_next(folder, home, told, world)


def _looked_round(told: Answers, world: Outside) -> tuple[Answers, Outside | None]:
    """Look at what is there, and take what was proposed and wished; no world where there is no network."""
    if not probing.is_online(world):
        click.echo("No name server answers, so nothing was looked at; `mailhub doctor` does it later.\n")
        return told, None
    if (proposed := probing.proposal(told, world)) is not None:
        domain, taken = proposed
        click.echo(f"{told.domain} receives mail already, at {', '.join(taken)}. Groups want a domain of their own.")
        if sys.stdin.isatty() and click.confirm(f"Take {domain} instead?", default=True):
            told = replace(told, domain=domain)
        elif not sys.stdin.isatty():
            click.echo(f"Better: --domain {domain}")
    for way in probing.ways_out(told, world):
        click.echo(f"{'! ' if way.is_trouble else '  '}{way.text}")
    click.echo("")
    return told, world


def _ask_provider(path: Path, *, writes: bool) -> None:
    """What the provider calls itself, by the newest mail of the mailbox, to be believed from the start."""
    settings = config.load(path, {})
    if (name := believing.learnt(settings, None)) is not None:
        row = believing.offer(path, settings, name, {}, writes=writes, confirm=believing.at_terminal())
        click.echo(f"  {row.found}\n" if row.verdict is Verdict.OK else f"! {row.found}; {row.cure}\n")


def _say_what_next(folder: Path, home: Path, told: Answers, world: Outside | None) -> None:
    at, needs = folder / CONFIG, needed(config.load(home / CONFIG, {}))
    seen = look(needs, world.ask) if world is not None else ()
    click.echo(f"The site is in {folder}.\n\nPublish these in your DNS before mail goes out to the world:\n")
    click.echo(as_table(needs, seen))
    if told.url:
        click.echo(f"For the pages, Caddy takes {folder / ways.CADDYFILE}.")
    if told.way_in is WayIn.RELAY:
        click.echo(f"For Postfix, the lines of {folder / ways.POSTFIX} go to the end of its main.cf.")
    click.echo(f"Then:\n\n    mailhub --config {at} check\n    mailhub --config {at} run")
    click.echo(f"\nand while it runs, until mail goes and comes:\n\n    mailhub --config {at} doctor --wait")


def _refuse_used(folder: Path, home: Path) -> None:
    if home.exists() and not home.is_dir():
        raise BadInput(f"{folder}: this is a file; name a new folder")
    if home.is_dir() and any(home.iterdir()):
        raise BadInput(f"{folder}: this folder is not empty; name a new one, nothing was written")


def _write(home: Path, told: Answers, passwords: Mapping[str, str]) -> None:
    """Write everything beside the target first, so that a mistake leaves nothing behind."""
    beside = home.with_name(f".{home.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        (beside / CONFIG).write_text(ways.configuration(told), encoding="utf-8")
        for name, password in passwords.items():
            _secret(beside / name, f"{password}\n".encode())
        if told.url:
            (beside / ways.CADDYFILE).write_text(ways.caddyfile(told), encoding="utf-8")
        if told.way_in is WayIn.RELAY:
            (beside / ways.POSTFIX).write_text(ways.postfix(told), encoding="utf-8")
        _secret(beside / "dkim.pem", dkim.generate_key())
        (beside / "data").mkdir(mode=0o700)
        _secret(beside / "data" / "secret", f"{tokens.new_secret()}\n".encode())
        config.load(beside / CONFIG, {})
        _copy_starters(beside)
        home.mkdir(exist_ok=True)
        for path in sorted(beside.iterdir(), key=lambda path: path.name == CONFIG):  # the configuration last
            path.rename(home / path.name)
    except BadInput as fault:
        raise BadInput(str(fault).replace(str(beside), str(home))) from fault
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _secret(path: Path, octets: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)


def _copy_starters(folder: Path) -> None:
    home = content.starter()
    for name in FOLDERS:
        shutil.copytree(home / name, folder / name, ignore=shutil.ignore_patterns(".*"))
    shutil.copyfile(home / "config.example.toml", folder / "config.example.toml")


COMMANDS = {"init": command}
