"""Numbers in a text, in figures and in Italian and English words. Pure.

In words up to a thousand in Italian and a hundred in English, and round thousands: who has more to say takes figures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mailhub.journeys.hearing.phrases import Phrases, Token

_IT = "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
_IT_TEENS = "diciassette diciotto diciannove"
_IT_TENS = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"
_EN = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_EN_TEENS = "seventeen eighteen nineteen"
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS_IT = "prim second terz quart quint sest settim ottav non decim".split()  # noqa: SIM905
_ORDINALS_EN = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
LAST = -1  # «l'ultima», "the last one"

ONES = frozenset(("un", "uno", "una", "one", "a", "an"))  # articles as well
ORDINALS = {
    **{f"{stem}{end}": number for number, stem in enumerate(_ORDINALS_IT, 1) for end in "oa"},
    **{word: number for number, word in enumerate(_ORDINALS_EN, 1)},
    **dict.fromkeys(("ultimo", "ultima", "l'ultimo", "l'ultima", "last"), LAST),
}

_FIGURES = re.compile(r"(?<![\w.,:/'’])-?\d(?:[\d.,'’]|(?<=\d)[ \u00a0](?=\d{3}(?!\d))){0,30}(?![\d])")
_HALF = re.compile(r" (?:e mezz[oa]|and a half)\b", re.IGNORECASE)
_THOUSANDS = re.compile(r" ?(?:mila|k|thousand)\b", re.IGNORECASE)
_CLEAR = re.compile(r"-?\d+")
_WHOLE = re.compile(r"-?\d{1,3}(?P<sign>[.,'’ \u00a0])\d{3}(?:(?P=sign)\d{3})*")
_PARTS = re.compile(r"(?P<whole>-?\d{1,3}(?:[.'’ \u00a0]\d{3})+|-?\d+),(?P<part>\d+)")
_PARTS_EN = re.compile(r"(?P<whole>-?\d{1,3}(?:[,'’ \u00a0]\d{3})+|-?\d+)\.(?P<part>\d+)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, where it stands, and whether it was meant so: «una decina» is about ten."""

    number: Decimal
    start: int
    end: int
    is_exact: bool = True


def _below_hundred() -> Iterator[str]:
    """«uno» to «novantanove»."""
    yield from (*_IT.split(), *_IT_TEENS.split())
    for ten in _IT_TENS.split():
        yield ten
        for small in _IT.split()[1:10]:
            yield f"{ten[:-1] if small in ('uno', 'otto') else ten}{small}"


_BELOW_HUNDRED = tuple(_below_hundred())


def _spelled() -> Iterator[tuple[int, str]]:
    yield from enumerate(_BELOW_HUNDRED)
    yield from enumerate((*_EN.split(), *_EN_TEENS.split()))
    for ten, word in enumerate(_EN_TENS.split(), 2):
        yield ten * 10, word
        yield from ((ten * 10 + unit, f"{word} {small}") for unit, small in enumerate(_EN.split()[1:10], 1))
    for number, word in enumerate(_IT.split()[:11]):
        if number:
            hundreds = f"{word}cento" if number > 1 else "cento"
            yield from (
                (number * 100 + less, f"{hundreds}{small}") for less, small in enumerate(_BELOW_HUNDRED) if less
            )
        if number > 1:
            yield from ((number * 100, f"{word}cento"), (number * 1000, f"{word}mila"))
    for number, word in enumerate(_EN.split()[:11]):
        if number:
            yield from ((number * 100, f"{word} hundred"), (number * 1000, f"{word} thousand"))
    yield from ((100, "cento"), (1000, "mille"), (100, "a hundred"), (1000, "a thousand"), (12, "a dozen"))
    yield from ((12, "una dozzina"), (6, "mezza dozzina"), (6, "half a dozen"), (2, "a couple"))
    yield from ((0, "nessuno"), (0, "nessuna"), (0, "none"), (0, "nobody"), (0, "nessuna persona"))
    yield from ((1, "solo io"), (1, "da solo"), (1, "da sola"), (1, "just me"), (1, "only me"), (1, "by myself"))


def _about() -> Iterator[tuple[int, str]]:
    yield from ((2, "un paio"), (2, "a pair"), (10, "una decina"), (15, "una quindicina"), (100, "un centinaio"))
    for ten, word in enumerate(_IT_TENS.split(), 2):
        yield ten * 10, f"una {word[:-1]}ina"


def _by_number(pairs: Iterator[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, words in pairs:
        found.setdefault(number, []).append(words)
    return found


IN_WORDS = {word: number for number, word in _spelled() if " " not in word}
_EXACT = Phrases(_by_number(_spelled()))
_ROUGH = Phrases(_by_number(_about()))


def find(text: str, words: tuple[Token, ...], language: str, *, whole: bool) -> tuple[Figure, ...]:
    """The numbers that these words of the text say; articles are none."""
    if not words:
        return ()
    found = [
        figure
        for match in _FIGURES.finditer(text, max(words[0].start - 1, 0), words[-1].end)
        if (figure := _figure(match[0].rstrip(".,'’"), match.start(), language, whole=whole)) is not None
    ]
    place = 0
    while place < len(words):
        rough, exact = _ROUGH.at(words, place), _EXACT.at(words, place)
        size, number = rough or exact or (1, None)
        if number is not None and not (size == 1 and words[place].word in ONES):
            start, end = words[place].start, words[place + size - 1].end
            found.append(Figure(Decimal(number), start, end, rough is None))
        place += size
    return tuple(sorted((_with_more(text, figure) for figure in found), key=lambda figure: figure.start))


def _with_more(text: str, figure: Figure) -> Figure:
    """The number with «e mezzo» or «mila» behind it."""
    number, end = figure.number, figure.end
    if (half := _HALF.match(text, end)) is not None:
        number, end = number + Decimal("0.5"), half.end()
    elif (thousands := _THOUSANDS.match(text, end)) is not None:
        number, end = number * 1000, thousands.end()
    return Figure(number, figure.start, end, figure.is_exact)


def _figure(written: str, start: int, language: str, *, whole: bool) -> Figure | None:
    """«1.250» is a thousand and more in Italian; where both readings are possible it is asked back."""
    end = start + len(written)
    if _CLEAR.fullmatch(written):
        digits, is_exact = written, True
    elif (grouped := _WHOLE.fullmatch(written)) is not None:
        is_part = grouped["sign"] == ("." if language == "en" else ",") and written.count(grouped["sign"]) == 1
        digits = written.replace(grouped["sign"], "." if is_part and not whole else "")
        is_exact = whole or not is_part
    else:
        order = (_PARTS_EN, _PARTS) if language == "en" else (_PARTS, _PARTS_EN)
        parts = order[0].fullmatch(written) or order[1].fullmatch(written)
        if parts is None:
            return None
        digits, is_exact = f"{re.sub('[^0-9-]', '', parts['whole'])}.{parts['part']}", True
    return Figure(Decimal(digits), start, end, is_exact)
