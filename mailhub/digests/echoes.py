"""The lines of an answer, each known as new or as the letter's own, also where no mail program marked it. Pure.

`mail/quoting` knows what mail programs do. Here the letter that was answered is known too: its lines are nobody's new
words, wherever they stand, and words that somebody wrote between them are not its.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from mailhub.digests.quotes import AROUND, Finder
from mailhub.mail.attribution import Strength, attribution, header_block
from mailhub.mail.quoting import Kind, fold

MOST_LINES = 4_000  # that are compared with the letter
_LONGEST = 2_000  # characters of a line that is
_FEWEST_WORDS = 6  # of lines in a row that are the letter's, without a mark
_FEWEST_LINES = 5  # of the letter in a quotation without marks in which words may stand
_MOSTLY = 0.7  # of such a quotation is the letter's
_MARK = (">", "|")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Run:
    """Lines that follow each other and are of one kind; `is_inside` where they stood within a quotation."""

    kind: Kind
    lines: tuple[str, ...]
    is_inside: bool = False


def runs(text: str, letter: Finder) -> list[Run]:
    """Take an answer apart, knowing the letter."""
    lines = text.split("\n", MOST_LINES)  # what follows those is taken as what it follows
    kinds = [kind for span in fold(text).spans for kind in [span.kind] * (span.end - span.start)][: len(lines)]
    own = _own(lines, letter)
    inside = set(_written_inside(lines, kinds, own, letter))
    found = list(kinds)
    for place in inside:
        found[place] = Kind.NEW
    for start, end in _copied(lines, kinds, own, letter):
        found[start:end] = [Kind.QUOTED] * (end - start)
    places = [(kind, place in inside, line) for place, (kind, line) in enumerate(zip(found, lines, strict=True))]
    groups = groupby(places, key=lambda one: one[:2])
    return [Run(kind, tuple(line for *_, line in group), is_inside) for (kind, is_inside), group in groups]


def _own(lines: list[str], letter: Finder) -> list[bool]:
    """Which lines are in the letter's words."""
    own, before = [False] * len(lines), ""
    for place, line in enumerate(lines):
        if _says_nothing(line) or len(line) > _LONGEST:
            continue
        own[place] = letter.is_own(line, before)
        before = line if own[place] else ""
    return own


def _written_inside(lines: list[str], kinds: list[Kind], own: list[bool], letter: Finder) -> Iterator[int]:
    """New lines between the letter's, in a quotation no line of which is marked."""
    for start, end in _stretches(kinds, Kind.QUOTED):
        mine = [place for place in range(start, end) if own[place]]
        is_marked = any(line.lstrip().startswith(_MARK) for line in lines[start:end])
        if is_marked or len(mine) < _FEWEST_LINES:
            continue
        of_items = [place for place in mine if letter.of(lines[place])]
        said = (
            [place for place in range(of_items[0], of_items[-1]) if not _says_nothing(lines[place])] if of_items else []
        )
        foreign = [place for place in said if not own[place]]
        if len(foreign) <= (1 - _MOSTLY) * len(said):
            yield from foreign


def _copied(lines: list[str], kinds: list[Kind], own: list[bool], letter: Finder) -> Iterator[tuple[int, int]]:
    """The letter's lines among the new ones, with what a program wrote above them."""
    for start, end in _stretches(kinds, Kind.NEW):
        at = start
        while at < end:
            last = _own_until(lines, own, at, end)
            if last > at and _is_copy(lines[at:last], letter):
                yield _announced_from(lines, start, at), last
            at = max(last, at + 1)


def _own_until(lines: list[str], own: list[bool], at: int, end: int) -> int:
    """Where the letter's lines from here end; those of an address or of nothing between two of them belong to them."""
    last = place = at
    while place < end and (own[place] or (last > at and _says_nothing(lines[place]))):
        place += 1
        last = place if own[place - 1] or lines[place - 1].strip() else last
    return last


def _is_copy(lines: Sequence[str], letter: Finder) -> bool:
    """Whether lines in the letter's words are copied from it, and not an answer in the same words."""
    said = [line for line in lines if line.strip()]
    if said[0].lstrip().startswith(_MARK):
        return True
    words = sum(len(line.split()) for line in said)
    is_one = len(said) == 1 and (letter.is_heading(said[0]) or letter.of(said[0]) == AROUND)
    return words >= _FEWEST_WORDS and not is_one


def _announced_from(lines: list[str], start: int, at: int) -> int:
    """Where a copied header or an attribution just above the letter's lines begins."""
    for place in range(max(start, at - 12), at):
        if not lines[place].strip():
            continue
        size = header_block(lines, place) or _attributed(lines, place)
        if size and not any(line.strip() for line in lines[place + size : at]):
            return place
    return at


def _attributed(lines: list[str], place: int) -> int:
    count, strength = attribution(lines, place)
    return count if strength is Strength.SURE else 0


def _says_nothing(line: str) -> bool:
    """Whether a line is empty, ruled, or only the address that text shows behind a link."""
    said = line.strip().lstrip("> |\t")
    return not _WORD.search(said) or (said.startswith("<") and said.endswith(">"))


def _stretches(kinds: Sequence[Kind], wanted: Kind) -> Iterator[tuple[int, int]]:
    place = 0
    for kind, group in groupby(kinds):
        size = sum(1 for _ in group)
        if kind is wanted:
            yield place, place + size
        place += size
