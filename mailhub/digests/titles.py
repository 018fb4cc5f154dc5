"""Conversations named by words of their title: «per il cancello va bene», «cesoie: le ho io». Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_FRAME = re.compile(
    r"\s{0,3}(?:per quanto riguarda|quanto a(?:l|llo|lla|i|gli|lle|ll['’])?|riguardo a(?:l|llo|lla|i|gli|lle|"
    r"ll['’])?|a proposito d(?:i|el|ella|ei|elle|ell['’])|"
    r"per|su|sul|sullo|sulla|sui|sugli|sulle|sull['’]|circa|re:?|about|on|as for|as to|regarding|concerning|"
    r"for)\s*(?:il|lo|la|i|gli|le|l['’]|the|your|his|her)?\s+",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\s{0,3}(?:re:\s)?([^:\n.!?]{3,60}?)(?::\s|\s[-–—]\s)\s*(?=\S)", re.IGNORECASE)
_REPLY = re.compile(r"(?:re|r|rif|fw|fwd)\s?:\s*", re.IGNORECASE)
_AROUND = re.compile(r"^[\s*_#(\[«\"]+|[\s*_:.)\]»\"-]+$")
_WORD = re.compile(r"[^\W\d_]{4,}")
_LINE_WORD = re.compile(r"[^\W_]+")
_SHORTEST = 4  # letters of a word that tells one title from another
_ARTICLES = frozenset("il lo la i gli le l the a".split())  # noqa: SIM905
_LONGEST = 120  # characters of a line that only names something
_FRAME_WORDS = 4  # after the frame that may name the conversation
_LABEL_WORDS = 6
_STEM = 5  # letters by which two forms of a word are the same: «cesoia», «cesoie»
# Words that stand in many titles and in any prose, and point nowhere.
_COMMON_WORDS = (
    "della dello delle degli dalla questo questa quello quella sono stato essere avere fare cosa come",
    "quando dove anche sabato domenica lunedi martedi mercoledi giovedi venerdi oggi domani gruppo",
    "messaggio lettera conto quanto favore esempio sempre adesso prima dopo tutti tutte ogni with from",
    "that this they what when where your have will would saturday sunday monday tuesday wednesday",
    "thursday friday today tomorrow group message letter",
)
_COMMON = frozenset(word for line in _COMMON_WORDS for word in line.split())


@dataclass(frozen=True, slots=True)
class Named:
    """Items whose title was named, and the words that say something about them."""

    numbers: tuple[int, ...]
    rest: str


def alone(line: str, titles: Sequence[tuple[int, str]]) -> int | None:
    """The item a line names, and does no more than that."""
    said = _LINE_WORD.findall(_plain(_REPLY.sub("", _AROUND.sub("", line[:_LONGEST]), count=1)))
    found = [number for number, title in titles if _is_of(said, title)]
    return found[0] if said and len(found) == 1 and len(line) < _LONGEST else None


def _is_of(said: list[str], title: str) -> bool:
    """Whether some words are a title, but for its small words."""
    words = _LINE_WORD.findall(_plain(title))
    if said == words:
        return True
    telling = {word[:_STEM] for word in said if len(word) >= _SHORTEST and word not in _COMMON}
    return (
        bool(telling)
        and telling <= set(_stems(title))
        and all(word in words or word in _ARTICLES for word in said if word[:_STEM] not in telling)
    )


def leading(line: str, titles: Sequence[tuple[int, str]]) -> Named | None:
    """What a line names at its start; None where it names nothing, or too much to be a name."""
    if (label := _LABEL.match(line)) is not None and len(label[1].split()) <= _LABEL_WORDS:
        numbers = _matching(_stems(label[1]), titles)
        if numbers:
            return Named(numbers, line[label.end() :].strip())
    if (frame := _FRAME.match(line)) is not None:
        words = re.split(r"[,;:]", line[frame.end() :], maxsplit=1)[0].split()[:_FRAME_WORDS]
        numbers = _matching(_stems(" ".join(words)), titles)
        if numbers:
            return Named(numbers, line.strip())
    return None


def _matching(said: list[str], titles: Sequence[tuple[int, str]]) -> tuple[int, ...]:
    """The items a word of whose title is the first that any title knows."""
    for stem in said:
        numbers = tuple(number for number, title in titles if stem in _stems(title))
        if numbers:
            return numbers
    return ()


def _stems(text: str) -> list[str]:
    return [word[:_STEM] for word in _WORD.findall(_plain(text)) if word not in _COMMON]


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
