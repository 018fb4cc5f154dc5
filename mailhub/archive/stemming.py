"""Words as search compares them: without case, accents and, in Italian and English, endings. The stemmer's one door."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

LANGUAGES = {"it": "italian", "en": "english"}  # PostgreSQL's configurations have the same names
LONGEST = 40  # characters; longer runs of letters are keys, sums and encoded files
_MOST = 20_000  # words of one text
_MOST_CHARACTERS = 200_000
_SHORTEST_STEMMED = 3
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[\u0300-\u036f]+")
# What stands before an apostrophe in Italian, or after one in English, is not what somebody looks for.
_ELISION = re.compile(
    r"\b(?:[cdlmnstv]|un|gl|all|dall|dell|nell|sull|coll|quell|quest|bell|sant|dov|com)['’](?=[^\W\d_])"
    r"|(?<=[^\W\d_])['’](?:s|t|d|m|ll|re|ve)\b",
    re.IGNORECASE,
)


def words_of(text: str) -> list[str]:
    """Every word of a text, folded, each once, in the order they first stand."""
    found = _WORD.findall(folded(text[:_MOST_CHARACTERS]))
    return [word for word in dict.fromkeys(found) if len(word) <= LONGEST][:_MOST]


def folded(text: str) -> str:
    """Small letters without accents."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return text.casefold()


def asked(query: str, most: int) -> list[str]:
    """The words somebody looks for; articles and endings that hang on an apostrophe do not count."""
    return words_of(_ELISION.sub(" ", query))[:most]


def stems(words: Iterable[str], language: str) -> set[str]:
    """The stems of these words that are not the words themselves."""
    return {stem for word in words if (stem := stem_of(word, language)) != word}


@lru_cache(maxsize=1 << 16)
def stem_of(word: str, language: str) -> str:
    """The stem of a folded word; of what is no word of a language, itself."""
    if language not in LANGUAGES or len(word) < _SHORTEST_STEMMED or not word.isalpha():
        return word
    with _one_at_a_time:
        stem: str = _stemmer(language).stemWord(word)
    return stem


_one_at_a_time = threading.Lock()  # a stemmer keeps the word it works on in itself


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(LANGUAGES[language])
