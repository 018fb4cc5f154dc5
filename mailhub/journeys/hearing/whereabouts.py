"""Hears a place: «Abito a Faenza!», «sto a Pietrafiore, in centro», "I live near …". Pure.

Names of towns are words as well, so that one counts only alone, behind a preposition of place, or with a capital.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailhub.journeys.hearing import doubt
from mailhub.journeys.hearing.assent import is_undecided
from mailhub.journeys.hearing.assent_words import PHRASES
from mailhub.journeys.hearing.framing import Framed, Sentence
from mailhub.journeys.hearing.phrases import Phrases, Token
from mailhub.journeys.hearing.values import Answer, Heard, Other, Unclear, Wanted, Why
from mailhub.lists.gazetteer import Match, Place, Places

LONGEST_NAME = 5  # words
NEARBY = 0.25  # less sure: who lives near a town does not live in it
OFFERED = 5
_APART = 4  # words between «abito» and the place
_FEW = 4  # words of a reply that can hardly be anything but a place

_NEAR = Phrases(
    {
        True: (
            *(
                "vicino a",
                "vicino ad",
                "vicino",
                "vicina a",
                "nei pressi di",
                "nei dintorni di",
                "dintorni di",
                "fuori",
            ),
            *("poco fuori", "dalle parti di", "in provincia di", "provincia di", "tra", "fra", "near", "close to"),
            *("near to", "not far from", "outside", "just outside", "around", "next to", "province of"),
            *("km da", "chilometri da", "minuti da", "km from", "kilometres from", "miles from", "minutes from"),
        )
    }
)
_LIVING = Phrases(  # surely, or perhaps: «sono di Faenza ma vivo a Lugo»
    {
        True: (
            *("abito", "vivo", "sto", "stiamo", "abitiamo", "viviamo", "risiedo", "risiediamo", "residente"),
            *("casa mia è", "i live", "we live", "living", "i'm based in", "based in", "my home is", "i stay", "live"),
        ),
        False: ("sono di", "siamo di", "sono a", "siamo a", "sono in", "resto", "i'm in", "i am in", "we are in"),
    }
)
_NOT = frozenset(("non", "nn", "not", "don't", "no", "ne", "neither", "nor"))
_JOINING = ("e", "o", "and", "or", "oppure")
_PLACING = frozenset(
    "a ad in da di zona presso comune frazione paese citta near at from to of town city village around fuori "  # noqa: SIM905
    "outside vicino is".split()
)
_STREETS = frozenset("via viale piazza piazzale corso largo vicolo strada street road square".split())  # noqa: SIM905
_BESIDE = frozenset(
    "io noi siamo sono e qui ciao allora da sempre ora adesso proprio centro in a ad il la lo di the town it's its "  # noqa: SIM905
    "is here italy italia comune paese citta grazie si ok abito abitiamo vivo viviamo sto stiamo risiedo live "
    "living i'm my mio mia".split()
)
_ARTICLED = frozenset(("nel", "nella", "al", "alla", "all'"))
_DECLINING = frozenset("no non not nn ne neither nor niente nothing preferisco perche why rather basta stop".split())  # noqa: SIM905
_PROVINCE = re.compile(r"[ ,]{0,2}(?:\([A-Za-z]{2}\)|[A-Z]{2}(?!\w))")


@dataclass(frozen=True, slots=True)
class Named:
    """A place that was named, how sure it is, and where."""

    matches: tuple[Match, ...]
    score: float
    start: int
    end: int
    is_lived: bool  # behind «abito», «vivo»
    is_told: bool  # nothing else leads to it: not «la mia amica di Faenza»


def hear(framed: Framed, wanted: Wanted, places: Places) -> Heard:
    """The answer to a question of where."""
    if doubt.is_confused(framed):
        return Other()
    for sentence in (*doubt.looked_at(framed), *((framed.name,) if framed.name is not None else ())):
        if found := _named(framed, sentence, places):
            return _settled(framed, sentence, found, wanted)
    return _unknown(framed, places)


def _settled(framed: Framed, sentence: Sentence, found: Sequence[Named], wanted: Wanted) -> Heard:
    if doubt.is_story(sentence, found[0].start):
        return Other()
    lived = [named for named in found if named.is_lived]
    meant = lived if len(lived) == 1 else found
    candidates = _names(match.place for named in meant for match in _best(named.matches))
    if len(candidates) > 1:
        return Unclear(Why.AMBIGUOUS if len(meant) == 1 else Why.SEVERAL, candidates[:OFFERED])
    named = max(meant, key=lambda one: one.score)
    if doubt.asks(sentence, named.start):
        return Unclear(Why.UNDECIDED, candidates)
    is_all = len(found) == len(meant) and len(lived) >= _lives(sentence)
    is_sure = named.is_told and named.score >= wanted.sure_from and doubt.is_plain(sentence) and is_all
    province = _PROVINCE.match(framed.body, named.end)
    end = province.end() if province is not None else named.end
    return Answer(candidates[0], framed.beside_answer(named.start, end), is_sure)


def _lives(sentence: Sentence) -> int:
    """How often a sentence says that somebody lives somewhere; more often than is known, and there is another place."""
    count = place = 0
    while place < len(sentence.words):
        living = _LIVING.at(sentence.words, place)
        place, count = place + (living[0] if living else 1), count + (living is not None and living[1])
    return count


def _names(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.name for place in places))


def _best(matches: Sequence[Match]) -> list[Match]:
    """The matches that nothing beats."""
    return [match for match in matches if match.score == matches[0].score]


def _named(framed: Framed, sentence: Sentence, places: Places) -> list[Named]:
    found = []
    for clause in sentence.clauses if len(sentence.words) <= doubt.LONG else ():
        place, lives_from, is_near = 0, -_APART, False
        while place < len(clause.words):
            is_lived = place - lives_from < _APART
            if (living := _LIVING.at(clause.words, place)) is not None:
                is_denied = place > 0 and clause.words[place - 1].word in _NOT
                place += living[0]
                lives_from = place if living[1] and not is_denied else -_APART
            elif (near := _NEAR.at(clause.words, place)) is not None:
                is_near, place = True, place + near[0]
            elif (named := _at(framed, clause.words, place, places, is_near=is_near, is_lived=is_lived)) is not None:
                if not any(token.word in _NOT for token in clause.words[max(0, place - _APART) : place]):
                    found.append(named[1])
                place, lives_from, is_near = place + named[0], -_APART, False
            else:
                place += 1
    return found


def _at(
    framed: Framed, words: Sequence[Token], place: int, places: Places, *, is_near: bool, is_lived: bool
) -> tuple[int, Named] | None:
    """The longest name that begins at this word, and how many words it has."""
    for size in range(min(LONGEST_NAME, len(words) - place), 0, -1):
        start, end = words[place].start, words[place + size - 1].end
        if not _stands(words, place, size):
            continue
        matches = places.find(framed.body[start:end])
        if matches and not (size > 1 and words[place].word in _PLACING):
            score = round(matches[0].score - (NEARBY if is_near else 0.0), 3)
            return size, Named(matches, score, start, end, is_lived, is_lived or _leads(words[:place]))
    return None


def _leads(before: Sequence[Token]) -> bool:
    return all(token.word in _BESIDE | _PLACING | _ARTICLED for token in before)


def _stands(words: Sequence[Token], place: int, size: int) -> bool:
    """Whether these words can be a town here: behind «a» or "in", with a capital, or with hardly a word beside them."""
    before = words[place - 1].word if place else ""
    if before in _STREETS:
        return False
    is_being = before == "e" and words[place - 1].is_accented  # «il mio paese è Faenza»
    if before in _PLACING or is_being or (place > 0 and words[place].is_capital):
        return True
    beside = (*words[:place], *words[place + size :])
    is_alone = all(token.word in _BESIDE or len(token.word) <= 2 for token in beside)
    is_word = bool(beside) and PHRASES.at(words, place) is not None  # «Ora» is a town, and an hour
    return not is_word and (is_alone or (len(words) <= _FEW and (place == 0 or before in _JOINING)))


def _unknown(framed: Framed, places: Places) -> Heard:
    """A place nobody knows: all there is, or what stands behind «abito a»."""
    first = framed.sentences[0] if framed.sentences else framed.name
    if first is None or first.asks or len(first.words) > doubt.LONG:
        return Other()
    if is_undecided(first):
        return Unclear(Why.UNDECIDED)
    if not _DECLINING.isdisjoint(token.word for token in first.words):
        return Other()
    for clause in first.clauses:
        for at in range(len(clause.words)):
            living = _LIVING.at(clause.words, at)
            if living is not None and (said := _behind(clause.words[at + living[0] :])):
                return _offered(framed.body[said[0].start : said[-1].end], places)
    if framed.count <= _FEW and any(token.word.isalpha() and len(token.word) > 2 for token in first.words):
        words = _behind(first.words) or first.words
        return _offered(framed.body[words[0].start : words[-1].end], places)
    return Other()


def _behind(words: Sequence[Token]) -> Sequence[Token]:
    """What may be a name: the words behind a preposition, as far as a name goes."""
    start = 0
    while start < len(words) and (words[start].word in _PLACING or words[start].word in _BESIDE):
        start += 1
    return words[start : start + LONGEST_NAME] if start else ()


def _offered(said: str, places: Places) -> Unclear:
    """The places whose names look like what was said, or like its first words."""
    words = said.split()
    for size in range(min(len(words), LONGEST_NAME), 0, -1):
        if alike := places.similar(" ".join(words[:size])):
            return Unclear(Why.UNKNOWN, _names(alike))
    return Unclear(Why.UNKNOWN)
