"""The answers, and the truth about each, from the files beside this module.

A file holds cases: `=== mail program`, the answer, `---`, and the truth, a line for each place words go to:

    3: vengo              these words are posted to 3; with nothing after it, 3 is asked for whole
    1+3: vengo            to both
    3|?: vengo            to 3, or asked about
    ?: siamo in 3         must be asked about
    ?9: vengo             asked about, and told that there is no 9
    ~: grazie             may be left out
    3: (per la 3) vengo   words in brackets may be there or not

A line `or` begins another truth that is as good.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from mailhub.digests.answers import Reading

WORD = re.compile(r"\w+|[^\w\s\x00-\u00bf\u2000-\u206f\u20ac\ufe0f\u20e3]")
ASKED, LEFT_OUT = "?", "~"
MARKING = frozenset(
    """
    e la il l al alla per n nr nº n° ° punto numero messaggio rispondo quella del delle della uno tre quattro cinque
    prima primo seconda secondo terza quinta sesta ultima cesoie recinto potatura di sabato chiudere cancello sera cena
    gruppo passaggio rivalta re no number item items the to on for and one first second third fourth fifth last about
    three five shears fence pruning saturday lock gate at night group supper la3 vengo
    """.split()  # noqa: SIM905
)  # words that only say which thing is meant


@dataclass(frozen=True, slots=True)
class Line:
    """Some words, and the places that may have them."""

    places: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Case:
    """One answer, and what a sensible reader makes of it."""

    name: str
    language: str
    client: str
    said: str
    truths: tuple[tuple[Line, ...], ...]


def load(folder: Path) -> list[Case]:
    return [case for file in sorted(folder.glob("??-*.txt")) for case in _cases(file)]


def _cases(file: Path) -> Iterator[Case]:
    for number, block in enumerate(re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:], 1):
        client, _, rest = block.partition("\n")
        said, _, truth = rest.partition("\n---\n") if not rest.startswith("---") else ("", "", rest[4:])
        lines = [line for line in truth.splitlines() if line.strip()]
        yield Case(f"{file.stem}-{number:02}", file.stem[:2], client, said.strip("\n"), tuple(_truths(lines)))


def _truths(lines: list[str]) -> Iterator[tuple[Line, ...]]:
    truth: list[Line] = []
    for line in lines:
        if line == "or":
            yield tuple(truth)
            truth = []
            continue
        places, _, words = line.partition(":")
        truth.append(Line(tuple(places.split("|")), words.strip()))
    yield tuple(truth)


def words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def is_complete(case: Case) -> bool:
    """Whether the truth speaks of every word of the answer, numbers that only mark aside."""
    told = {word for truth in case.truths for line in truth for word in words(line.words)} | MARKING
    own = "\n".join(line for line in case.said.splitlines() if not line.startswith((">", "@")))
    return not [word for word in words(own) if word not in told and not word[0].isdigit()]


def is_as_meant(case: Case, reading: Reading) -> bool:
    return any(_fits(choice, reading) for truth in case.truths for choice in _choices(truth))


def went_astray(case: Case, reading: Reading) -> bool:
    """Whether words are sent where no truth allows any: the one thing that must never happen."""
    allowed = {number for truth in case.truths for line in truth for place in line.places for number in _numbers(place)}
    return any(not set(piece.items) <= allowed for piece in reading.pieces if piece.is_sure)


def lost(case: Case, reading: Reading) -> list[str]:
    """The words that must be somewhere and are nowhere."""
    kept = {word for piece in reading.pieces for word in words(piece.text)}
    missing = []
    for truth in case.truths:
        must = [
            word
            for line in truth
            if LEFT_OUT not in line.places
            for word, is_needed in _pattern(line.words)
            if is_needed
        ]
        missing.append([word for word in must if word not in kept])
    return min(missing, key=len)


def says(pattern: str, text: str) -> bool:
    """Whether a text is these words, with or without those in brackets."""
    return _matches(_pattern(pattern), words(text))


def _numbers(place: str) -> list[int]:
    return [int(number) for number in place.split("+") if number.isdigit()]


def _choices(truth: tuple[Line, ...]) -> Iterator[list[tuple[str, str]]]:
    yield from (
        [*zip(places, (line.words for line in truth), strict=True)]
        for places in product(*(line.places for line in truth))
    )


def _pattern(text: str) -> list[tuple[str, bool]]:
    """The words, and whether each has to be there."""
    found = []
    for part in re.split(r"(\([^()]*\))", text):
        found += [(word, not part.startswith("(")) for word in words(part)]
    return found


def _fits(choice: list[tuple[str, str]], reading: Reading) -> bool:
    meant: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for place, text in choice:
        if place == LEFT_OUT:
            continue
        for one in place.split("+") if "+" in place else [place]:
            meant[one[:1] if one.startswith("?") else one] += _pattern(text)
    unknown = {int(place[1:]) for place, _ in choice if place[:1] == ASKED and place[1:]}
    told = {number for piece in reading.pieces for number in piece.unknown}
    got = _got(reading)
    return set(meant) == set(got) and unknown <= told and all(_matches(meant[place], got[place]) for place in meant)


def _got(reading: Reading) -> dict[str, list[str]]:
    """The words at every place."""
    got: defaultdict[str, list[str]] = defaultdict(list)
    for piece in reading.pieces:
        for place in [str(number) for number in piece.items] if piece.is_sure and piece.items else [ASKED]:
            got[place] += words(piece.text)
    return got


def _matches(pattern: list[tuple[str, bool]], got: list[str]) -> bool:
    """Whether these words are the pattern, with or without what stands in brackets."""
    reached = {0}
    for word, is_needed in pattern:
        onward = {place + 1 for place in reached if place < len(got) and got[place] == word}
        reached = onward if is_needed else reached | onward
    return len(got) in reached
