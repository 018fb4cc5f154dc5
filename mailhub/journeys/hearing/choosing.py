"""Hears which of several options somebody chooses: by its words, its number, «la seconda». Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailhub.journeys.hearing import doubt
from mailhub.journeys.hearing.assent import is_undecided
from mailhub.journeys.hearing.figures import LAST, ORDINALS
from mailhub.journeys.hearing.framing import Clause, Framed, Sentence
from mailhub.journeys.hearing.phrases import Phrases, Token, tokens
from mailhub.journeys.hearing.values import Answer, Heard, Option, Other, Unclear, Wanted, Why
from mailhub.lists.naming import is_one_slip
from mailhub.verbs import plain

SHORTEST_FORGIVEN = 5  # letters of an option in which one slip is forgiven
SHORTEST_AMID = 4  # letters of an option that is known among other words; «no» and «sì» stand alone
FEW = 6  # words of a clause in which three letters are enough: "by car please"
NEAR = 3  # words between a «non» and what it denies

_NOT = frozenset(
    "non no not nn tranne except eccetto don't dont ne neither nor senza without cannot can't mai anything everything "  # noqa: SIM905
    "tutto rotta rotto broken".split()
)
_POINTING = frozenset(
    "la il lo l n no nr num numero opzione scelta risposta scelgo prendo prenderei direi preferisco "  # noqa: SIM905
    "preferirei voglio vorrei per me io the number option answer choose choice i'd i'll i go for with "
    "pick take prefer like would please grazie thanks allora si ok yes anche e o or and oppure and/or one "
    "quella quello meglio certo volentieri sarebbe by favore piacere che hai detto avete".split()
)
_NUMBERS = {
    "uno": 1,
    "una": 1,
    "one": 1,
    "due": 2,
    "two": 2,
    "tre": 3,
    "three": 3,
    "quattro": 4,
    "four": 4,
    "cinque": 5,
    "five": 5,
}
_JOINED = re.compile(r"^(?:l|un|d|dell|all|nell|dall|sull|quell)'(?=.)")
_LETTERS = "abcdefgh"
_SURE_LETTERS = ("b", "c", "d", "f", "g", "h")  # «a» and «e» are words as well
_ALL = ("entrambe", "entrambi", "tutte e due", "tutti e due", "both", "tutte", "tutti", "all of them", "all")
_NONE = ("nessuna", "nessuno", "nessuna delle due", "nessuno dei due", "neither", "none", "none of them")
_ANY = ("indifferente", "è indifferente", "è uguale", "uguale", "è lo stesso", "fate voi", "fai tu", "qualsiasi", "any",
        "either", "whatever", "i don't mind", "no preference", "nessuna preferenza", "scegliete voi")  # fmt: skip
_ATTEMPTS = Phrases({Why.SEVERAL: _ALL, Why.EXCLUDED: _NONE, Why.UNDECIDED: _ANY})


@dataclass(frozen=True, slots=True)
class Named:
    """An option that was named, where, and whether as what is not wanted."""

    key: str
    start: int
    end: int
    is_denied: bool = False


def hear(framed: Framed, wanted: Wanted) -> Heard:
    """The answer to a question of which."""
    if not framed.sentences or doubt.is_confused(framed):
        return Other()
    reader = _Reader(wanted.options)
    looked = doubt.looked_at(framed)
    for place, sentence in enumerate(looked):
        if reader.is_outside(sentence):
            return Unclear(Why.OUTSIDE, reader.keys)
        if found := reader.named(sentence):
            later = [named for other in looked[place + 1 :] if not other.asks for named in reader.named(other)]
            return _settled(framed, sentence, [*found, *later], reader.keys)
    return _attempt(framed.sentences[0], reader.keys)


def _settled(framed: Framed, sentence: Sentence, found: Sequence[Named], keys: tuple[str, ...]) -> Heard:
    if doubt.is_story(sentence, found[0].start):
        return Other()
    denied = {named.key for named in found if named.is_denied}
    chosen = tuple(dict.fromkeys(named.key for named in found if named.key not in denied))
    if not chosen:
        return Unclear(Why.EXCLUDED, tuple(key for key in keys if key not in denied))
    if len(chosen) > 1:
        return Unclear(Why.SEVERAL, chosen)
    answer = next(named for named in found if named.key == chosen[0])
    if doubt.asks(sentence, answer.start):
        return Unclear(Why.UNDECIDED, chosen)
    is_sure = doubt.is_plain(sentence) and not denied and not is_undecided(sentence)
    return Answer(chosen[0], framed.beside_answer(answer.start, answer.end), is_sure)


def _attempt(sentence: Sentence, keys: tuple[str, ...]) -> Heard:
    """What says something about the choice without choosing."""
    for clause in sentence.clauses if len(sentence.words) <= doubt.SURE and not sentence.asks else ():
        found = _ATTEMPTS.at(clause.words, 0)
        if found is not None and len(clause.words) <= found[0] + NEAR:
            return Unclear(found[1], keys)
    return Unclear(Why.UNDECIDED, keys) if is_undecided(sentence) and not sentence.asks else Other()


class _Reader:
    """Knows the options by their words and places."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.keys = tuple(option.key for option in options)
        called = {
            option.key: (*(word for words in option.words.values() for word in words), option.key) for option in options
        }
        self._book = Phrases(
            {key: [_JOINED.sub("", plain(word.replace("_", " "))) for word in words] for key, words in called.items()}
        )
        single = {
            (said[0].word, key) for key, words in called.items() for word in words if len(said := tokens(word)) == 1
        }
        self._forgiven = sorted(pair for pair in single if len(pair[0]) >= SHORTEST_FORGIVEN)

    def named(self, sentence: Sentence) -> list[Named]:
        found = [named for clause in sentence.clauses for named in self._in_clause(clause)]
        first = sentence.words[0]
        if found and first.word.isdecimal() and 1 <= int(first.word[:3]) <= len(self.keys):
            found.append(Named(self.keys[int(first.word[:3]) - 1], first.start, first.end))  # «2. la bici»
        return found

    def is_outside(self, sentence: Sentence) -> bool:
        """Whether a number is said, and there is no such option."""
        pointed = [number for clause in sentence.clauses for number, _ in _pointed(clause.words)]
        return any(self._at(number) is None for number in pointed)

    def _in_clause(self, clause: Clause) -> list[Named]:
        words = _bare(clause.words)
        if pointed := _pointed(words):
            keys = [(self._at(number), token) for number, token in pointed]
            return [Named(key, token.start, token.end) for key, token in keys if key is not None]
        found, place = [], 0
        while place < len(words):
            size, key = self._book.at(words, place) or (1, self._slipped(words[place]))
            if key is not None and self._counts(words, place, size):
                found.append(
                    Named(key, words[place].start, words[place + size - 1].end, _is_denied(words, place, size))
                )
            place += size
        return found

    def _counts(self, words: Sequence[Token], place: int, size: int) -> bool:
        """A short word is an option only where hardly anything stands beside it."""
        letters = sum(len(token.word) for token in words[place : place + size])
        beside = (*words[:place], *words[place + size :])
        least = SHORTEST_AMID if len(words) > FEW else SHORTEST_AMID - 1
        return letters >= least or all(token.word in _POINTING for token in beside)

    def _slipped(self, token: Token) -> str | None:
        if len(token.word) < SHORTEST_FORGIVEN:
            return None
        near = {key for word, key in self._forgiven if is_one_slip(token.word, word)}
        return near.pop() if len(near) == 1 else None

    def _at(self, number: int) -> str | None:
        place = len(self.keys) if number == LAST else number
        return self.keys[place - 1] if 1 <= place <= len(self.keys) else None


