"""A template that is MJML from beginning to end: marks through the compiler, and its words as plain text.

The compiler says little and lets much pass, so what may stand where is looked at here, line by line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser

from mailhub.errors import BadInput
from mailhub.language import COLUMNS
from mailhub.templates import layouts
from mailhub.templates.lexer import Cut, Lexed
from mailhub.templates.plain import Block, spelled
from mailhub.templates.remarks import Remarks

PLACES = ("language", "title", "preheader", "footer")  # filled by mailhub
BUILDING = frozenset({"mj-body", "mj-section", "mj-column", "mj-wrapper", "mj-group"})  # hold elements, not words
_SILENT = frozenset({"mj-head", "mj-style", "mj-raw", "style", "script", "title"})
_LINKS = ("a", "mj-button", "mj-social-element")
_PARAGRAPHS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "tr", "td", "th"}
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A body of MJML: its HTML with marks, and its plain text in pieces between the tags."""

    html: str
    pieces: tuple[Block | Cut, ...]


def read(lexed: Lexed, language: str, remarks: Remarks, first_line: int) -> Whole:
    """Compile it. What is wrong is remarked, and then the HTML is empty."""
    for line, name in layouts.unknown_elements(lexed.text):
        remarks.error(first_line + line - 1, *layouts.told_unknown(name))
    _compile(lexed.text, remarks, first_line)
    remarks.check()  # whatever is read from here on has the form of MJML
    reader = _Reader(lexed, first_line)
    reader.feed(lexed.text)
    reader.close()
    reader.flush()
    if not any(cut.source == "footer" for cut in lexed.cuts):
        remarks.error(
            first_line, "the place {{ footer }} is missing", "write it last: why this mail came, how to leave"
        )
    return Whole(_html(lexed, reader.bare, language, remarks, first_line), tuple(reader.pieces))


def _html(lexed: Lexed, bare: frozenset[str] | set[str], language: str, remarks: Remarks, first_line: int) -> str:
    text = lexed.text
    for cut in lexed.cuts:
        if cut.mark in bare:  # words between elements would be thrown away
            text = text.replace(cut.mark, f"<mj-raw>{cut.mark}</mj-raw>")
        elif cut.source == "language":
            text = text.replace(cut.mark, escape(language))
    return _compile(text, remarks, first_line)


def _compile(text: str, remarks: Remarks, first_line: int) -> str:
    try:
        return layouts.html_of(text)
    except BadInput as bad:
        what, _, cure = str(bad).partition("; ")
        remarks.error(first_line, what, cure)
        return ""


class _Reader(HTMLParser):
    """Gathers paragraphs in the order they are read in."""

    def __init__(self, lexed: Lexed, first_line: int) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Block | Cut] = []
        self.bare: set[str] = set()  # marks of tags that stand between elements
        self._lexed = lexed
        self._first_line = first_line
        self._open: list[str] = []
        self._parts: list[tuple[str, str]] = []
        self._line = first_line
        self._prefix = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in ("br", "img", "hr", "meta", "link"):
            self._open.append(tag)
        if self._is_silent:
            return
        if tag.startswith("mj-") or tag in _PARAGRAPHS or tag in ("li", "hr"):
            self.flush()
        self._line = self._first_line + self.getpos()[0] - 1
        if tag in ("hr", "mj-divider"):
            self._add(Block(self._line, "-" * COLUMNS))
        elif tag == "li":
            self._prefix = "- "
        elif tag == "br":
            self._parts.append(("break", ""))
        elif tag in ("img", "mj-image"):
            self._image(given)
        elif tag in _LINKS and given.get("href"):
            self._parts.append(("opens", given["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass
        if self._is_silent:
            return
        if tag in _LINKS:
            self._parts.append(("closes", ""))
        if tag.startswith("mj-") or tag in _PARAGRAPHS or tag == "li":
            self.flush()
        if tag in ("ul", "ol") and self.pieces:
            self._end_list(self.pieces[-1])

    def handle_data(self, data: str) -> None:
        for piece in self._lexed.split(data):
            if isinstance(piece, str):
                if not self._is_silent:
                    self._parts.append(("words", re.sub(r"\s+", " ", piece)))
            elif piece.is_tag:
                self.flush()
                self.pieces.append(piece)
                if self._open and self._open[-1] in BUILDING:
                    self.bare.add(piece.mark)
            elif piece.source not in PLACES and not self._is_silent:
                self._parts.append(("words", piece.mark))

    def flush(self) -> None:
        """What has been gathered is a paragraph."""
        words, self._parts = spelled(self._merged(), self._lexed), []
        if words:
            is_item = bool(self._prefix)
            self._add(Block(self._line, words, self._prefix, " " * len(self._prefix), "\n" if is_item else "\n\n"))
            self._prefix = ""

    def _end_list(self, last: Block | Cut) -> None:
        """An empty line follows its last item, and a loop that may have made none."""
        if isinstance(last, Block):
            self.pieces[-1] = replace(last, ends="\n\n")
        else:
            self._add(Block(self._line, "", ends="\n", is_fixed=True))

    @property
    def _is_silent(self) -> bool:
        return any(name in _SILENT for name in self._open)

    def _add(self, block: Block) -> None:
        self.pieces.append(block)

    def _image(self, given: Mapping[str, str]) -> None:
        if given.get("href"):
            self._parts.append(("opens", given["href"]))
        self._parts.append(("image", given.get("alt", "")))
        if given.get("href"):
            self._parts.append(("closes", ""))

    def _merged(self) -> list[tuple[str, str]]:
        """Neighbouring words as one, so that what follows a link is seen whole."""
        merged: list[tuple[str, str]] = []
        for kind, words in self._parts:
            if merged and kind == merged[-1][0] == "words":
                merged[-1] = (kind, re.sub(r" {2,}", " ", merged[-1][1] + words))
            else:
                merged.append((kind, words))
        return merged
