"""`mailhub init`: a folder that `run` starts as it stands."""

import os
import shutil
import sys
from pathlib import Path

import click

from mailhub import config, content, measures, tokens
from mailhub.cli.records import as_table, needed
from mailhub.errors import BadInput
from mailhub.mail import dkim

SELECTOR = "mailhub"
FOLDERS = ("lists", "journeys", "templates")

TEMPLATE = """# The site's configuration. Every key, with its default and why: config.example.toml beside this file.

[site]
name = {name}
domain = {domain}
language = {language}
time_zone = {zone}
organisers = [{organiser}]

[content]
dir = "."

[inbound]
smtp = "127.0.0.1:8025"
# Until mail is authenticated, only programs on this machine may hand mail in, and only what has no Received field
# counts as its author's own.
trust = "unsigned-loopback"

[outbound]
host = {host}
port = {port}

[dkim]
selector = "{selector}"
key_file = "dkim.pem"

[web]
bind = "127.0.0.1:8080"
"""


@click.command("init", help="Write a new site into DIR: configuration, keys, starter groups.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="What people call the community.")
@click.option("--domain", help="The mail domain of the groups, such as lists.example.org.")
@click.option("--language", type=click.Choice(["it", "en"]), help="The site's first language.")
@click.option("--organiser", help="Your own address: you organise the site.")
@click.option("--relay", help="The server that takes mail on, as host:port.")
@click.option("--time-zone", default="Europe/Rome", show_default=True)
def command(
    folder: Path,
    name: str | None,
    domain: str | None,
    language: str | None,
    organiser: str | None,
    relay: str | None,
    time_zone: str,
) -> None:
    _refuse_used(folder)
    text = TEMPLATE.format(
        name=_quoted(_ask("Name of the community", name, "La mia comunità")),
        domain=_quoted(_ask("Mail domain of its groups", domain, "lists.example.org")),
        language=_quoted(_ask("First language (it, en)", language, "it")),
        organiser=_quoted(_ask("Your address, as organiser", organiser, "organiser@example.org")),
        zone=_quoted(time_zone),
        selector=SELECTOR,
        **_relay(_ask("Server that takes mail on (host:port)", relay, "127.0.0.1:25")),
    )
    _write(folder, text)
    settings = config.load(folder / "config.toml", {})
    click.echo(f"The site is in {folder}.\n\nPublish these in your DNS before mail goes out to the world:\n")
    click.echo(as_table(needed(settings)))
    click.echo(
        f"Then:\n\n    mailhub --config {folder}/config.toml check\n    mailhub --config {folder}/config.toml run"
    )


def _ask(question: str, given: str | None, default: str) -> str:
    """The flag, else what the person types, else (without a terminal) the default."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return default
    return str(click.prompt(question, default=default))


def _refuse_used(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder}: this is a file; name a new folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise BadInput(f"{folder}: this folder is not empty; name a new one, nothing was written")


def _relay(text: str) -> dict[str, object]:
    try:
        door = measures.host_port(text)
    except ValueError as fault:
        raise BadInput(f"--relay: {fault}") from fault
    return {"host": _quoted(door.host), "port": door.port}


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(folder: Path, text: str) -> None:
    """Write everything beside the target first, so that a mistake in an answer leaves nothing behind."""
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        (beside / "config.toml").write_text(text, encoding="utf-8")
        _secret(beside / "dkim.pem", dkim.generate_key())
        (beside / "data").mkdir()
        _secret(beside / "data" / "secret", f"{tokens.new_secret()}\n".encode())
        config.load(beside / "config.toml", {})  # a wrong answer is told now, in its own words
        _copy_starters(beside)
    except BadInput as fault:
        shutil.rmtree(beside, ignore_errors=True)
        raise BadInput(str(fault).replace(str(beside), str(folder))) from fault
    if folder.is_dir():
        folder.rmdir()
    beside.rename(folder)


def _secret(path: Path, octets: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)


def _copy_starters(folder: Path) -> None:
    home = content.starter()
    for name in FOLDERS:
        if (home / name).is_dir():
            shutil.copytree(home / name, folder / name, ignore=shutil.ignore_patterns(".keep"))
    example = home / "config.example.toml"
    if example.is_file():
        shutil.copyfile(example, folder / "config.example.toml")


COMMANDS = {"init": command}