def _bare(words: Sequence[Token]) -> tuple[Token, ...]:
    """The words without an article or a preposition that an apostrophe joins to them."""
    return tuple(replace(token, word=_JOINED.sub("", token.word)) for token in words)


def _is_denied(words: Sequence[Token], place: int, size: int) -> bool:
    before = words[max(0, place - NEAR) : place]
    after = words[place + size : place + size + 2]
    return any(token.word in _NOT for token in (*before, *after))


def _pointed(words: Sequence[Token]) -> list[tuple[int, Token]]:
    """The numbers of a clause that does nothing but name some: «la seconda», «opzione 2», "the last one", "b"."""
    if len(words) == 1 and words[0].word in (*_LETTERS,):
        return [(_letter(words[0].word), words[0])]
    has_ordinal = any(token.word in ORDINALS for token in words)
    found = []
    for token in words:
        number = _letter(token.word) if token.word in _SURE_LETTERS else _number(token.word)
        if number is not None and not (has_ordinal and token.word in ("one", "una", "uno")):
            found.append((number, token))
        elif token.word not in _POINTING:
            return []
    return found


def _letter(letter: str) -> int:
    return _LETTERS.index(letter) + 1


def _number(word: str) -> int | None:
    bare = word.rstrip("aoªº°") if word[:1].isdigit() else word
    bare = (
        bare.removesuffix("nd").removesuffix("rd").removesuffix("st").removesuffix("th") if word[:1].isdigit() else bare
    )
    if bare.isascii() and bare.isdigit() and len(bare) <= 3:
        return int(bare)
    return ORDINALS.get(word, _NUMBERS.get(word))
