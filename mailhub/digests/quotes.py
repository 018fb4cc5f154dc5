"""Which words of an answer are the letter's own, and of which item, however wrapped, marked or cut. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

K = TypeVar("K")

AROUND = 0  # the "item" of the letter's own words, before its first and after its last item

_SHINGLE = 4  # words in a row that make a place known
_SHORT_LINE = 10  # characters of a line that is known as a whole
_TAIL = 6  # quoted lines above an answer that are looked at
_MARKS = re.compile(r"^[\s>|]+")
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"<[^<>\s]+>|[^\s<>]+@[^\s<>]+")  # text has them where HTML has links
_EXAMPLE = re.compile(r"«[^«»]*»|\"[^\"]*\"")  # answers the letter itself proposes: people do write those


class Finder:
    """Knows the items of one letter by their words; what several items share points to none."""

    def __init__(self, items: Iterable[tuple[int, str]], around: str = "") -> None:
        self._by_shingle: dict[tuple[str, ...], int | None] = {}
        self._by_line: dict[str, int | None] = {}
        self._headings: dict[str, int] = {}
        for number, printed in items:
            self._learn(number, printed)
            self._headings[" ".join(_words(printed.partition("\n")[0]))] = number
        self._learn(AROUND, around)
        self._examples = {shingle for said in _EXAMPLE.findall(around) for shingle in _shingles(_words(said))}

    def just_above(self, quoted: Sequence[str]) -> int | None:
        """The item an answer below this quotation is about: the last one it holds, unless more than that follows."""
        lines = [line for line in quoted if line.strip(" >|\t")]
        for place in range(len(lines) - 1, max(len(lines) - 1 - _TAIL, -1), -1):
            number = self.of(lines[place])
            if number == AROUND:
                break
            if number is not None:
                return number if not self._is_one_of_a_list(lines, place) else None
        return self.only_one(quoted)

    def only_one(self, quoted: Sequence[str]) -> int | None:
        """The item of a quotation that was trimmed to it; None where it holds several, or the whole letter."""
        held = [(line, self.of(line)) for line in quoted]
        found = {number for _, number in held if number}
        # The letter's own words around its items say that nobody trimmed it; one line may say who wrote it.
        foreign = sum(not number and self._is_foreign(line) for line, number in held)
        return found.pop() if len(found) == 1 and foreign <= 1 else None

    def of(self, line: str) -> int | None:
        """The item a line is from, `AROUND` for what stands around them."""
        words = _words(_MARKS.sub("", line))
        for shingle in _shingles(words):
            number = self._by_shingle.get(shingle)
            if number is not None:
                return number
        return self._by_line.get(" ".join(words))

    def is_own(self, line: str, before: str = "") -> bool:
        """Whether every word of a line is the letter's; a short one may go on from the line of the letter before it."""
        words = _words(_MARKS.sub("", line))
        if words and len(words) < _SHINGLE and " ".join(words) not in self._by_line:
            words = [*_words(_MARKS.sub("", before))[1 - _SHINGLE :], *words]
        shingles = [shingle for shingle in _shingles(words) if shingle not in self._examples]
        if not shingles:
            return " ".join(words) in self._by_line
        return all(shingle in self._by_shingle for shingle in shingles)

    def is_heading(self, line: str) -> bool:
        """Whether a line is the number and title of an item."""
        return " ".join(_words(_MARKS.sub("", line))) in self._headings

    def _learn(self, number: int, text: str) -> None:
        for shingle in set(_shingles(_words(text))):
            self._note(self._by_shingle, shingle, number)
        for line in {" ".join(_words(line)) for line in text.splitlines()} - {""}:
            self._note(self._by_line, line, number)

    def _is_one_of_a_list(self, lines: Sequence[str], place: int) -> bool:
        """Whether this is a line of the letter's contents, with others of it above."""
        return place > 0 and self.is_heading(lines[place]) and self.is_heading(lines[place - 1])

    def _is_foreign(self, line: str) -> bool:
        words = _words(_MARKS.sub("", line))
        return len(words) > _SHINGLE and not any(self._by_shingle.get(shingle) for shingle in _shingles(words))

    @staticmethod
    def _note(known: dict[K, int | None], key: K, number: int) -> None:
        known[key] = number if known.get(key, number) == number else None


def _words(text: str) -> list[str]:
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", _without_addresses(text.casefold())) if not unicodedata.combining(c)
    )
    return _WORD.findall(plain)


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "@" in text or "<" in text else text


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(words) - _SHINGLE + 1):
        yield tuple(words[start : start + _SHINGLE])
