"""What `init` asks, at a terminal or by flags."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from mailhub import measures
from mailhub.cli.ways import Answers, WayIn
from mailhub.errors import BadInput
from mailhub.mail import address
from mailhub.settings import ascii_domain


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


def _way(text: str) -> str:
    if text.strip().lower() not in set(WayIn):
        raise ValueError(f"{text!r} is no way in; write {', '.join(WayIn)}")
    return text.strip().lower()


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write one line")
    return text.strip()


QUESTIONS = (
    Question("name", "Name of the community", "La mia comunità", _name),
    Question("domain", "Mail domain of its groups (what follows the @)", "lists.example.org", _domain),
    Question("language", "First language (it, en)", "it", _language),
    Question("organiser", "Your address, as organiser", "organiser@example.org", _organiser),
    Question("way-in", "How mail comes in: local (to try it), own (port 25), relay (Postfix), imap", "local", _way),
    Question("relay", "Mail server that takes our mail on (host:port)", "127.0.0.1:25", _relay),
)
RELAY_USER = Question("relay-user", "Your login there (empty: none)", "", _line)
IMAP = Question("imap", "Where the mailbox is (host:port)", "imap.example.org:993", _relay)
IMAP_USER = Question("imap-user", "Whose mailbox", "hub@lists.example.org", _line)


def told(flags: Mapping[str, str | None]) -> Answers:
    """Every answer, by flag or at the terminal."""
    said = {question.flag: _answer(question, flags[question.flag]) for question in QUESTIONS}
    relay, way_in = measures.host_port(said["relay"]), WayIn(said["way-in"])
    found = Answers(said["name"], said["domain"], said["language"], "", said["organiser"], relay, way_in=way_in)
    if not relay.is_loopback or flags["relay-user"]:
        found = replace(found, relay_user=_answer(RELAY_USER, flags["relay-user"]))
    if way_in is WayIn.IMAP:
        at = measures.host_port(_answer(IMAP, flags["imap"]))
        found = replace(found, imap=at, imap_user=_answer(IMAP_USER, flags["imap-user"]))
    return found


def password(user: str, file: Path | None, asks: str) -> str:
    """Of this login: from its file, or typed unseen."""
    if not user:
        return ""
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    if sys.stdin.isatty():
        return str(click.prompt(asks, hide_input=True))
    raise BadInput(
        f"{user} needs a password: name a file that holds it, as --relay-password-file or --imap-password-file"
    )


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
