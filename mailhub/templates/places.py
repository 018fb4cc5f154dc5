"""Where each mark stands in finished HTML, which decides how its value is escaped. Pure.

Reads HTML that Markdown or MJML has written: attributes are quoted, and what only Outlook sees counts as the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from mailhub.templates.lexer import Cut, Lexed
from mailhub.templates.segments import Context

_ONLY_OUTLOOK = re.compile(
    r"<!--\[if[^\]>]{0,100}\]>(?:<!-->|-->)?|<!(?:--)?\[endif\](?:--)?>|<!--<!\[endif\]-->", re.IGNORECASE
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,60})((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z_:@-]{1,60})\s*=\s*(\"[^\"]*\"|'[^']*')")
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_RAW = ("style", "script")
_URLS = frozenset({"href", "src"})
_WORDS = frozenset({"alt", "title", "aria-label"})
_BEFORE_PART = re.compile(r"https?://[^/?#\s]+[/?#]|mailto:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A mark in finished HTML; `wrong` says why it cannot stand there."""

    cut: Cut
    context: Context = Context.TEXT
    in_link: bool = False
    wrong: str = ""
    within: int = 0  # the innermost element that is open there: each has a number of its own


def find(html: str, lexed: Lexed) -> list[str | Place]:
    """The HTML taken apart at its marks."""
    reader = _Reader(html, lexed)
    found: list[str | Place] = []
    for piece in lexed.split(html):
        found.append(piece if isinstance(piece, str) else reader.next(piece))
    return found


class _Reader:
    """Walks the HTML once, saying for each mark in turn where it stands."""

    def __init__(self, html: str, lexed: Lexed) -> None:
        self._places = self._walk(html, lexed)

    def next(self, cut: Cut) -> Place:
        place = next(self._places, None)
        assert place is not None, "every mark is met once, in order"
        assert place.cut is cut
        return place

    def _walk(self, html: str, lexed: Lexed) -> Iterator[Place]:
        at, links, elements = 0, 0, _Elements()
        while at < len(html):
            opens = html.find("<", at)
            text = html[at : opens if opens >= 0 else len(html)]
            yield from (Place(cut, in_link=links > 0, within=elements.innermost) for cut in _cuts(text, lexed))
            if opens < 0:
                return
            if hint := _ONLY_OUTLOOK.match(html, opens):
                at = hint.end()
                yield from (Place(cut, wrong="a comment") for cut in _cuts(hint[0], lexed))
            elif html.startswith("<!--", opens):
                at = _after(html, "-->", opens)
                yield from (Place(cut, wrong="a comment") for cut in _cuts(html[opens:at], lexed))
            elif (tag := _TAG.match(html, opens)) is None:
                at = opens + 1
            else:
                at = tag.end()
                name = tag[2].lower()
                yield from _in_tag(tag[2], tag[3], lexed)
                elements.meet(name, is_end=bool(tag[1]), is_whole=tag[3].endswith("/"))
                links = max(0, links + (-1 if tag[1] else 1)) if name == "a" else links
                if name in _RAW and not tag[1]:
                    end = _after(html, f"</{tag[2]}", at)
                    yield from (Place(cut, wrong=f"<{name}>") for cut in _cuts(html[at:end], lexed))
                    at = end - len(f"</{tag[2]}") if end < len(html) else end


class _Elements:
    """The elements that are open, each by its name and a number of its own."""

    def __init__(self) -> None:
        self._open: list[tuple[str, int]] = [("", 0)]
        self._count = 0

    @property
    def innermost(self) -> int:
        return self._open[-1][1]

    def meet(self, name: str, *, is_end: bool, is_whole: bool) -> None:
        if is_end:
            if any(name == other for other, _ in self._open):
                while self._open.pop()[0] != name:
                    pass
        elif not is_whole and name not in _VOID:
            self._count += 1
            self._open.append((name, self._count))


def _in_tag(name: str, attributes: str, lexed: Lexed) -> Iterator[Place]:
    at = 0
    for found in _ATTRIBUTE.finditer(attributes):
        between = name + attributes[at : found.start()] + found[1]
        yield from (Place(cut, wrong="the tag itself") for cut in _cuts(between, lexed))
        yield from _in_attribute(found[1].lower(), found[2][1:-1], lexed)
        at, name = found.end(), ""
    yield from (Place(cut, wrong="the tag itself") for cut in _cuts(name + attributes[at:], lexed))


def _in_attribute(name: str, value: str, lexed: Lexed) -> Iterator[Place]:
    if name in _URLS:
        yield from _in_url(value, lexed)
    elif name in _WORDS:
        yield from (Place(cut, Context.ATTRIBUTE) for cut in _cuts(value, lexed))
    else:
        yield from (Place(cut, wrong=f"the attribute {name}") for cut in _cuts(value, lexed))


def _in_url(url: str, lexed: Lexed) -> Iterator[Place]:
    before = ""
    for piece in lexed.split(url):
        if isinstance(piece, str):
            before += unescape(piece)
        elif not before:
            yield Place(piece, Context.URL)
            before = "https://a/"  # it is a whole link; what follows is a part of it
        elif begun := _BEFORE_PART.match(before):
            yield Place(piece, Context.MAILTO if begun[0].lower() == "mailto:" else Context.URL_PART)
        else:
            yield Place(piece, wrong="the host of a link")


def _cuts(text: str, lexed: Lexed) -> Iterator[Cut]:
    return (piece for piece in lexed.split(text) if isinstance(piece, Cut))


def _after(html: str, end: str, start: int) -> int:
    found = html.find(end, start)
    return len(html) if found < 0 else found + len(end)
