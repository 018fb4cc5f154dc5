"""Which items of a letter a quotation holds, however a mail program has wrapped, marked or cut it. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

K = TypeVar("K")

_SHINGLE = 4  # words in a row that make a place known
_SHORT_LINE = 10  # characters of a line that is known as a whole
_TAIL = 6  # quoted lines above an answer that are looked at
_MARKS = re.compile(r"^[\s>|]+")
_WORD = re.compile(r"[^\W_]+")


class Finder:
    """Knows the items of one letter by their words; what several items share points to none."""

    def __init__(self, items: Iterable[tuple[int, str]]) -> None:
        self._by_shingle: dict[tuple[str, ...], int | None] = {}
        self._by_line: dict[str, int | None] = {}
        for number, printed in items:
            words = _words(printed)
            for shingle in set(_shingles(words)):
                self._note(self._by_shingle, shingle, number)
            for line in {" ".join(_words(line)) for line in printed.splitlines()}:
                if len(line) >= _SHORT_LINE:
                    self._note(self._by_line, line, number)

    def just_above(self, quoted: Sequence[str]) -> int | None:
        """The item an answer below this quotation is about: the last one it holds, unless more than that follows."""
        lines = [line for line in quoted if line.strip(" >|\t")]
        for line in reversed(lines[-_TAIL:]):
            number = self._of(line)
            if number is not None:
                return number
        return self.only_one(quoted)

    def only_one(self, quoted: Sequence[str]) -> int | None:
        """The item of a quotation that was trimmed to it; None where it holds several, or the whole letter."""
        held = [(line, self._of(line)) for line in quoted]
        found = {number for _, number in held if number is not None}
        # The letter's own words around its items say that nobody trimmed it; one line may say who wrote it.
        foreign = sum(number is None and self._is_foreign(line) for line, number in held)
        return found.pop() if len(found) == 1 and foreign <= 1 else None

    def _of(self, line: str) -> int | None:
        words = _words(_MARKS.sub("", line))
        for shingle in _shingles(words):
            number = self._by_shingle.get(shingle)
            if number is not None:
                return number
        return self._by_line.get(" ".join(words))

    def _is_foreign(self, line: str) -> bool:
        words = _words(_MARKS.sub("", line))
        return len(words) > _SHINGLE and not any(shingle in self._by_shingle for shingle in _shingles(words))

    @staticmethod
    def _note(known: dict[K, int | None], key: K, number: int) -> None:
        known[key] = number if known.get(key, number) == number else None


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _WORD.findall(plain)


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(words) - _SHINGLE + 1):
        yield tuple(words[start : start + _SHINGLE])
