"""What in the text of a letter can be pressed: our own pages, and our own addresses, which open a form to write.

Pure. Everything else stays text: nothing in the sandbox leads out of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import parse_qs, unquote, urlsplit

from mailhub.language import COLUMNS

SIGNATURE = "-- "  # RFC 3676 section 4.3: below it stands who wrote, not what

_FOUND = re.compile(r"https?://[^\s<>\"«»]+|mailto:[^\s<>\"«»]+|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,200}")
_AFTER = ".,;:!?)]"  # ends the sentence, not the link


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that a link begins."""

    to: str
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text, and what pressing it opens: a page, or a draft, or nothing."""

    text: str
    page: str = ""
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one kind: text, quote (of somebody else's mail), foot (below a signature mark)."""

    kind: str
    pieces: tuple[Piece, ...]


def blocks(text: str, base_url: str, is_ours: Callable[[str], bool]) -> list[Block]:
    """A letter's text as a mail program shows it."""
    above, _, below = ("\n" + text).partition(f"\n{SIGNATURE}\n")
    groups = groupby(above.splitlines(), key=lambda line: line.startswith(">"))
    parts = [("quote", _unquoted(lines)) if quoted else ("text", _flowing([*lines])) for quoted, lines in groups]
    shown = [(kind, words.strip("\n")) for kind, words in (*parts, ("foot", below))]
    return [Block(kind, tuple(pieces(words, base_url, is_ours))) for kind, words in shown if words]


def pieces(text: str, base_url: str, is_ours: Callable[[str], bool]) -> Iterator[Piece]:
    """A text cut at what can be pressed."""
    at = 0
    for found in _FOUND.finditer(text):
        link = found[0].rstrip(_AFTER)
        piece = pressed(link, base_url, is_ours)
        if piece is not None:
            yield from _plain(text[at : found.start()])
            yield piece
            at = found.start() + len(link)
    yield from _plain(text[at:])


def pressed(link: str, base_url: str, is_ours: Callable[[str], bool]) -> Piece | None:
    """What pressing this link opens; None where it leads out of the town."""
    if link.startswith("http"):
        return Piece(link, page=link) if link.startswith(f"{base_url}/") else None
    begun = draft(link) if link.startswith("mailto:") else Draft(link)
    return Piece(link, draft=begun) if begun is not None and is_ours(begun.to) else None


def draft(link: str) -> Draft | None:
    """The mail that a `mailto:` link begins (RFC 6068), to its first recipient."""
    parts = urlsplit(link)
    to = unquote(parts.path).partition(",")[0].strip()
    if parts.scheme != "mailto" or not to:
        return None
    fields = {name.lower(): values[0] for name, values in parse_qs(parts.query.replace("+", "%2B")).items()}
    return Draft(to, fields.get("subject", ""), fields.get("body", ""))


def _plain(text: str) -> Iterator[Piece]:
    if text:
        yield Piece(text)


def _unquoted(lines: Iterable[str]) -> str:
    return _flowing([line.removeprefix(">").removeprefix(" ") for line in lines])


def _flowing(lines: list[str]) -> str:
    """Lines that were cut at our width become paragraphs again, so that a narrow screen cuts them only once."""
    flowing = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        word = following.partition(" ")[0]
        was_cut = bool(word) and " " in line and len(line) <= COLUMNS < len(line) + 1 + len(word)
        flowing += line + (" " if was_cut else "\n")
    return flowing
