"""`mailhub init`: a folder that `run` starts as it stands."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from mailhub import config, content, measures, tokens
from mailhub.cli.records import as_table, needed
from mailhub.cli.where import CONFIG
from mailhub.errors import BadInput
from mailhub.mail import address, dkim
from mailhub.settings import ascii_domain

SELECTOR = "mailhub"
FOLDERS = ("lists", "journeys", "templates")

TEMPLATE = """# The site's configuration. Every key, with its default and why: config.example.toml beside this file.

[site]
name = {name}
domain = {domain}
language = {language}
time_zone = {zone}
organisers = [{organiser}]

[inbound]
smtp = "127.0.0.1:8025"
# To begin with, only programs on this machine may hand mail in, and only what has no Received field counts as its
# author's own. Before the world writes here: "own" or "relay", as docs/sysadmins.md says.
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


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to decide: asked at a terminal, or given as a flag."""

    flag: str
    asks: str
    default: str
    read: Callable[[str], str]  # raises ValueError with the cure


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("write one line")
    return text.strip()


def _domain(text: str) -> str:
    domain = ascii_domain(text)
    if domain is None or "." not in domain:
        raise ValueError(f'{text!r} is no mail domain; write it as "lists.example.org"')
    return domain


def _language(text: str) -> str:
    if text.strip().lower() not in ("it", "en"):
        raise ValueError(f"{text!r} is not spoken here; write it or en")
    return text.strip().lower()


def _organiser(text: str) -> str:
    try:
        return address.valid(text).email
    except address.BadAddress as fault:
        raise ValueError(f'{text!r} is no address; write it as "anna@example.org"') from fault


def _relay(text: str) -> str:
    return str(measures.host_port(text))


QUESTIONS = (
    Question("name", "Name of the community", "La mia comunità", _name),
    Question("domain", "Mail domain of its groups (what follows the @)", "lists.example.org", _domain),
    Question("language", "First language (it, en)", "it", _language),
    Question("organiser", "Your address, as organiser", "organiser@example.org", _organiser),
    Question("relay", "Mail server that takes our mail on (host:port)", "127.0.0.1:25", _relay),
)


@click.command("init", help="Write a new site into DIR: configuration, keys, starter groups.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", help="What people call the community.")
@click.option("--domain", help="The mail domain of the groups, such as lists.example.org.")
@click.option("--language", help="The site's first language: it or en.")
@click.option("--organiser", help="Your own address: you organise the site.")
@click.option("--relay", help="The mail server that takes our mail on, as host:port.")
@click.option("--time-zone", default="Europe/Rome", show_default=True)
def command(folder: Path, time_zone: str, **flags: str | None) -> None:
    home = folder.absolute()
    _refuse_used(folder, home)
    answers = {question.flag: _answer(question, flags[question.flag]) for question in QUESTIONS}
    relay = measures.host_port(answers["relay"])
    text = TEMPLATE.format(
        name=_quoted(answers["name"]),
        domain=_quoted(answers["domain"]),
        language=_quoted(answers["language"]),
        organiser=_quoted(answers["organiser"]),
        zone=_quoted(time_zone),
        selector=SELECTOR,
        host=_quoted(relay.host),
        port=relay.port,
    )
    _write(home, text)
    at = folder / CONFIG
    click.echo(f"The site is in {folder}.\n\nPublish these in your DNS before mail goes out to the world:\n")
    click.echo(as_table(needed(config.load(home / CONFIG, {}))))
    click.echo(f"Then:\n\n    mailhub --config {at} check\n    mailhub --config {at} run")


def _answer(question: Question, given: str | None) -> str:
    """The flag, else what the person types, else (without a terminal) the default."""
    if given is None and sys.stdin.isatty():
        return str(click.prompt(question.asks, default=question.default, value_proc=_typed(question)))
    try:
        return question.read(question.default if given is None else given)
    except ValueError as fault:
        raise BadInput(f"--{question.flag}: {fault}") from fault


def _typed(question: Question) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            return question.read(text)
        except ValueError as fault:
            raise click.BadParameter(str(fault)) from fault  # click says so and asks again

    return read


def _refuse_used(folder: Path, home: Path) -> None:
    if home.exists() and not home.is_dir():
        raise BadInput(f"{folder}: this is a file; name a new folder")
    if home.is_dir() and any(home.iterdir()):
        raise BadInput(f"{folder}: this folder is not empty; name a new one, nothing was written")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(home: Path, text: str) -> None:
    """Write everything beside the target first, so that a mistake leaves nothing behind."""
    beside = home.with_name(f".{home.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(parents=True)
        (beside / CONFIG).write_text(text, encoding="utf-8")
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
