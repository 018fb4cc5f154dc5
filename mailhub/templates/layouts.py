"""The looks of our mails: MJML with a few places, compiled once into HTML whose places are slots of a frame.

A site's own `templates/layouts/<name>.mjml` goes before the starter of that name. Nothing a stranger or a member wrote
comes near MJML: words are put in afterwards.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import mjml

from mailhub import content
from mailhub.errors import BadInput
from mailhub.mail.frame import Slot, Text

PLACES = frozenset({"language", "title", "preheader", "author", "body", "answer", "footer"})
NEEDED = frozenset({"title", "body", "footer"})  # a mail without them would not say what it is, or how to leave
NAMES = ("letter", "notice", "post", "question")
FOLDER = "templates/layouts"
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_LONGEST = 200_000  # characters of a layout
_ONLY_OUTLOOK_UNENDED = re.compile(r"<!--\[if(?![^\]<>]{0,200}\]>)")
_LOOK_FOR = "look for an unclosed tag or comment, or a bare &"
_TOO_DEEP = "the layout is too large or too deep; keep it to a few sections"
ELEMENTS = (
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-all",
    "mj-attributes",
    "mj-body",
    "mj-breakpoint",
    "mj-button",
    "mj-class",
    "mj-column",
    "mj-divider",
    "mj-font",
    "mj-group",
    "mj-head",
    "mj-hero",
    "mj-image",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-style",
    "mj-table",
    "mj-text",
    "mj-title",
    "mj-wrapper",
)
_MOST_TOLD = 20
_DEEPEST = 200  # elements within each other; the compiler's own stack ends at some thousands


@dataclass(frozen=True, slots=True)
class Layout:
    """A compiled layout: HTML with places between its constants; constants stand at the even ones."""

    parts: tuple[str, ...]

    def html(self, values: Mapping[str, str | Slot]) -> Text:
        """The HTML with these in its places: words are escaped, a slot stays one; a place without a value is empty."""
        filled: list[str | Slot] = []
        for place, part in enumerate(self.parts):
            value = values.get(part, "") if place % 2 else part
            filled.append(html.escape(value) if place % 2 and isinstance(value, str) else value)
        return tuple(piece for piece in filled if piece)


def find(name: str, site_content: Path | None) -> Path:
    """The file of a layout: the site's own, else the starter."""
    homes = (site_content, content.starter()) if site_content else (content.starter(),)
    found = next((path for home in homes if (path := home / FOLDER / f"{name}.mjml").is_file()), None)
    if found is None:
        raise BadInput(f"there is no layout {name!r} in {FOLDER}; put {name}.mjml there, or install mailhub again")
    return found


def compiled(name: str, site_content: Path | None = None) -> Layout:
    """A layout ready for use; raises BadInput with file, line and cure where it is none."""
    path = find(name, site_content)
    stat = path.stat()
    return _compiled(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=32)
def _compiled(path: Path, _changed_at: int, _size: int) -> Layout:
    """Made once for each state of the file."""
    text = path.read_text(encoding="utf-8")
    problem = next(iter(problems(text)), None)
    if problem is not None:
        line, what = problem
        raise BadInput(f"{path}:{line}: {what}")
    try:
        return Layout(tuple(_PLACE.split(html_of(text))))
    except BadInput as fault:
        raise BadInput(f"{path}:1: {fault}") from fault


def html_of(text: str) -> str:
    """MJML compiled; whatever it cannot be is told with the cure, as BadInput."""
    if len(text) > _LONGEST or _depth(text) > _DEEPEST:
        raise BadInput(_TOO_DEEP)
    if _ONLY_OUTLOOK_UNENDED.search(text):  # the compiler panics at one
        raise BadInput(f"this is no MJML; {_LOOK_FOR}")
    try:
        return _small(str(mjml.mjml2html(text)))
    except ValueError as fault:
        raise BadInput(f"this is no MJML ({fault}); {_LOOK_FOR}") from fault
    except BaseException as fault:
        if type(fault).__module__ != "pyo3_runtime":  # a panic inside the compiler is no Exception in Python
            raise
        raise BadInput(f"this is no MJML; {_LOOK_FOR}") from fault


def known(site_content: Path | None) -> list[str]:
    """The names of all layouts there are."""
    homes = (site_content, content.starter()) if site_content else (content.starter(),)
    return sorted({path.stem for home in homes for path in (home / FOLDER).glob("*.mjml")})


def problems(text: str) -> list[tuple[int, str]]:
    """What is wrong with a layout, as line and words with the cure."""
    found = []
    if len(text) > _LONGEST or _depth(text) > _DEEPEST:
        found.append((1, _TOO_DEEP))
    found += [(line, "; ".join(told_unknown(name))) for line, name in unknown_elements(text)]
    places = {match[1]: text.count("\n", 0, match.start()) + 1 for match in _PLACE.finditer(text)}
    known = ", ".join(sorted(PLACES))
    found += [
        (line, f"there is no place {{{{ {name} }}}}; the places are {known}")
        for name, line in places.items()
        if name not in PLACES
    ]
    missing = sorted(NEEDED - places.keys())
    found += [(1, f"the place {{{{ {name} }}}} is missing; write it where that belongs") for name in missing]
    return found


def unknown_elements(text: str) -> list[tuple[int, str]]:
    """Elements MJML does not have, with their lines; the compiler would leave them out and say nothing."""
    found = (tag for tag in re.finditer(r"<(mj-[a-z0-9-]{1,60})", text) if tag[1] not in ELEMENTS)
    return [(text.count("\n", 0, tag.start()) + 1, tag[1]) for tag in islice(found, _MOST_TOLD)]


def told_unknown(name: str) -> tuple[str, str]:
    """What is wrong with such an element, and the cure."""
    return f"there is no element <{name}>", content.one_of(name, ELEMENTS)


def _depth(text: str) -> int:
    deepest = depth = 0
    for tag in re.finditer(r"<(/?)[a-zA-Z][^<>]{0,2000}?(/?)>", text):
        depth += -1 if tag[1] else 0 if tag[2] else 1
        deepest = max(deepest, depth)
    return deepest


def _small(text: str) -> str:
    """The same without the white space between tags."""
    return re.sub(r">\s+<", "><", text)
