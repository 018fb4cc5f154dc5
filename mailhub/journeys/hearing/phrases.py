"""Words as people type them, and books of phrases that are looked up in them, the longest first. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from mailhub.verbs import plain

T = TypeVar("T")

_TOKEN = re.compile("\\+1\\b|[^\\W_]+(?:['’`´][^\\W_]+)*['’`´]?|[\U0001f44d\U0001f44e\U0001f44c✅❌]")
_SIGNS = {"\U0001f44d": "yes", "\U0001f44c": "yes", "✅": "yes", "+1": "yes", "\U0001f44e": "no", "❌": "no"}
_ACCENTED = frozenset("àáèéìíòóùú")
_LENGTHENED = re.compile(r"([^\W\d_])\1{2,}")
_LONGEST_WORD = 40  # characters of a word that anybody means


@dataclass(frozen=True, slots=True)
class Token:
    """One word: as it is compared, where it stands, and whether it has a capital or an accent."""

    word: str
    start: int
    end: int
    is_capital: bool = False
    is_accented: bool = False


def tokens(text: str, start: int = 0, end: int | None = None) -> tuple[Token, ...]:
    """The words of a part of a text; «SIII!!» is the word «si», «sì» and «si'» are accented ones."""
    found = _TOKEN.finditer(text, start, len(text) if end is None else end)
    return tuple(_token(match[0], match.start(), match.end()) for match in found)


def _token(written: str, start: int, end: int) -> Token:
    typed = written[:_LONGEST_WORD].replace("´", "'").replace("`", "'").replace("’", "'")
    word = _SIGNS.get(written) or _LENGTHENED.sub(r"\1", plain(typed))
    is_accented = typed.endswith("'") or not _ACCENTED.isdisjoint(typed.lower())
    return Token(word, start, end, written[0].isupper(), is_accented)


class Phrases(Generic[T]):
    """A book of phrases, each with what it means."""

    def __init__(self, meanings: Mapping[T, Iterable[str]]) -> None:
        self._book: dict[tuple[str, ...], T] = {}
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                self._book.setdefault(tuple(token.word for token in tokens(phrase)), meaning)
        self._longest = max(map(len, self._book), default=0)

    def at(self, said: Sequence[Token], place: int) -> tuple[int, T] | None:
        """How many words the longest phrase at this place has, and what it means."""
        for size in range(min(self._longest, len(said) - place), 0, -1):
            meaning = self._book.get(tuple(token.word for token in said[place : place + size]))
            if meaning is not None:
                return size, meaning
        return None

    def ending(self, said: Sequence[Token]) -> tuple[int, T] | None:
        """The same of the longest phrase that the words end with."""
        for size in range(min(self._longest, len(said)), 0, -1):
            meaning = self._book.get(tuple(token.word for token in said[len(said) - size :]))
            if meaning is not None:
                return size, meaning
        return None
