"""Numbers by which people say what they answer, at the start of a line or of a clause, in Italian and English. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from mailhub.digests import numerals
from mailhub.digests.numerals import LAST, ORDINALS, UNITS, WORDS

HIGHEST = 99  # of what is not there but may have been meant; larger numbers are years, prices, telephones
LONGEST = 160  # characters of a line in which its numbers are looked for

_FRAMES = (
    r"per|su|quanto|riguardo|rispondo|risposta|rispondendo|re|on|for|about|as for|regarding|answer to|reply to|to|both|"
    r"in risposta"
)
_FEMININE = ("la", "alla", "sulla", "nella", "della")
_ARTICLES = ("il", "lo", "al", "sul", "nel", "del", *_FEMININE, "a", "the")
_NOUNS = (
    r"punt[oi]|numer[oi]|messaggi?o?|domand[ae]|voc[ei]|num\.?|nr\.?|n\.?|nº|n°|no\.|no(?=\s\d{1,3}[:).])|#|items?|"
    r"numbers?|points?|messages?|questions?|answers?|nos\.?"
)
_MARK = (
    rf"(?:(?P<frame>{_FRAMES})\s+)?(?:(?P<article>{'|'.join(_ARTICLES)})\s+|(?P<elided>l['’]))?"
    rf"(?:(?P<noun>{_NOUNS})\s*)?"
)
_FIGURE = r"\d{1,3}(?:st|nd|rd|th|ª|a)?(?!\d)"
_AND = r"\s*(?:[,/+&–-]|(?:e|ed|and)\b)\s*"
_MORE = rf"(?:{_AND}|\s*(?:e|ed|and|&|\+)\s+(?:{'|'.join(_ARTICLES)})\s+)"
_ONE = r"(?:\s+one\b)?"
_END = r"(?:\s*[).:;\]°º!?]+(?!\d)|\s*[-–—=>]+(?=\s|[^\W\d])|\s*,(?=\s)|(?=\s)|(?=[^\W\d_](?:[^\W\d_]|['’]))|$)"
_FIGURES = re.compile(
    rf"[\s(\[*•·-]{{0,4}}{_MARK}(?P<many>{_FIGURE}(?:{_MORE}{_FIGURE})*){_ONE}(?P<end>{_END})", re.IGNORECASE
)
_WRITTEN = re.compile(
    rf"[\s(*•·-]{{0,4}}{_MARK}(?<![^\W\d_])(?P<many>(?:{WORDS})(?:{_MORE}(?:{WORDS})\b)*){_ONE}"
    r"(?P<end>\s*[):.;!?]|\s*[-–—]\s|\s*,|(?=\s)|$)",
    re.IGNORECASE,
)
_DATE_OR_TIME = re.compile(
    r"\s{0,3}(?:\d{1,2}[:.h]\d\d\b|\d{1,2}/\d{1,2}(?:/\d{2,4})?\b|\d{1,2}-\d{1,2}-\d{2,4}\b|0\d)", re.IGNORECASE
)
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[-–]")
_SUFFIXED = re.compile(r"\d(?:st|nd|rd|th|ª|a)\b", re.IGNORECASE)
_ONLY = re.compile(
    rf"\s{{0,3}}{_MARK}(?P<chosen>\d{{1,3}}|(?<![^\W\d_])(?:{WORDS}|zero|nessuno|nessuna|none))(?:\s+one)?\s?[).:!]*\s?"
    r"(?:(?:grazie|please|per favore|thanks|direi|penso)[\s.!]*)?",
    re.IGNORECASE,
)
_ASSENT = (
    r"s[iì]|no|ok|okay|va bene|vengo|ci sono|d['’]accordo|volentieri|contrari[oa]|favorevole|yes|yep|nope|fine|agreed|"
    r"i['’]m in|count me in"
)
_BEHIND = re.compile(
    rf"\s{{0,3}}(?P<said>{_ASSENT})\s(?:(?:(?:per|con)\s)?(?P<article>alla|al|la|il|sulla|sul)|(?:to|on)(?:\sthe)?|for\sthe)"
    rf"\s(?:(?:punto|numero|number|n\.?|nr\.?|#)\s?)?(?P<many>(?:{_FIGURE}|{WORDS})\b(?:{_MORE}(?:{_FIGURE}|{WORDS})\b)*)"
    r"(?:\sone)?\s?[.!,;]?\s?",
    re.IGNORECASE,
)
_SHORT = 3  # words of «first: yes, second: no»


@dataclass(frozen=True, slots=True)
class Marker:
    """Numbers at the start, and the words after them; doubtful where they may count something."""

    numbers: tuple[int, ...]
    rest: str
    whole: str = ""  # with the numbers: what is asked about where they may count something
    is_doubtful: bool = False
    is_word: bool = False  # written out, with nothing that sets it apart from prose
    is_loose: bool = False  # a figure, with nothing that sets it apart from prose


def leading(text: str, known: Collection[int]) -> Marker | None:
    """What a text begins with; None where that is prose, a date or an hour."""
    start = text[:LONGEST]
    if _DATE_OR_TIME.match(start):
        return None
    found = _FIGURES.match(start)
    if found is None:
        return _written(text, known)
    numbers, after = _numbers(found["many"], known), text[found.end("many") :]
    if not numbers or any(number not in known and not 0 < number <= HIGHEST for number in numbers):
        return None
    article = (found["article"] or "").lower()
    is_loose = not (found["frame"] or found["noun"] or found["end"].strip(" ,") or article in _FEMININE)
    is_bare = is_loose and not article and not found["end"].strip()
    if numerals.counts(after, numbers[-1]) and not (found["noun"] and not numerals.is_date(after)):
        # «3 persone» where the letter has a third item may be either; elsewhere it is prose.
        is_candidate = is_bare and numbers[0] in known and not numerals.is_date(after)
        return Marker(numbers, after.strip(), text.strip(), is_doubtful=True) if is_candidate else None
    if found["article"] and not found["noun"] and not any(number in known for number in numbers):
        return None  # «il 14 vengo» is a day
    is_day = _SUFFIXED.search(found["many"]) and not (
        found["end"].strip(" ,") or article in _FEMININE or "one" in found[0].lower()
    )
    rest = text[found.end() :].strip(" \t")
    is_doubtful = bool(is_day) or (is_loose and rest[:1].isdigit())  # «3 5 vengo» may be two things, or a count
    return Marker(numbers, rest, text.strip(), is_doubtful=is_doubtful, is_loose=is_loose)


def behind(text: str, known: Collection[int]) -> Marker | None:
    """A word of assent with its number behind it: «sì alla 3», "no to 5"."""
    found = _BEHIND.fullmatch(text) if len(text) <= LONGEST else None
    numbers = _numbers(found["many"], known) if found is not None else ()
    if found is None or not numbers or not set(numbers) <= set(known):
        return None
    return Marker(numbers, found["said"], text.strip())


def is_written_out(line: str, known: Collection[int]) -> bool:
    """Whether a line begins with a number in words."""
    marker = _written(line, known)
    return marker is not None and marker.is_word


def alone(line: str) -> int | None:
    """The number a line consists of."""
    found = _ONLY.fullmatch(" ".join(line.split())) if len(line) <= LONGEST else None
    if found is None:
        return None
    said = found["chosen"].lower()
    if said.isdigit():
        return int(said)
    number = 0 if said in ("zero", "nessuno", "nessuna", "none") else UNITS.get(said, ORDINALS.get(said))
    return number if number != LAST else None


def _written(text: str, known: Collection[int]) -> Marker | None:
    """Numbers written out: sure behind a mark or before one, mere words otherwise."""
    found = _WRITTEN.match(text[:LONGEST])
    if found is None or not known:
        return None
    words = [word for word in re.findall(r"[^\W\d_]+", found["many"].lower()) if word in UNITS or word in ORDINALS]
    numbers, rest = _numbers(found["many"], known), text[found.end() :].strip(" \t")
    if not set(numbers) <= set(known) or numerals.counts(text[found.end("many") :], 0):
        return None
    how = _is_sure(found, words, rest)
    if how is None:
        return None
    return Marker(numbers, rest, text.strip(), is_doubtful=not how, is_word=not how)


def _is_sure(found: re.Match[str], words: list[str], rest: str) -> bool | None:
    """Whether number words certainly mark; None where they certainly do not."""
    article, end = (found["article"] or "").lower(), found["end"].strip()
    is_marked = bool(article or found["elided"] or found["noun"])
    if found["noun"] or (words[0] in ORDINALS and is_marked and ("one" in found[0].lower().split() or len(words) > 1)):
        return True
    if words[0] in ORDINALS:
        if not is_marked and not found["frame"]:
            # «Primo: … Secondo: …» are the points of a speech; «seconda: no» is an answer
            is_short = numerals.begins_answer(rest) and len(rest.split()) <= _SHORT
            return (words[0].endswith("a") or is_short) if end in (":", ")") else None
        return bool(end) or not rest or numerals.begins_answer(rest)
    if words[0] in ("un", "una", "one") and not end:
        return None  # an article, or "the one about the gate"
    return (bool(end) and end != ",") or (article in _FEMININE and words[0] != "una")


def _numbers(text: str, known: Collection[int]) -> tuple[int, ...]:
    """«1, 2 e 4»; «1-3» is a row; the last one is the highest there is."""
    found: list[int] = []
    is_row = False
    for said in _TOKEN.findall(text.lower()):
        if said in ("-", "–"):
            is_row = True
            continue
        number = int(said) if said.isdigit() else UNITS.get(said, ORDINALS.get(said))
        if number is None:
            continue
        number = max(known, default=0) if number == LAST else number
        if is_row and found and found[-1] < number <= found[-1] + 20:
            found += range(found[-1] + 1, number)
        found.append(number)
        is_row = False
    return tuple(dict.fromkeys(found))
