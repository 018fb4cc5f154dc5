"""`mailhub explain`: says how mail in files would be read, and what would be done with it; needs no site."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from mailhub.cli import explanation
from mailhub.cli.explanation import Explanation
from mailhub.cli.where import Where
from mailhub.clock import Clock
from mailhub.errors import BadInput
from mailhub.hub.build import READ_SECONDS, all_verbs
from mailhub.hub.resolver import Dns, System, until_trouble
from mailhub.inbound.reading import Read, read
from mailhub.mail.authenticity import weighing
from mailhub.mail.authenticity.arc import NO_CHAIN
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity, Sent
from mailhub.mail.wire import LIMITS, Excess, Unreadable
from mailhub.offload import Cell, Died, TookTooLong
from mailhub.site import LANGUAGES

_RETURN_PATH = re.compile(rb"^Return-Path:[ \t]*<([^<>\s]{0,320})>[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
PATIENCE, TRIES = 1.5, 3  # seconds for one question to the DNS, and how many failures in a row are enough
NOBODY = Sent("", "")  # a file does not say who handed it in, so SPF has nothing to judge
SHOWN = ("from", "subject", "message_id", "kind", "automatic", "authority")


@click.command("explain", help="Say how mail in FILES would be read, and what would be done with it.")
@click.argument("files", nargs=-1, required=True)
@click.option("--text", is_flag=True, help="The files are bare message bodies, without headers.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, in the order of the files.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the last line; else the site's, else English.")
@click.pass_obj
def command(where: Where, files: tuple[str, ...], text: bool, as_json: bool, language: str | None) -> None:
    spoken = language or _language_of_site(where)
    is_readable = True
    for found in _explained(files, text, spoken):
        is_readable = is_readable and found["kind"] != "unreadable"
        click.echo(json.dumps(found, ensure_ascii=False) if as_json else _as_text(found))
    if not is_readable:
        raise click.exceptions.Exit(1)


def _explained(files: tuple[str, ...], is_text: bool, language: str) -> Iterator[Explanation]:
    """Each file in its turn; what hangs or kills the reader costs that file alone."""
    verbs, clock = all_verbs(), Clock()
    today = clock.now().date()
    dns = Dns(clock.monotonic, until_trouble(System().ask, PATIENCE, TRIES))
    cell = Cell(READ_SECONDS)
    try:
        for file in files:
            try:
                content = _content(file)
                if is_text:
                    yield explanation.of_text(file, content, verbs, language=language, today=today)
                else:
                    said = cell.call(read, content, _return_path(content))
                    found = _judged(said, dns, clock)
                    yield explanation.of_mail(file, said, found, verbs, language=language, today=today)
            except (BadInput, Unreadable, TookTooLong, Died) as fault:
                yield explanation.unreadable(file, str(fault), language=language)
    finally:
        cell.close()


def _judged(said: Read, dns: Dns, clock: Clock) -> Authenticity:
    """Where a mail in a file comes from: only its signatures can say, so without one nothing is asked."""
    if not said.marks.signatures and said.marks.chain == NO_CHAIN:
        return NOTHING
    return weighing.weigh(said.marks, NOBODY, dns.for_one_mail(), clock.real())


def _content(file: str) -> bytes:
    if file == "-":
        content = sys.stdin.buffer.read(LIMITS.size + 1)
    else:
        try:
            with Path(file).open("rb") as opened:
                content = opened.read(LIMITS.size + 1)
        except OSError as fault:
            raise BadInput(f"the file cannot be read: {fault.strerror}") from fault
    if len(content) > LIMITS.size:
        raise Unreadable(Excess.SIZE)
    return content


def _return_path(content: bytes) -> str | None:
    """The envelope sender, which the server that delivered the mail wrote on top; "" is nobody."""
    found = _RETURN_PATH.search(content[:64_000].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0])
    return found[1].decode("latin-1") if found else None


def _language_of_site(where: Where) -> str:
    """Explaining needs no site, but speaks as the one that is there."""
    try:
        return where.settings().site.language
    except BadInput:
        return "en"


def _as_text(found: Explanation) -> str:
    """For a terminal: a few lines a file."""
    lines = [f"{found['file']}"]
    lines += [f"  {key.replace('_', '-'):<12}{_shown(found[key])}" for key in SHOWN if found[key] is not None]
    for key in ("text", "signature", "quoted"):
        if found[key]:
            lines += [f"  {key}:", *(f"    {line}".rstrip() for line in str(found[key]).splitlines())]
    for one in found["attachments"]:
        lines.append(f"  attachment  {one['name'] or '(without a name)'}, {one['type']}, {one['size']} bytes")
    for one in (found["bounce"] or {}).get("recipients", []):
        lines.append(f"  bounced     {one['address']} ({one['class']}) {one['status']}".rstrip())
    if found["report"]:
        lines.append(f"  reported    {found['report']['type']} {' '.join(found['report']['recipients'])}".rstrip())
    if found["problems"]:
        lines.append(f"  problems    {', '.join(found['problems'])}")
    return "\n".join([*lines, f"  {found['would']}", ""])


def _shown(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


COMMANDS = {"explain": command}
