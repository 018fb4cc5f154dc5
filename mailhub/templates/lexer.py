"""Cuts `{{ … }}` and `{% … %}` out of an organiser's text before anything else reads it.

In their place stand marks of letters and digits alone, which Markdown and MJML carry through as they would a word.
Lines stay lines. What a placeholder or a tag says is read by `expressions`, and never executed as code.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailhub.templates.remarks import Remarks

MOST_MARKS = 2_000
LONGEST = 500  # characters between the braces

_OPENS = re.compile(r"\{\{|\{%|\{#|\}\}|%\}")
_INSIDE = r"((?:\"[^\"\n]*\"|'[^'\n]*'|[^\"'\n])"
_WHOLE = {
    "{{": re.compile(r"\{\{" + _INSIDE + r"*?)\}\}"),
    "{%": re.compile(r"\{%" + _INSIDE + r"*?)%\}"),
    "{#": re.compile(r"\{#([^\n]*?)#\}"),
}
_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_IN_URL = "y"  # ends a mark that stands for a part of a written-out link
_END = "z"


@dataclass(frozen=True, slots=True)
class Cut:
    """What was cut out: the words between the braces, and the line they stood in."""

    mark: str
    source: str
    line: int
    is_tag: bool


@dataclass(frozen=True, slots=True)
class Lexed:
    """A text with marks, line for line, and what they stand for."""

    text: str
    cuts: tuple[Cut, ...]
    stem: str

    def split(self, text: str) -> Iterator[str | Cut]:
        """A text in which the marks have travelled, taken apart at them."""
        return (piece for piece, _ in self.split_parts(text))

    def split_parts(self, text: str) -> Iterator[tuple[str | Cut, bool]]:
        """The same, each with whether it is a mark that stands for a part of a link."""
        at = 0
        for found in re.finditer(rf"{self.stem}n(\d+)([yz])", text):
            if found.start() > at:
                yield text[at : found.start()], False
            yield self.cuts[int(found[1])], found[2] == _IN_URL
            at = found.end()
        if at < len(text):
            yield text[at:], False

    def shown(self, text: str, instead: str = "…") -> str:
        """The text with other words where the marks are."""
        return "".join(piece if isinstance(piece, str) else instead for piece in self.split(text))

    def as_parts(self, url: str) -> str:
        """A link to be written out in plain text: its marks are known as parts of one."""
        return re.sub(rf"({self.stem}n\d+){_END}", rf"\1{_IN_URL}", url)


def lex(text: str, remarks: Remarks, first_line: int = 1, *, strays: bool = True) -> Lexed:
    """Cut a text; `strays` tells of closing braces that close nothing, which style sheets are full of."""
    lexer = _Lexer(_stem(text), remarks, strays)
    lines = [lexer.line(line, number) for number, line in enumerate(text.split("\n"), first_line)]
    return Lexed("\n".join(lines), tuple(lexer.cuts), lexer.stem)


def _stem(text: str) -> str:
    """Begins every mark of this text, and nothing that stands in it."""
    stem = ""
    seed = text.encode("utf-8", "replace")
    while not stem or stem in text:
        seed = hashlib.sha256(seed).digest()
        stem = f"mk{seed.hex()[:12]}"
    return stem


class _Lexer:
    def __init__(self, stem: str, remarks: Remarks, strays: bool) -> None:
        self.stem = stem
        self.cuts: list[Cut] = []
        self._remarks = remarks
        self._strays = strays

    def line(self, line: str, number: int) -> str:
        """One line with marks; after the first mistake in it the rest stays as it is."""
        made, at = [], 0
        while found := _OPENS.search(line, at):
            made.append(line[at : found.start()])
            at = found.end()
            if found[0] in _ENDS:
                whole = _WHOLE[found[0]].match(line, found.start(), found.start() + LONGEST + 4)
                if whole is None:
                    self._unclosed(found[0], number)
                    break
                made.append(self._taken(found[0], whole[1], line, number))
                at = whole.end()
            elif self._strays:
                self._remarks.error(number, f"{found[0]} closes nothing here", "take it away, or open it before")
        return "".join([*made, line[at:]])

    def _taken(self, opening: str, inside: str, line: str, number: int) -> str:
        if opening == "{#":
            return ""
        is_tag = opening == "{%"
        if inside.startswith(("-", "+")) or inside.endswith(("-", "+")):
            self._remarks.error(number, "a - or + beside the braces is not used here", "take it away")
        elif is_tag and not _is_alone(line):
            what = "a control tag stands inside a line"
            self._remarks.error(number, what, "give it a line of its own, round whole paragraphs or lists")
        elif len(self.cuts) >= MOST_MARKS:
            self._remarks.error(number, f"more than {MOST_MARKS} placeholders and tags", "split the template")
        else:
            mark = f"{self.stem}n{len(self.cuts)}{_END}"
            self.cuts.append(Cut(mark, inside.strip(), number, is_tag))
            return mark
        return ""

    def _unclosed(self, opening: str, number: int) -> None:
        what = f"{opening} is not closed in its line"
        cure = f"close it with {_ENDS[opening]}, every quote too, within {LONGEST} characters"
        self._remarks.error(number, what, cure)


def _is_alone(line: str) -> bool:
    stripped = line.strip()
    return stripped.startswith("{%") and stripped.find("%}") == len(stripped) - 2
