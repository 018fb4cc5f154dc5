"""Numbers by which people say what they answer, at the start of a line or of a clause, in Italian and "
"English. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

HIGHEST = 99  # of what is not there but may have been meant; larger numbers are years, prices, telephones

_UNITS_IT = "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici".split()  # noqa: SIM905
_UNITS_EN = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()  # noqa: SIM905
_ORDINALS_IT = "prim second terz quart quint sest settim ottav non decim".split()  # noqa: SIM905
_ORDINALS_EN = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
_WORDS = {word: n for words in (_UNITS_IT, _UNITS_EN) for n, word in enumerate(words, 1)} | {"una": 1, "un": 1}
_ORDINALS = {f"{stem}{end}": n for n, stem in enumerate(_ORDINALS_IT, 1) for end in ("o", "a")} | {
    word: n for n, word in enumerate(_ORDINALS_EN, 1)
}
_MONTHS = (
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre january "
    "february march "
    "april may june july august september october november december gen feb mar apr mag giu lug ago set ott "
    "nov dic jan jun "
    "jul aug sep oct dec"
).replace(" ", "|")
# Whatever is counted in these is no item: «3 persone», «2 ore», "4 of us".
_COUNTED = (
    "person[ae]|bambin[oi]|ragazz[oiae]|adult[oi]|amic[oi]|volt[ae]|giorn[oi]|or[ae]|minut[oi]|settiman[ae]|"
    "mes[ei]|ann[oi]|"
    "metri|chili|kg|km|euro|€|litri|posti?|auto|macchine|di noi|di loro|people|persons?|kids|children|adults|"
    "friends|times?|"
    "days?|hours?|minutes?|weeks?|months?|years?|metres|kilos|euros?|litres|seats?|places|cars?|of us|of them|"
    "more|other|o|or|"
    "su|out of|x|st|nd|rd|th|anni|gradi|degrees|%|alberi|trees|copie|copies|scatole|boxes"
)
_MARKS = (
    r"(?:(?:(?:per|su|quanto|riguardo|rispondo|risposta|re|on|for|about|as for|regarding|answer to|reply to|to)\s+)?"
    r"(?:(?:il|la|lo|al|alla|sul|sulla|nel|nella|del|della|a|the)\s+)?"
    r"(?:(?:punto|numero|messaggio|domanda|voce|num\.?|nr\.?|n\.?|nº|n°|no\.|no(?=\s\d{1,3}[:).])|#|item|"
    r"number|point|message|question|answer)\s*)?)"
)
_NUMBER = r"\d{1,3}"
_END = r"(?:\s*[).:\]°º]+(?!\d)|\s*[-–—=>]+(?=\s|[^\W\d])|\s*,(?=\s)|(?=\s)|(?=[^\W\d_]{2})|$)"
_MANY = rf"{_NUMBER}(?:\s*(?:,|e|ed|and|&|\+|/|-|–)\s*{_NUMBER})*"
_LEADING = re.compile(rf"[\s(\[*•·-]{{0,4}}(?P<mark>{_MARKS})(?P<numbers>{_MANY})(?P<end>{_END})", re.IGNORECASE)
_WRITTEN = "|".join(sorted([*_WORDS, *_ORDINALS], key=len, reverse=True))
_WRITTEN_OUT = re.compile(
    rf"\s{{0,3}}(?P<mark>{_MARKS})(?<![^\W\d_])(?P<word>{_WRITTEN})(?:\s+one)?(?P<end>\s*[):.;]|\s*[-–—]\s|\s*,|(?=\s)|$)",
    re.IGNORECASE,
)
_NOT_AN_ITEM = re.compile(rf"\s*(?:(?:{_MONTHS})\b|[:.,/h]\d|(?:{_COUNTED})(?![^\W_]))", re.IGNORECASE)
_DATE_OR_TIME = re.compile(r"\s{0,3}(?:\d{1,2}[:.h]\d\d\b|\d{1,2}/\d{1,2}(?:/\d{2,4})?\b|\d{1,2}-\d{1,2}-\d{2,4}\b)")
_ONLY = re.compile(
    rf"\s*(?:{_MARKS})(?P<chosen>\d{{1,3}}|(?<![^\W\d_])(?:{_WRITTEN}|zero|nessuno|nessuna|none))(?:\s+one)?\s*[).:!]*\s*"
    r"(?:(?:grazie|please|per favore|thanks|direi|penso)[\s.!]*)?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    rf"(?:[,;.]|\s[-–—])\s+(?:e\s+|and\s+|poi\s+|then\s+)?(?={_MARKS}{_NUMBER}(?:\s*[).:]|\s))", re.IGNORECASE
)
_SPLIT_NUMBERS = re.compile(r"\d+|[-–]")


@dataclass(frozen=True, slots=True)
class Marker:
    """Numbers at the start, and the words after them; doubtful where they may count something."""

    numbers: tuple[int, ...]
    rest: str
    is_doubtful: bool = False
    is_word: bool = False  # written out, with nothing that sets it apart from prose


def leading(text: str, known: Collection[int]) -> Marker | None:
    """What a text begins with; None where that is prose, a date or an hour."""
    if _DATE_OR_TIME.match(text):
        return None
    found = _LEADING.match(text)
    if found is None:
        return _word(text, known)
    numbers, mark, rest = _numbers(found["numbers"]), found["mark"].strip(), text[found.end() :]
    is_bare = not mark and not found["end"].strip()
    if not numbers or any(number not in known and not 0 < number <= HIGHEST for number in numbers):
        return None
    if _NOT_AN_ITEM.match(text[found.end("numbers") :]):
        # «3 persone» where the letter has a third item may be either; elsewhere it is prose.
        is_candidate = is_bare and numbers[0] in known and not _is_date(text[found.end("numbers") :])
        return Marker(numbers, text.strip(), is_doubtful=True) if is_candidate else None
    is_here = any(number in known for number in numbers)
    if mark.lower() in _ARTICLES and not is_here:  # «il 14 vengo» is a day
        return None
    return Marker(numbers, rest.strip(" \t"))


def is_written_out(line: str, known: Collection[int]) -> bool:
    """Whether a line begins with a number in words."""
    marker = _word(line, known)
    return marker is not None and marker.is_word


def clauses(line: str, known: Collection[int]) -> list[Marker]:
    """Every marker of a line that begins with one: «1 sì, 2 no, 3 vengo» has three."""
    first = leading(line, known)
    if first is None:
        return []
    parts = _CLAUSE.split(first.rest) if not first.is_doubtful else [first.rest]
    if len(parts) == 1:
        return [first]
    rests = [leading(part, known) for part in parts[1:]]
    named = [marker for marker in rests if marker is not None and not marker.is_doubtful]
    if len(named) < len(rests) or not all(number in known for marker in named for number in marker.numbers):
        return [first]  # what looks like a clause is part of the words
    counts = any(re.search(r"(?<![\d:./])\d", part) for part in (parts[0], *(marker.rest for marker in named)))
    found = [Marker(first.numbers, parts[0].strip()), *named]
    return [Marker(m.numbers, m.rest, is_doubtful=True) for m in found] if counts else found


def alone(line: str) -> int | None:
    """The number a line consists of."""
    found = _ONLY.fullmatch(line)
    if found is None:
        return None
    said = found["chosen"].lower()
    if said.isdigit():
        return int(said)
    return 0 if said in ("zero", "nessuno", "nessuna", "none") else _WORDS.get(said, _ORDINALS.get(said))


_ARTICLES = frozenset("il la lo al alla sul sulla nel nella del della a the to on for per".split())  # noqa: SIM905


def _word(text: str, known: Collection[int]) -> Marker | None:
    """A number written out: sure behind a mark or before one, a mere word otherwise."""
    found = _WRITTEN_OUT.match(text)
    if found is None:
        return None
    said, mark, end = found["word"].lower(), found["mark"].strip(), found["end"].strip()
    number, rest = _WORDS.get(said, _ORDINALS.get(said, 0)), text[found.end() :]
    if number not in known or _NOT_AN_ITEM.match(text[found.end("word") :]):
        return None
    is_ordinal = said in _ORDINALS
    if is_ordinal and not mark:
        return None
    if said in ("un", "una") and not end and not mark:
        return None  # an article
    is_plain = not end and not (mark and (is_ordinal or mark.split()[-1].lower() not in _ARTICLES))
    return Marker((number,), rest.strip(" \t"), is_doubtful=is_plain, is_word=is_plain)


def _numbers(text: str) -> tuple[int, ...]:
    """«1, 2 e 4»; «1-3» is a row."""
    found: list[int] = []
    is_row = False
    for token in _SPLIT_NUMBERS.findall(text):
        if not token.isdigit():
            is_row = True
            continue
        number = int(token)
        if is_row and found and found[-1] < number <= found[-1] + 20:
            found += range(found[-1] + 1, number)
        found.append(number)
        is_row = False
    return tuple(dict.fromkeys(found))


def _is_date(after: str) -> bool:
    return re.match(rf"\s*(?:(?:{_MONTHS})\b|[:.,/h]\d)", after, re.IGNORECASE) is not None
