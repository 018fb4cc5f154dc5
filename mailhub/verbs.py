"""Everything a person can do, declared once by the room that owns it (design idea 2).

A verb is at once a word in a reply, an address (`garden-join@…`), a link and a button. The word belongs to the *kind of
thing* answered: «sì» to a join confirmation is not «sì» to anything else.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from mailhub.authority import Evidence, Level
from mailhub.errors import MailhubError
from mailhub.site import Site

ANYTHING = "*"
LONGEST_COMMAND = 60  # characters; a longer line is prose, never a command


@dataclass(frozen=True, slots=True)
class Thing:
    """What a mail is about: its kind declares its words."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Act:
    """One person about to carry out one verb on one thing."""

    session: Session
    site: Site
    person_id: int
    thing: Thing
    argument: str  # what stood after the word: «pausa fino al 2 settembre» gives «fino al 2 settembre»
    evidence: Evidence
    via: str  # "reply", "address", "button", "cli"
    now: datetime
    language: str
    address_id: int | None = None  # the address it came from, where there was one
    raw_id: int | None = None  # the mail it came by
    words: str = ""  # the new words of that mail


@dataclass(frozen=True, slots=True)
class Answer:
    """What to tell the person: a mail of the catalogue, about a thing that may be answered."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    thing: Thing | None = None  # its Reply-To token; None: nothing to answer
    returns_text: bool = False  # the person's own words come back below
    below: str = ""  # what is told beyond our words, in lines that fit


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did. `undo` holds what its `undo` function needs; None: it cannot be taken back."""

    done: bool
    answer: Answer | None = None
    undo: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing a person can do."""

    name: str
    words: Mapping[str, tuple[str, ...]]  # by language; the first is the one our mails print
    level: Level
    things: frozenset[str]  # kinds it may be said to, or {ANYTHING}
    perform: Callable[[Act], Outcome]
    undo: Callable[[Act, Mapping[str, Any]], Outcome] | None = None
    suffixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # address forms, by language
    takes_argument: bool = False
    colon: bool = False  # its argument stands behind a colon, since the word begins prose as well
    reads: Callable[[str], bool] | None = None  # whether a line that begins so says it; the whole line is its argument
    takes_prose: bool = False  # its argument may be as long as its writer likes: the reason of a refusal
    listens: bool = False  # it hears whatever is no other verb's word: an answer in one's own words
    one_tap: bool = False  # one word that answers one question: a vote, a yes
    mailbox_suffices: bool = False  # joining: the unused token of a question sent only to that mailbox is enough
    only_tells: bool = False  # nothing is done that «annulla» could mean
    of_person: bool = False  # it is about who says it, so that at the front desk no group stands behind the word

    def fits(self, kind: str) -> bool:
        return ANYTHING in self.things or kind in self.things


@dataclass(frozen=True, slots=True)
class Call:
    """A verb found in what somebody wrote."""

    verb: Verb
    argument: str


class Clash(MailhubError):
    """Two verbs claim one word for the same thing, or one name or suffix twice."""


class Verbs:
    """All verbs of the site. Built once by the hub, passed on as an argument."""

    def __init__(self, verbs: Iterable[Verb] = ()) -> None:
        self._by_name: dict[str, Verb] = {}
        self._by_suffix: dict[str, Verb] = {}
        self._by_word: dict[str, list[Verb]] = {}
        self._named: Mapping[str, str] | None = None
        for verb in verbs:
            self.add(verb)

    def add(self, verb: Verb) -> None:
        """Declare a verb; raises Clash when its name, a word or a suffix is taken."""
        if verb.name in self._by_name:
            raise Clash(f"verb {verb.name!r} is declared twice")
        for word in _plain_words(verb):
            for other in self._by_word.setdefault(word, []):
                if _meet(verb.things, other.things):
                    raise Clash(f"verbs {verb.name!r} and {other.name!r} both claim {word!r}")
            self._by_word[word].append(verb)
        for suffix in (s for forms in verb.suffixes.values() for s in forms):
            if suffix in self._by_suffix:
                raise Clash(f"suffix -{suffix} is declared twice")
            self._by_suffix[suffix] = verb
        self._by_name[verb.name] = verb
        self._named = None

    def __iter__(self) -> Iterator[Verb]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Verb:
        return self._by_name[name]

    def find(self, name: str) -> Verb | None:
        return self._by_name.get(name)

    def by_suffix(self, suffix: str) -> Verb | None:
        return self._by_suffix.get(suffix.lower())

    @property
    def suffixes(self) -> frozenset[str]:
        """Every last part that makes an address a command; no list may be called so."""
        return frozenset(self._by_suffix)

    @property
    def by_suffixes(self) -> Mapping[str, str]:
        """The verb's name for each of them."""
        if self._named is None:
            self._named = {suffix: verb.name for suffix, verb in self._by_suffix.items()}
        return self._named

    def for_kind(self, kind: str) -> tuple[Verb, ...]:
        """What may be said to a thing of this kind: its own verbs first."""
        own = [v for v in self._by_name.values() if kind in v.things]
        return (*own, *(v for v in self._by_name.values() if ANYTHING in v.things))

    def listener(self, kind: str) -> Verb | None:
        """The verb that hears people's own words to a thing of this kind; None: we ask what is meant."""
        return next((verb for verb in self._by_name.values() if verb.listens and kind in verb.things), None)

    def recognise(self, line: str, kind: str) -> Call | None:
        """The verb this line says to a thing of this kind, in any language; None for prose.

        Exact grammar: the whole line is the word, or begins with it where the verb takes an argument.
        """
        said = plain(line)
        is_short = len(said) <= LONGEST_COMMAND
        for verb in (v for v in self.for_kind(kind) if said and (is_short or v.takes_prose)):
            for word in _plain_words(verb):
                if verb.reads is not None:
                    if said.startswith(word) and said[len(word) :][:1] in ("", " ", ":", ",") and verb.reads(said):
                        return Call(verb, said)
                elif said == word:
                    return Call(verb, "")
                elif verb.takes_argument and said.startswith(word) and said[len(word)] in _after_word(verb):
                    return Call(verb, said[len(word) + 1 :].strip())
        return None


def plain(text: str) -> str:
    """How people really write: «Sì.», «SI», «si» and «perche» are what we mean by «sì» and «perché»."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(letters.strip(" \t\r\n.,;:!?\"'«»“”*_-()[]").split())


def as_written(verb: Verb, line: str) -> str:
    """What stands behind the verb's word in a line, with its capitals and accents; "" where the word is not in it."""
    pieces = line.replace(":", ": ", 1).split()
    for start in range(len(pieces)):
        for word in _plain_words(verb):
            end = start + len(word.split())
            if plain(" ".join(pieces[start:end])) == word:
                return " ".join(pieces[end:])
    return ""


def _after_word(verb: Verb) -> str:
    """What may stand between its word and its argument."""
    return ":" if verb.colon else " ,:;"


def _plain_words(verb: Verb) -> tuple[str, ...]:
    """Its words in all languages as `plain` reads them, the longest first."""
    return _made_plain(tuple(word for words in verb.words.values() for word in words))


@lru_cache(maxsize=1024)
def _made_plain(words: tuple[str, ...]) -> tuple[str, ...]:
    """Made once: every line somebody writes is held against all of them."""
    return tuple(sorted({plain(word) for word in words}, key=lambda word: (-len(word), word)))


def _meet(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether one thing could hear both: a kind's own word wins over one that fits anything."""
    return bool(ours & theirs)
