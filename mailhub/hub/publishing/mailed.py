"""Files of content in a mail: which they are, whatever a mail program made of their names and letters. Pure.

A file is known by its name, and a YAML file by its keys: what has steps or a trigger is a journey. A name becomes a
slug or nothing, so that none of it is ever a path.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from mailhub.content import Kind, Problem
from mailhub.lists.checks import SLUG
from mailhub.lists.definition import LONGEST_SLUG
from mailhub.mail.message import Mail
from mailhub.templates.slugs import place_of

MOST = 12  # files of one mail
LARGEST = 100_000  # octets of one, as of a template
TOGETHER = 250_000

_YAML, _MARKED = (".yaml", ".yml"), (".md", ".mjml")
_NAME = re.compile(r"[\w.-]{1,80}\.(?:ya?ml|md|mjml)\b", re.ASCII)
_TWICE = re.compile(r"\s*\(\d{1,3}\)(?=\.|$)")  # «welcome.it (1).md», as browsers save a second one
_OF_JOURNEYS = re.compile(r"^(?:steps|trigger)[ \t]*:", re.MULTILINE)
_OF_LISTS = re.compile(
    r"^(?:kind|join|post|archive|moderate|description|addresses|default_delivery|parent|aliases)[ \t]*:", re.MULTILINE
)
_TITLE = re.compile(r"^title[ \t]*:", re.MULTILINE)
_KEY = re.compile(r"[a-z_]+[ \t]*:(?:\s|$)")
_SUBJECT = re.compile(r"^subject[ \t]*:", re.MULTILINE)
_FENCE, _SIGNATURE = "---", "\n-- \n"
_BODY = "the mail itself"


@dataclass(frozen=True, slots=True)
class Mailed:
    """One file that came by mail: what it is, and its text with the line ends of a file."""

    kind: Kind
    slug: str
    file: str  # where it belongs in the content folder, as problems name it
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a mail, and what is wrong with them before any is read."""

    files: tuple[Mailed, ...] = ()
    problems: tuple[Problem, ...] = ()


def found(mail: Mail) -> Found | None:
    """What content a mail brings; None where it brings none."""
    named = [(_plain(file.name), file.content) for file in mail.attachments if file.name]
    named = [(name, content) for name, content in named if name.endswith(_YAML + _MARKED)]
    if not any(_is_surely_ours(name) for name, _ in named):
        return _in_body(mail)
    if (problem := _too_much([content for _, content in named])) is not None:
        return Found(problems=(problem,))
    each = [_known(name, _text(content)) for name, content in named]
    problems = [one for one in each if isinstance(one, Problem)]
    files = [one for one in each if isinstance(one, Mailed)]
    return Found(tuple(files), (*problems, *_twins(files)))


def _is_surely_ours(name: str) -> bool:
    """Markdown is written for other things too: minutes.md beside a letter is for whoever reads it."""
    return not name.endswith(".md") or place_of(PurePath(name.partition(".")[0], name)) is not None


def _too_much(contents: Sequence[bytes]) -> Problem | None:
    """Looked at before anything is decoded."""
    if len(contents) > MOST:
        return Problem(_BODY, 1, f"{len(contents)} files came at once", f"send {MOST} at most in one mail")
    sizes = [len(content) for content in contents]
    if max(sizes) > LARGEST or sum(sizes) > TOGETHER:
        what = f"the files are longer than {LARGEST:,} octets, or {TOGETHER:,} together"
        return Problem(_BODY, 1, what, "split them, or send them in several mails")
    return None


def _plain(name: str) -> str:
    """The name without folders and what programs add to it."""
    last = re.split(r"[/\\]", name.strip())[-1]
    return _TWICE.sub("", last.lower()).removesuffix(".txt").strip()


def _text(content: bytes) -> str:
    """The words of a file, in whatever letters a mail program left them; lines end as in a file."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _known(name: str, text: str) -> Mailed | Problem:
    """Which definition a file of this name is."""
    stem, _, _ = name.rpartition(".")
    if name.endswith(_YAML):
        kind = Kind.JOURNEY if _OF_JOURNEYS.search(text) else Kind.LIST
        if not SLUG.fullmatch(stem) or len(stem) > LONGEST_SLUG:
            cure = "call it <name>.yaml; names have small letters, digits and hyphens"
            return Problem(_shown(name), 1, f"no {kind} can be told from this name", cure)
        return Mailed(kind, stem, f"{kind.folder}/{stem}.yaml", text)
    folder = name.partition(".")[0]
    slug = place_of(PurePath(folder, name))
    if slug is None:
        cure = "call it <name>.it.md or <name>.en.md; names have small letters, digits and hyphens"
        return Problem(_shown(name), 1, "no template can be told from this name", cure)
    return Mailed(Kind.TEMPLATE, slug, f"{Kind.TEMPLATE.folder}/{folder}/{name}", text)


def _twins(files: Sequence[Mailed]) -> Iterator[Problem]:
    seen = set[tuple[Kind, str]]()
    for one in files:
        if (one.kind, one.slug) in seen:
            yield Problem(one.file, 1, "this file came twice", "send one of the two")
        seen.add((one.kind, one.slug))


def _in_body(mail: Mail) -> Found | None:
    """A mail whose whole text is such a file; its name is the subject, or stands in the first comment."""
    text = mail.text.partition(_SIGNATURE)[0].replace("\u00a0", " ").strip("\n") + "\n"
    if not _is_content(text):
        return None
    if (problem := _too_much([text.encode(errors="replace")])) is not None:
        return Found(problems=(problem,))
    first = text.partition("\n")[0] if text.startswith("#") else ""
    named = _NAME.search(mail.subject.lower()) or _NAME.search(first.lower())
    if named is None:
        cure = "write it as the subject, such as welcome.yaml or welcome.it.md, or send it as a file"
        return Found(problems=(Problem(_BODY, 1, "this file has no name", cure),))
    one = _known(named[0], text)
    return Found((one,)) if isinstance(one, Mailed) else Found(problems=(one,))


def _is_content(text: str) -> bool:
    """Whether this is nothing but a file: what people write does not begin with a key, or with front matter."""
    if text.startswith(f"{_FENCE}\n"):
        head, fence, _ = text.removeprefix(f"{_FENCE}\n").partition(f"\n{_FENCE}\n")
        return bool(fence) and _SUBJECT.search(head) is not None
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    is_yaml = _KEY.match(next(lines, "")) is not None and _TITLE.search(text) is not None
    return is_yaml and bool(_OF_JOURNEYS.search(text) or _OF_LISTS.search(text))


def _shown(name: str) -> str:
    return name if len(name) <= LONGEST_SLUG + 10 else f"{name[:LONGEST_SLUG]}…"
