"""What goes into full text, and what comes out of it."""

from dataclasses import dataclass
from datetime import datetime

from mailhub.archive.stemming import LANGUAGES, stems, words_of


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found; the key by which to continue after it."""

    post_id: int
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A post as full text keeps it: folded words, each once."""

    post_id: int
    list_id: int
    sent_at: datetime
    language: str
    subject: list[str]
    words: list[str]
    quoted: list[str]


def entry_of(post_id: int, list_id: int, sent_at: datetime, language: str, *said: str) -> Entry:
    """The entry of a post that says these three: its subject, its new words, its quoted words."""
    subject, words, quoted = map(words_of, said)
    return Entry(post_id, list_id, sent_at, language, subject, words, quoted)


def ways_to_say(word: str) -> list[str]:
    """The word and its stems in each language, each once: a post may be in any of them."""
    return list(dict.fromkeys((word, *(stem for language in LANGUAGES for stem in sorted(stems([word], language))))))
