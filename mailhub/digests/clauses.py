"""The clauses of a line, each with what it answers: «1 sì, 2 no», «per il recinto vengo, per la cena no». Pure."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from mailhub.digests import markers, numerals, titles
from mailhub.digests.markers import Marker

LONGEST = 1_000  # characters of a line that is looked through for clauses
_MOST = 40  # clauses

_STOP = re.compile(r"(?:[,;.!?]\s{1,3}|\s[-–—]\s)(?:(?:e|ed|and|poi|then|ma|but)\s)?")
# With no stop before them: figures with a mark of their own, and numbers called numbers.
_MARKED = re.compile(
    r"\s(?:(?:e|ed|and|ma|but)\s)?(?=\d{1,2}[):]\s|\d{1,2}\.\s[^\W\d]|(?:(?:al|il|per il)\s)?(?:numero|punto|number)\s|"
    r"(?:alla|sulla|per la|la)\s(?:\d|(?:una|uno|due|tre|quattro|cinque|sei|sette|otto|nove|dieci)\b))",
    re.IGNORECASE,
)
_HOLDS_FIGURE = re.compile(
    r"\b(?:alle|le|ore|in|per|dalle|con|at|by|of|until|till|from|to|are|were|siamo|il|dal|di|tra|fra|verso|a|around|e|"
    r"and|i|n)\s*$",
    re.IGNORECASE,
)  # before a figure: an hour, a count
_STOPPED = re.compile(r"(?:[,;.]\s{1,3}|\s[-–—]\s|\s)(?:(?:e|ed|and|poi|then|ma|but)\s)?$")
_FIGURE = re.compile(r"(?<![\d:./])\d")


@dataclass(frozen=True, slots=True)
class Clause:
    """What a clause answers, and its words."""

    marker: Marker
    is_title: bool = False


Understood = Callable[[int, str], bool]  # whether these words alone are a command to the item of this number


def nothing(_number: int, _said: str) -> bool:
    """No words are understood."""
    return False


def read(
    line: str, known: Collection[int], named: Sequence[tuple[int, str]], understood: Understood = nothing
) -> list[Clause]:
    """Every clause of a line that begins with what it answers; none where its first does not.

    A figure before words that are `understood` counts nothing, whatever stands before it.
    """
    first = _told(_at(line, known, named), understood)
    if first is None:
        return []
    if first.marker.is_doubtful or len(line) > LONGEST:
        return [first]
    found = [first]
    starts = [0]
    for start in list(_starts(line))[:_MOST]:
        clause = _told(_at(line[start:], known, named), understood)
        if clause is None:
            continue
        is_new = not {number for one in found for number in one.marker.numbers} & set(clause.marker.numbers)
        is_command = is_new and _is_command(clause, understood)
        if is_command or _goes_on(clause, found, line[starts[-1] : start]):
            found.append(clause)
            starts.append(start)
    return [_told(clause, understood) or clause for clause in _parted(line, found, starts, known, named)]


def _told(clause: Clause | None, understood: Understood) -> Clause | None:
    """The clause, without a doubt where its words are a command to what it numbers."""
    if clause is None or not clause.marker.is_doubtful or not _is_command(clause, understood):
        return clause
    return replace(clause, marker=replace(clause.marker, is_doubtful=False))


def _is_command(clause: Clause, understood: Understood) -> bool:
    words = _up_to_stop(clause.marker.rest)
    return all(understood(number, words) for number in clause.marker.numbers)


def _at(text: str, known: Collection[int], named: Sequence[tuple[int, str]]) -> Clause | None:
    marker = markers.leading(text, known) or markers.behind(_up_to_stop(text), known)
    if marker is not None:
        return Clause(_told_by_title(marker, named))
    title = titles.leading(text, named)
    if title is None:
        return None
    return Clause(Marker(title.numbers, title.rest, text.strip(), is_doubtful=len(title.numbers) > 1), is_title=True)


def _told_by_title(marker: Marker, named: Sequence[tuple[int, str]]) -> Marker:
    """«2 assi no» counts nothing where the second thing is about «assi»."""
    if not marker.is_doubtful or marker.is_word or len(marker.numbers) > 1:
        return marker
    own = [one for one in named if one[0] == marker.numbers[0]]
    return replace(marker, is_doubtful=titles.alone(marker.rest.partition(" ")[0], own) is None)


def _up_to_stop(text: str) -> str:
    stop = _STOP.search(text)
    return text[: stop.start() + 1] if stop is not None else text


def _starts(line: str) -> Iterator[int]:
    """Where a clause may begin."""
    ends = {found.end() for found in _STOP.finditer(line)}
    for found in _MARKED.finditer(line):
        if found.end() not in ends and not _HOLDS_FIGURE.search(line[max(found.start() - 12, 0) : found.start()]):
            ends.add(found.end())
    yield from sorted(ends)


def _goes_on(clause: Clause, before: list[Clause], words_before: str) -> bool:
    """Whether what looks like another clause is one, and not a part of the words before it."""
    marker, numbers = clause.marker, {number for one in before for number in one.marker.numbers}
    if marker.is_doubtful or numbers & set(marker.numbers):
        return False
    if clause.is_title or not marker.is_loose:
        return True
    # «5 veniamo in 3, 1 vegetariano»: a bare figure goes on only upwards, after a count only with an answer's words.
    rises = marker.numbers[0] > max(before[-1].marker.numbers)
    last = before[-1].marker
    said = last.rest[: max(len(words_before) - (len(last.whole) - len(last.rest)), 0)]
    has_count = _FIGURE.search(said) is not None
    return rises and (
        not has_count or numerals.begins_answer(marker.rest) or words_before.rstrip().endswith((";", "."))
    )


def _parted(
    line: str, found: list[Clause], starts: list[int], known: Collection[int], named: Sequence[tuple[int, str]]
) -> list[Clause]:
    """The clauses, each with its own words only."""
    if len(found) == 1:
        return found
    ends = [*starts[1:], len(line)]
    parts = [line[start:end] for start, end in zip(starts, ends, strict=True)]
    clauses = [_at(_trimmed(part), known, named) for part in parts]
    return [clause for clause in clauses if clause is not None] if all(clauses) else found[:1]


def _trimmed(part: str) -> str:
    return _STOPPED.sub("", part)
