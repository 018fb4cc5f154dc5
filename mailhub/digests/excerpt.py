"""The part of a text that stands in a letter: its first lines, at the width of one. Pure."""

from dataclasses import dataclass

from mailhub.language import COLUMNS, wrap

LINES = 20
_SPARED = 4  # lines: to fold fewer saves nobody anything
_LONGEST = 40_000  # characters looked at
_FIRST_WORDS = 60  # characters of a text that is told in a line


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of at most 72 columns; `left` counts those folded away."""

    lines: tuple[str, ...]
    left: int


def of(text: str, columns: int = COLUMNS) -> Excerpt:
    """The first twenty lines; a text only a little longer stands whole."""
    lines = wrapped(text[:_LONGEST], columns)
    if len(lines) <= LINES + _SPARED and len(text) <= _LONGEST:
        return Excerpt(tuple(lines), 0)
    shown = lines[:LINES]
    while shown and not shown[-1]:
        shown.pop()
    return Excerpt(tuple(shown), len(lines) - len(shown))


def wrapped(text: str, columns: int = COLUMNS) -> list[str]:
    """A member's text in lines that fit; lines that fit stay as they were written, as verses and lists do."""
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        lines += [line.rstrip()] if len(line) <= columns else wrap(line, columns).splitlines()
    return lines


def first_words(text: str) -> str:
    """How a text begins, in a few words."""
    said = " ".join(text[:1000].split())
    if len(said) <= _FIRST_WORDS:
        return said
    cut = said[: _FIRST_WORDS - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut} …"
