"""Hears a number: «siamo in due», "two of us", «1.250». Pure."""

import re
from decimal import Decimal
from itertools import pairwise

from mailhub.journeys.hearing import doubt, figures
from mailhub.journeys.hearing.assent import is_undecided
from mailhub.journeys.hearing.figures import ONES, Figure
from mailhub.journeys.hearing.framing import Framed, Sentence
from mailhub.journeys.hearing.values import Answer, Heard, Other, Unclear, Value, Wanted, Why

_ABOUT = frozenset(
    "circa quasi forse credo penso almeno minimo massimo max min about around roughly almost "  # noqa: SIM905
    "approximately maybe perhaps probably probabilmente least verso oltre over nearly".split()
)
_BESIDE_ONE = frozenset(
    "solo sola soltanto persona in sono siamo saro vengo io di noi me just only person of us place seat posto copia "  # noqa: SIM905
    "copy euro per grazie thanks ciao please".split()
)
_WITH_ME = 4  # words of «io e mia sorella»
MOST_DIGITS = 15  # both databases compare as many exactly
_AND_I = (["e", "io"], ["and", "me"], ["and", "i"])
_AND_ME = (["io", "e"], ["me", "and"])
_MONTH = (
    r"gen(?:naio)?|feb(?:braio)?|mar(?:zo)?|apr(?:ile)?|mag(?:gio)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?|"
    r"set(?:tembre)?|ott(?:obre)?|nov(?:embre)?|dic(?:embre)?|january|february|march|april|may|june|july|august|"
    r"september|october|november|december"
)
_WEEKDAY = (
    r"luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
# Hours and days are no counts.
_TIMES = re.compile(
    rf"\b(?:alle|dalle|ore|at|verso le|from) \d{{1,2}}(?:[:.]\d{{2}})?(?!\d)|\b\d{{1,2}}[:h]\d{{2}}\b|"
    rf"\b\d{{1,2}} ?[ap]m\b|\b\d{{1,2}} (?:{_MONTH})\b|\b(?:{_WEEKDAY}) \d{{1,2}}\b|\b\d{{1,2}}/\d{{1,2}}\b",
    re.IGNORECASE,
)


def hear(framed: Framed, wanted: Wanted, language: str) -> Heard:
    """The answer to a question of how many."""
    if doubt.is_confused(framed):
        return Other()
    text = _TIMES.sub(lambda found: "_" * len(found[0]), framed.body)
    for sentence in doubt.looked_at(framed):
        found = figures.find(text, sentence.words, language, whole=wanted.whole) or _one(sentence) or _with_me(sentence)
        if found:
            return _settled(framed, sentence, found, wanted)
    return Unclear(Why.UNDECIDED) if framed.sentences and is_undecided(framed.sentences[0]) else Other()


def _one(sentence: Sentence) -> tuple[Figure, ...]:
    """An article that is a number, since there is hardly anything beside it: «solo una persona»."""
    for clause in sentence.clauses:
        articles = [token for token in clause.words if token.word in ONES]
        if len(articles) == 1 and all(token.word in _BESIDE_ONE or token in articles for token in clause.words):
            return (Figure(Decimal(1), articles[0].start, articles[0].end),)
    return ()


def _with_me(sentence: Sentence) -> tuple[Figure, ...]:
    """«io e mia sorella» are probably two."""
    words = [token.word for token in sentence.words]
    if 3 <= len(words) <= _WITH_ME and (words[:2] in _AND_ME or words[-2:] in _AND_I):
        return (Figure(Decimal(2), sentence.start, sentence.end, is_exact=False),)
    return ()


def _settled(framed: Framed, sentence: Sentence, found: tuple[Figure, ...], wanted: Wanted) -> Heard:
    if doubt.is_story(sentence, found[0].start):
        return Other()
    numbers = tuple(dict.fromkeys(figure.number for figure in found))
    if len(numbers) > 1:
        return Unclear(Why.SEVERAL, tuple(_value(number, wanted) for number in numbers if _fits(number, wanted)))
    (number,) = numbers
    if doubt.asks(sentence, found[0].start):
        return Unclear(Why.UNDECIDED, tuple(_value(number, wanted) for number in numbers if _fits(number, wanted)))
    if wanted.whole and abs(number) < 10**MOST_DIGITS and number != number.to_integral_value():
        near = (int(number // 1), int(number // 1) + 1)
        return Unclear(Why.NOT_WHOLE, tuple(n for n in near if _fits(Decimal(n), wanted)))
    if not _fits(number, wanted):
        return Unclear(Why.OUTSIDE)
    is_about = (
        any(token.word in _ABOUT for token in sentence.words) or not found[0].is_exact or _adds_one(sentence, found)
    )
    rest = framed.beside_answer(found[0].start, found[-1].end)
    return Answer(_value(number, wanted), rest, certain=doubt.is_plain(sentence) and not is_about)


def _adds_one(sentence: Sentence, found: tuple[Figure, ...]) -> bool:
    """Whether an article behind the number may count as well: "two adults, one child"."""
    begin = {clause.start: clause.words[0] for clause in sentence.clauses if clause.start > found[0].end}.values()
    joined = (after for before, after in pairwise(sentence.words) if before.word in ("e", "and", "piu", "plus"))
    return any(token.word in ONES and token.start > found[0].end for token in (*begin, *joined))


def _fits(number: Decimal, wanted: Wanted) -> bool:
    is_kept = len(number.normalize().as_tuple().digits) <= MOST_DIGITS and abs(number) < 10**MOST_DIGITS
    is_kind = is_kept and (not wanted.whole or number == number.to_integral_value())
    is_enough = wanted.least is None or number >= wanted.least
    return is_kind and is_enough and (wanted.most is None or number <= wanted.most)


def _value(number: Decimal, wanted: Wanted) -> Value:
    return int(number) if wanted.whole else format(number.normalize(), "f")
