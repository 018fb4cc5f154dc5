"""What HTML of ours must be in any mail program: read by a parser of the standard library, never by what made it.

Points P-20 to P-28 that a machine can see: a language, one heading, tables for looks that say so, contrast, words in
links, nothing loaded from elsewhere, and sense without any style sheet.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

LARGEST = 90_000  # octets
LEAST_CONTRAST = 4.5
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
NEVER = frozenset(
    {"script", "form", "iframe", "object", "embed", "svg", "math", "input", "button", "video", "audio", "base"}
)
BLOCKS = frozenset({"p", "br", "li", "td", "h1", "h2", "hr", "div", "blockquote"})
EMPTY_WORDS = frozenset({"click", "click here", "here", "qui", "clicca qui", "link", "this"})
SCHEMES = ("https://", "http://", "mailto:")


class Reader(HTMLParser):
    """The words in order, what they link to, and what is wrong with the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.language = ""
        self.headings: list[str] = []
        self._link: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if tag in BLOCKS:
            self.words.append(" ")
        if tag in NEVER:
            self.faults.append(f"<{tag}> may not be mailed")
        self.faults += [f"{name} on <{tag}>" for name in given if name.startswith("on")]
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "table" and given.get("role") not in ("presentation", "none"):
            self.faults.append("a table for looks that does not say so")
        if tag == "img" and "alt" not in given:
            self.faults.append("an image without alt")
        for name in ("src", "background", "poster", "srcset"):
            if given.get(name):
                self.faults.append(f"{name} loads {given[name][:60]}")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)
        if tag == "a":
            self._link = (given.get("href", ""), [])

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag not in self.open:
            self.faults.append(f"</{tag}> closes nothing")
            return
        while self.open and (left := self.open.pop()) != tag:
            if left not in ("p", "li", "td", "tr", "tbody"):
                self.faults.append(f"<{left}> is not closed before </{tag}>")
        if tag == "a" and self._link is not None:
            self.links.append((self._link[0], " ".join("".join(self._link[1]).split())))
            self._link = None

    def handle_data(self, data: str) -> None:
        if not {"style", "title", "head"} & set(self.open[1:]) or {"body"} & set(self.open):
            self.words.append(data)
        if self._link is not None:
            self._link[1].append(data)


def lint(html: str, language: str) -> list[str]:
    """Every fault, in words."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    faults = list(reader.faults)
    if reader.language != language:
        faults.append(f"the language is {reader.language!r}, not {language!r}")
    if reader.headings.count("h1") != 1 or reader.headings[:1] != ["h1"]:
        faults.append(f"the headings are {reader.headings[:5]}; one h1 comes first")
    if len(html.encode()) > LARGEST:
        faults.append(f"{len(html.encode())} octets")
    for target, words in reader.links:
        if not target.startswith(SCHEMES):
            faults.append(f"a link to {target[:60]!r}")
        if words.lower() in EMPTY_WORDS or not words:
            faults.append(f"a link that says {words!r}")
    if "color-scheme" not in html or "prefers-color-scheme: dark" not in html:
        faults.append("nothing for dark screens")
    faults += [f"{part!r} loads something" for part in re.findall(r"url\([^)]*\)|@import[^;]*", html)]
    return faults + list(_contrast(html))


def words_of(html: str) -> str:
    """What is left where a mail program strips every style and image."""
    reader = Reader()
    reader.feed(html)
    return " ".join("".join(reader.words).split())


def _contrast(html: str) -> Iterator[str]:
    """Each text colour of the layout against paper, light and dark."""
    light, _, dark = html.partition("prefers-color-scheme: dark")
    dark = dark.partition("</style>")[0]
    for text, paper in (
        (re.sub(r"border[^;]*;", "", light), "#fbfaf6"),
        (re.sub(r"border[^;]*;", "", dark), "#161b18"),
    ):
        for colour in set(re.findall(r"(?<![-\w])color:\s*(#[0-9a-fA-F]{6})", text)):
            if contrast(colour, paper) < LEAST_CONTRAST:
                yield f"{colour} on {paper} has a contrast of {contrast(colour, paper):.1f}"


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, 1.4.3."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
