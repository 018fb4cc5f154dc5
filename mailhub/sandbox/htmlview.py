"""The HTML of a mail as a mail program shows it: a document of its own, for a frame without script and origin. Pure.

Unlike on the site's pages, where the one sanitiser keeps little, here a mail keeps its looks, since they are what a
visitor came to see. So nothing of it reaches a page: `POLICY` and the frame's `sandbox` see to that, and only known
elements are written anew. Links lead to our pages, to a form to write, or nowhere.
"""

import html
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

from mailhub.sandbox.links import Draft, Piece

SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'; "
    f"sandbox {SANDBOX}"
)
TAGS = frozenset(
    "a b blockquote body br center code div em font h1 h2 h3 h4 h5 h6 hr i li ol p pre s small span strong sub sup "  # noqa: SIM905
    "table tbody td tfoot th thead tr u ul".split()
)
BLOCKS = frozenset("blockquote div h1 h2 h3 h4 h5 h6 hr li p pre table td tr".split())  # noqa: SIM905
ATTRIBUTES = frozenset(
    "align aria-hidden aria-label bgcolor border cellpadding cellspacing class colspan dir height lang role rowspan "  # noqa: SIM905
    "style valign width".split()
)
_WITHOUT = frozenset(
    "head iframe math noscript object script select svg template textarea title video xmp".split()  # noqa: SIM905
)
_FETCHES = re.compile(r"url\s*\(|@import|expression|\\", re.IGNORECASE)
_HEAD = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head>"
)

# How a line of our layouts measures on a wide and on a narrow screen: pixels, and characters.
_WIDE, _NARROW = 64, 36
_HEIGHTS = {"h1": (36, 0.65), "h2": (28, 0.8), "muted": (24, 1.1)}
_LINE, _GAP, _AROUND_WIDE, _AROUND_NARROW = 28, 16, 64, 110


@dataclass(frozen=True, slots=True)
class Sheet:
    """A mail as a document, and about how high it is, in pixels, on a wide and on a narrow screen."""

    html: str
    wide: int
    narrow: int


def sheet(
    markup: str, *, title: str, language: str, press: Callable[[str], Piece | None], write: Callable[[Draft], str]
) -> Sheet:
    """The HTML of a mail for a frame; `press` says what a link opens, `write` where the form for a draft is."""
    writer = _Writer(press, write)
    writer.feed(markup)
    writer.close()
    style = "\n".join(one for one in writer.styles if not _FETCHES.search(one) and "<" not in one)
    head = _HEAD.format(language=html.escape(language), title=html.escape(title), style=style)
    return Sheet(f"{head}{''.join(writer.written)}</html>", math.ceil(writer.wide), math.ceil(writer.narrow))


class _Writer(HTMLParser):
    """Writes what is known anew, and measures it."""

    def __init__(self, press: Callable[[str], Piece | None], write: Callable[[Draft], str]) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.styles: list[str] = []
        self.wide: float = _AROUND_WIDE
        self.narrow: float = _AROUND_NARROW
        self._press = press
        self._write = write
        self._without: list[str] = []  # elements whose words are no words
        self._in_style = False
        self._said = 0  # characters of this line
        self._as = ""  # what this block measures as

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self._in_style = True
            self.styles.append("")
            return
        if tag in _WITHOUT:
            self._without.append(tag)
            return
        if tag == "body":
            self._without.clear()  # whether the head was ended or not
        if tag == "img":
            self.handle_data(dict(attrs).get("alt") or "")
        elif tag in TAGS and not self._is_unseen:
            self._measure(tag, attrs)
            shown = [
                (name, value or "") for name, value in attrs if name in ATTRIBUTES and not _FETCHES.search(value or "")
            ]
            shown += self._link(dict(attrs).get("href") or "") if tag == "a" else []
            self.written.append(f"<{' '.join([tag, *(f'{name}={_quoted(value)}' for name, value in shown)])}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False
        elif tag in self._without:
            del self._without[self._without.index(tag) :]
        elif tag in TAGS - {"br", "hr"} and not self._is_unseen:
            if tag in BLOCKS:
                self._end_line(gap=_GAP)
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles[-1] += data
        elif not self._is_unseen:
            self._said += len(data.strip())
            self.written.append(html.escape(data))

    @property
    def _is_unseen(self) -> bool:
        """Within what holds no words; the style sheets of the head are taken all the same."""
        return bool(self._without)

    def _link(self, href: str) -> list[tuple[str, str]]:
        piece = self._press(href)
        if piece is not None and piece.page:
            return [("href", piece.page), ("target", "_blank"), ("rel", "noopener noreferrer")]
        if piece is not None and piece.draft is not None:
            return [("href", self._write(piece.draft)), ("target", "_top")]
        return []

    def _measure(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line(gap=0)
        elif tag in BLOCKS:
            self._end_line(gap=_GAP)
            given = dict(attrs)
            self._as = tag if tag in _HEIGHTS else "muted" if "muted" in (given.get("class") or "") else ""
            if tag == "hr":
                self.wide += 2 * _GAP
                self.narrow += 2 * _GAP

    def _end_line(self, gap: int) -> None:
        if self._said:
            height, share = _HEIGHTS.get(self._as, (_LINE, 1))
            self.wide += math.ceil(self._said / (_WIDE * share)) * height + gap
            self.narrow += math.ceil(self._said / (_NARROW * share)) * height + gap
        self._said = 0


def _quoted(value: str) -> str:
    return f'"{html.escape(value)}"'
