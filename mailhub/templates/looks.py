"""What MJML of an organiser may not hold, and how it looks to those who see little: contrast, words for pictures.

Read from the elements, line by line; of a style sheet only what it fetches is seen. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
NEVER = frozenset(
    ("applet", "audio", "base", "button", "embed", "form", "frame", "iframe", "input", "link", "math", "meta", "object")
) | {"script", "select", "svg", "textarea", "video"}
_URLS = ("href", "src", "background-url", "background", "action", "srcset")
_MAY_LEAD = re.compile(r"https?://|mailto:|…|$", re.IGNORECASE)
_FETCHES = re.compile(r"@import|<link\b|url\(", re.IGNORECASE)
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_NAMED = {"black": "#000000", "white": "#ffffff"}
_WRITES = {"mj-text": "#000000", "mj-button": "#ffffff", "mj-table": "#000000", "mj-accordion-text": "#000000"}
_PAPER = {"mj-button": "#414141"}  # what MJML takes where nothing is said
_GROUND = ("background-color", "container-background-color", "inner-background-color")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend, at a line of the MJML."""

    line: int
    what: str
    cure: str


def faults(text: str) -> list[Fault]:
    """Everything found, from the first line to the last."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.found


def fetches(html: str) -> tuple[str, str] | None:
    """What is wrong with HTML that fetches fonts or pictures for its looks, and the cure; None where it does not."""
    if not _FETCHES.search(html):
        return None
    what = "fonts or backgrounds would be fetched from elsewhere whenever it is opened"
    return what, 'write <mj-all font-family="Georgia, serif" /> in <mj-attributes>, and no url()'


def contrast(one: str, other: str) -> float:
    """How clearly one colour stands on the other, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Fault] = []
        self._defaults: dict[str, Mapping[str, str]] = {}
        self._grounds: list[tuple[str, str]] = [("", "#ffffff")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if any(name == "mj-attributes" for name, _ in self._grounds):
            key = f".{given.get('name', '')}" if tag == "mj-class" else tag
            self._defaults[key] = given
            return
        self.found += _forbidden(self.getpos()[0], tag, given)
        given = self._with_defaults(tag, given)
        if tag in ("img", "mj-image"):
            self.found += _picture(self.getpos()[0], given)
        if tag.startswith("mj-"):
            own = next((colour for name in _GROUND if (colour := _hex(given.get(name, "")))), "")
            ground = own or _PAPER.get(tag) or self._grounds[-1][1]
            if tag in _WRITES:
                self.found += self._legible(_hex(given.get("color", "")) or _WRITES[tag], ground)
            self._grounds.append((tag, ground))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self._grounds):
            while self._grounds.pop()[0] != tag:
                pass

    def _with_defaults(self, tag: str, given: Mapping[str, str]) -> dict[str, str]:
        """What stands in the head counts where the element says nothing."""
        classes = [self._defaults.get(f".{name}", {}) for name in given.get("mj-class", "").split()]
        merged: dict[str, str] = {}
        for each in (self._defaults.get("mj-all", {}), self._defaults.get(tag, {}), *classes, given):
            merged.update(each)
        return merged

    def _legible(self, colour: str, ground: str) -> Iterator[Fault]:
        if (found := contrast(colour, ground)) < LEAST_CONTRAST:
            what = f"{colour} on {ground} has a contrast of {found:.1f}"
            yield Fault(
                self.getpos()[0], what, f"choose colours of {LEAST_CONTRAST} or more, such as #1f2a24 on #fbfaf6"
            )


def _forbidden(line: int, tag: str, given: Mapping[str, str]) -> Iterator[Fault]:
    """Elements and attributes that no mail may carry; a `meta` in the head of a look is let be."""
    is_scheme = tag == "meta" and "color-scheme" in given.get("name", "")
    if tag in NEVER and not is_scheme:
        yield Fault(line, f"<{tag}> may not be mailed", "take it away, as mail programs would")
    for name, value in given.items():
        if name.startswith("on"):
            yield Fault(line, f"the attribute {name} may not be mailed", "take it away, as mail programs would")
        elif name in _URLS and not _MAY_LEAD.match(value.strip()):
            yield Fault(line, f'{name} leads to "{value.strip()[:60]}"', "begin it with https://, http:// or mailto:")


def _picture(line: int, given: Mapping[str, str]) -> Iterator[Fault]:
    if not given.get("alt", "").strip():
        yield Fault(line, "a picture without words for those who do not see it", 'write alt="what it shows"')
    if not given.get("src", "").startswith("https://") and "…" not in given.get("src", ""):
        yield Fault(line, "a picture that does not come from an https address", "begin its src with https://")


def _hex(colour: str) -> str:
    """The colour in six digits; "" where this is none that is known here."""
    colour = _NAMED.get(colour.strip().lower(), colour.strip())
    if not _COLOUR.fullmatch(colour):
        return ""
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
