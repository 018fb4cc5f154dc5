"""What a template is compiled to: constants, slots, choices and repeats, and how they are filled for one person. Pure.

Filling costs nothing but what it writes, and stops where it would write without end.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any
from urllib.parse import quote

from mailhub.language import COLUMNS
from mailhub.templates import prose
from mailhub.templates.expressions import Both, Compared, Literal, Name, Not, Test, Value
from mailhub.templates.filters import DEFAULT, FILTERS
from mailhub.templates.values import BadValue, bare, written

MOST_STEPS = 50_000
MOST_CHARACTERS = 1 << 20


class Context(StrEnum):
    """Where a slot stands, which decides how its value is written."""

    SUBJECT = "subject"
    PLAIN = "plain text"
    TEXT = "text"  # between tags
    PRESSABLE = "a link or an address in text"  # becomes something one can press
    ATTRIBUTE = "attribute"
    URL = "URL"  # the whole of it, or its beginning
    URL_PART = "part of a URL"
    MAILTO = "part of a mailto URL"
    MARKUP = "markup"  # of ours, safe already


@dataclass(frozen=True, slots=True)
class Constant:
    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    value: Value
    context: Context


@dataclass(frozen=True, slots=True)
class Choice:
    """The first branch whose test holds; one without a test always does."""

    branches: "tuple[tuple[Test | None, Segments], ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The body once for each thing of a list; what opens and closes it is written only if there is one."""

    items: str
    name: str
    body: "Segments"
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Constants and slots of plain text, folded when the values are known; `ends` follows only words."""

    body: "Segments"
    first: str  # begins its first line
    rest: str  # begins the others
    ends: str


Segment = Constant | Slot | Choice | Repeat | Paragraph
Segments = tuple[Segment, ...]


def fill(segments: Sequence[Segment], values: Mapping[str, object], language: str) -> str:
    """The segments with these values, which `values.checked` has let through. Raises BadValue if it grows too long."""
    if len(segments) == 1 and isinstance(segments[0], Slot):
        return _in_place(segments[0], values, language)
    filler = _Filler(language)
    filler.write(segments, values)
    return "".join(filler.out)


def holds(tested: Test, values: Mapping[str, object], language: str) -> bool:
    """Whether a test holds; a comparison with nothing does not, under `not` either."""
    return _truth(tested, values, language) is True


def fold(words: str, first: str = "", rest: str = "") -> str:
    """Words in lines of 72 columns at most; a link has a line of its own and is never broken."""
    lines: list[str] = []
    for line in words.split("\n"):
        for run in _apart(line) if "://" in line else (line,):
            _fold_run(" ".join(filter(None, run.split(" "))), lines, first, rest)
    return "\n".join(lines)


def _fold_run(run: str, lines: list[str], first: str, rest: str) -> None:
    """Break where the last blank is that fits; a word that is longer has a line of its own."""
    while run:
        begins = rest if lines else first
        room = COLUMNS - len(begins)
        cut = len(run)
        if cut > room:
            cut = run.rfind(" ", 0, room + 1)
            cut = cut if cut > 0 else run.find(" ")
            cut = cut if cut > 0 else len(run)
        lines.append(begins + run[:cut])
        run = run[cut + 1 :]


def _apart(line: str) -> Iterator[str]:
    """The line taken apart at its links, which lose the full stop after them."""
    run: list[str] = []
    for word in line.split(" "):
        if word.startswith(("https://", "http://")):
            yield " ".join(run)
            yield word.rstrip(".,;:")
            run = []
        else:
            run.append(word)
    yield " ".join(run)


class _Filler:
    def __init__(self, language: str) -> None:
        self.out: list[str] = []
        self._language = language
        self._steps = self._characters = 0

    def write(self, segments: Sequence[Segment], values: Mapping[str, object]) -> None:
        for segment in segments:  # isinstance: patterns cost twice as much, and this is done for every reader
            if isinstance(segment, Constant):
                self._put(segment.text)
            elif isinstance(segment, Slot):
                self._put(_in_place(segment, values, self._language))
            elif isinstance(segment, Paragraph):
                words = fill(segment.body, values, self._language)
                if words.strip():
                    self._put(fold(words, segment.first, segment.rest) + segment.ends)
            elif isinstance(segment, Choice):
                self._choose(segment.branches, values)
            else:
                self._repeat(segment, values)

    def _put(self, text: str) -> None:
        self._steps += 1
        self._characters += len(text)
        if self._steps > MOST_STEPS or self._characters > MOST_CHARACTERS:
            raise BadValue("the mail would grow without end; its lists are too long")
        self.out.append(text)

    def _choose(self, branches: "Sequence[tuple[Test | None, Segments]]", values: Mapping[str, object]) -> None:
        for tested, body in branches:
            if tested is None or holds(tested, values, self._language):
                self.write(body, values)
                return

    def _repeat(self, segment: Repeat, values: Mapping[str, object]) -> None:
        items = values.get(segment.items)
        if not isinstance(items, list) or not items:
            return
        self._put(segment.opens)
        for item in items:
            named = {f"{segment.name}.{name}" if name else segment.name: value for name, value in item.items()}
            self._put("")
            self.write(segment.body, {**values, **named})
        self._put(segment.closes)


def _in_place(slot: Slot, values: Mapping[str, object], language: str) -> str:
    return _WRITERS[slot.context](language, evaluated(slot.value, values, language))


def evaluated(value: Value, values: Mapping[str, object], language: str) -> object:
    """What a placeholder stands for; None where nothing does."""
    if isinstance(value, Name):
        return values.get(value.path)
    if isinstance(value, Literal):
        return value.value
    found = evaluated(value.inner, values, language)
    if value.name == DEFAULT and found not in (None, ""):
        return written(language, found) if isinstance(value.arguments[0], str) else found
    if found is None and value.name != DEFAULT:
        return None
    return FILTERS[value.name].write(language, found, *value.arguments)


def _truth(tested: Test, values: Mapping[str, object], language: str) -> bool | None:
    match tested:
        case Not(inner):
            found = _truth(inner, values, language)
            return None if found is None else not found
        case Both(parts, either):
            truths = [_truth(part, values, language) for part in parts]
            if either in truths:
                return either
            return None if None in truths else not either
        case Compared(left, sign, right):
            return _compared(evaluated(left, values, language), sign, evaluated(right, values, language))
    return bool(evaluated(tested, values, language))


def _compared(left: Any, sign: str, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    match sign:
        case "==":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "in":
            return any(left == each.get("") for each in right)
    try:
        return bool(_ORDERS[sign](left, right))
    except TypeError:  # a moment with a zone and one without
        return None


def _pressable(language: str, value: object) -> str:
    return prose.inline(written(language, value))


_ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_WRITERS: Mapping[Context, Callable[[str, object], str]] = {
    Context.SUBJECT: written,
    Context.PLAIN: written,
    Context.TEXT: lambda language, value: escape(written(language, value)),
    Context.PRESSABLE: _pressable,
    Context.ATTRIBUTE: lambda language, value: escape(written(language, value)),
    Context.URL: lambda language, value: escape(written(language, value)),
    Context.URL_PART: lambda _, value: quote(bare(value), safe=""),
    Context.MAILTO: lambda _, value: quote(bare(value), safe="@"),
    Context.MARKUP: lambda _, value: str(value),
}
