"""Takes a reply apart into sentences and clauses, and leaves out the greetings, thanks and names around them. Pure.

Only its beginning is looked at: whoever answers does so at once, and what comes later stays whole in the rest.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from mailhub.journeys.hearing import courtesies
from mailhub.journeys.hearing.phrases import Token, tokens

LOOKED_AT = 2_000  # characters
WRAPPED = 50  # characters of a line that a mail program may have broken
LEADING = 6  # words before an answer in its clause that only lead to it: «possiamo fare»
TRAILING = 2  # words behind it: «persone», "of us"

_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\ufe0f\ufeff\ud800-\udfff\U0001f3fb-\U0001f3ff]")
_SENTENCE_END = re.compile("[.!?…]{1,20}[\"»”')\\]]{0,3}(?=\\s|$)|\n")
_CLAUSE_END = re.compile(r"[,;:](?=\s|$)|(?<=\s)[-–—]{1,3}(?=\s)|[()–—]")
_ABBREVIATED = (
    r"p\.?zza|p\.?za|v\.?le|c\.?so|loc|fraz|int|sig|sigra|dott|prof|nr|num|st|mt|"
    r"lun|mar|mer|gio|ven|sab|dom|gen|feb|apr|mag|giu|lug|ago|sett?|ott|nov|dic"
)
_ABBREVIATION = re.compile(rf"(?:^|[\s(])(?:(?-i:[A-Zns])|{_ABBREVIATED})$", re.IGNORECASE)
_LISTED = re.compile(r"\s*\(?\d{1,2}")
_BETWEEN = " \t\n.,;:!?…-–—*_\"'»”)"  # what may stand between an answer and the rest
_ADDING = frozenset(
    "con with e ed and ma but pero se if perche because senza without anche poi".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence, between its commas."""

    start: int
    end: int
    words: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What ends with a full stop or a line."""

    start: int
    end: int
    clauses: tuple[Clause, ...]
    asks: bool

    @property
    def words(self) -> tuple[Token, ...]:
        return tuple(word for clause in self.clauses for word in clause.words)


@dataclass(frozen=True)
class Framed:
    """A reply as it is read."""

    body: str
    sentences: tuple[Sentence, ...]
    end: int  # of what is not courtesy
    name: Sentence | None = None  # the last line, where it looks like a name

    @cached_property
    def count(self) -> int:
        """How many words there are in all that is looked at."""
        return sum(len(sentence.words) for sentence in self.sentences)

    @property
    def goes_on(self) -> bool:
        """Whether there is more than was looked at."""
        return len(self.body) > LOOKED_AT

    def text(self, part: Sentence | Clause) -> str:
        return self.body[part.start : part.end]

    def beside(self, start: int, end: int) -> str:
        """What was written beside this span, without greetings and thanks."""
        first = self.sentences[0].start if self.sentences else 0
        before, after = self.body[first:start].strip(), self.body[end : max(end, self.end)].strip()
        after = after.lstrip(_BETWEEN)
        if not before or courtesies.says_nothing(tokens(before[:LOOKED_AT])):
            return after
        return f"{before}\n{after}".rstrip()

    def beside_answer(self, start: int, end: int) -> str:
        """What was written beside an answer within a clause: of the clause itself only what says more than it."""
        for clause in (clause for sentence in self.sentences for clause in sentence.clauses):
            if clause.start <= start < clause.end:
                before = [word for word in clause.words if word.end <= start]
                after = [word.word for word in clause.words if word.start >= end]
                if len(before) > LEADING:
                    return self.beside(self.end, self.end)
                says_more = len(after) > TRAILING or (bool(after) and after[0] in _ADDING)
                return self.beside(clause.start, end if says_more else max(end, clause.end))
        return self.beside(start, end)


def frame(words: str) -> Framed:
    """The reply in its parts."""
    body = _UNFIT.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()
    # A long row of combining marks takes the square of its length, so that only what is looked at is put together.
    body = unicodedata.normalize("NFC", body[:LOOKED_AT]) + body[LOOKED_AT:]
    found = [sentence for sentence in _sentences(body) if sentence.words]
    end = len(body)
    name = None
    if len(body) <= LOOKED_AT:
        found, name = _without_closing(found)
        end = found[-1].end if found else 0
    return Framed(body, tuple(_without_opening(found)), end, name)


def _sentences(body: str) -> Iterator[Sentence]:
    head, start = body[:LOOKED_AT], 0
    for mark in _SENTENCE_END.finditer(head):
        if _is_within(head, start, mark):
            continue
        yield _sentence(head, start, mark.start(), mark.end(), asks="?" in mark[0])
        start = mark.end()
    yield _sentence(head, start, len(head), len(head), asks=False)


def _is_within(head: str, start: int, mark: re.Match[str]) -> bool:
    """Whether this mark ends no sentence: an abbreviation, «2. la bici», a line broken by a mail program."""
    before, after = head[start : mark.start()], head[mark.end() :][:2]
    if mark[0] == "\n":
        line = mark.start() - head.rfind("\n", 0, mark.start()) - 1
        return line >= WRAPPED and after[:1].islower()
    goes_on = bool(after.strip(" ")) and not after.startswith("\n")
    is_number = after.strip()[:1].isdigit() and before.strip().lower().endswith(("no", "art", "pag"))
    is_short = is_number or _ABBREVIATION.search(before[-8:]) is not None or _LISTED.fullmatch(before) is not None
    return mark[0] == "." and goes_on and is_short


def _sentence(head: str, start: int, end: int, mark_end: int, *, asks: bool) -> Sentence:
    clauses, at = [], start
    for mark in _CLAUSE_END.finditer(head, start, end):
        clauses.append(Clause(at, mark.start(), tokens(head, at, mark.start())))
        at = mark.end()
    clauses.append(Clause(at, end, tokens(head, at, end)))
    return Sentence(start, mark_end, tuple(clause for clause in clauses if clause.words), asks)


def _without_closing(sentences: list[Sentence]) -> tuple[list[Sentence], Sentence | None]:
    """The sentences without thanks, leave and the writer's name at the end."""
    kept, name = list(sentences), None
    if len(kept) > 1 and len(kept[-1].clauses) == 1 and courtesies.is_name(kept[-1].words):
        name = kept.pop()
    while kept and courtesies.is_courtesy(kept[-1].words):
        kept.pop()
    if not kept:
        return [], name
    last = kept[-1]
    clauses = list(last.clauses)
    while len(clauses) > 1 and _is_parting(clauses):
        clauses.pop()
    if len(clauses) < len(last.clauses):
        kept[-1] = Sentence(last.start, clauses[-1].end, tuple(clauses), asks=False)
    return kept, name


def _is_parting(clauses: Sequence[Clause]) -> bool:
    """Whether the last clause only takes leave, or is the name behind one that does."""
    last, before = clauses[-1].words, clauses[-2].words
    is_name = len(clauses) > 2 and courtesies.is_name(last) and courtesies.is_courtesy(before)
    return is_name or courtesies.is_courtesy(last)


def _without_opening(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The sentences without greetings before what is said, also within the first: «Ciao Bruno, allora, sì»."""
    has_begun = False
    for place, sentence in enumerate(sentences):
        clauses, is_last = list(sentence.clauses), place == len(sentences) - 1
        if not has_begun and not is_last and courtesies.is_thanking(clauses[0].words):
            continue
        while not has_begun and clauses and courtesies.opens(clauses[0].words, is_alone=is_last and len(clauses) == 1):
            del clauses[0]
        if clauses:
            has_begun = True
            yield Sentence(clauses[0].start, sentence.end, tuple(clauses), sentence.asks)
