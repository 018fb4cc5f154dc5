"""Cuts the text of a condition into words, and says where each begins."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mailhub.errors import BadInput


class Kind(StrEnum):
    NAME = "name"  # has a dot: a fact
    WORD = "word"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"
    MOMENT = "moment"  # now or today, with what is added or taken away
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Word:
    """One word, with its place counted from 0; the text of a quoted one is without quotes."""

    kind: Kind
    text: str
    place: int


class Trouble(BadInput):
    """The words from this place on make no condition."""

    def __init__(self, place: int, what: str, cure: str) -> None:
        super().__init__(what)
        self.place = place
        self.what = what
        self.cure = cure


_WORD = re.compile(
    r"""
    (?P<instant> \d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d(?::?\d\d)?)? )
  | (?P<date>    \d{4}-\d\d-\d\d )
  | (?P<number>  -?\d+(?:\.\d+)? )
  | (?P<name>    [^\W\d]\w*(?:\.\w+)+ )
  | (?P<moment>  (?:now|today)\b (?: \s* [+-] \s* [\d.]* \s* [^\W\d]* )? )
  | (?P<word>    [^\W\d][\w-]* )
  | (?P<text>    "(?:[^"\\]|\\["\\])*" | '(?:[^'\\]|\\['\\])*' )
  | (?P<sign>    == | [!<>]= | [=<>(),] | \[ | \] )
    """,
    re.VERBOSE,
)
_FOREIGN = {
    "&": 'write "and"',
    "|": 'write "or"',
    "!": 'write "not" or "!="',
    "“": 'use straight quotes: "…"',
    "«": 'use straight quotes: "…"',
    "’": "use straight quotes: '…'",
    '"': 'close the quotes; inside them write \\" for a quote and \\\\ for a backslash',
    "'": "close the quotes; inside them write \\' for a quote and \\\\ for a backslash",
}


def words(text: str) -> Iterator[Word]:
    """Every word, then an END. Raises Trouble at what is none."""
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found = _WORD.match(text, place)
        if found is None:
            sign = text[place]
            raise Trouble(place, f"{sign} is not understood", _FOREIGN.get(sign, "write facts, and, or, not, = and ()"))
        kind = Kind(str(found.lastgroup))
        yield Word(kind, _unquoted(found[0]) if kind is Kind.TEXT else found[0], place)
        place = found.end()
    yield Word(Kind.END, "", place)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])
