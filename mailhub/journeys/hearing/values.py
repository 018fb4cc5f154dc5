"""What a question of a journey wants to know, and what was heard in answer. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# What an answer holds, as JSON may: yes or no is a bool; a choice the key of the option; a number an int where whole
# numbers are wanted, else the text of a Decimal in plain digits; a day its ISO text; a place its name; an address a
# mapping of its parts: street, number, postcode, town, and where they were written province, extra and name.
Value = bool | int | str | Mapping[str, str]


class Kind(StrEnum):
    """What sort of fact the answer becomes."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    PLACE = "place"
    TEXT = "text"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be chosen: the key that is kept, and what people call it, by language."""

    key: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A kind, and what it needs to be read; what belongs to another kind is not looked at.

    `least` and `most` bound a number itself; of a date they are days from today, so that 0 is today and -1 yesterday.
    """

    kind: Kind
    options: tuple[Option, ...] = ()  # in the order they were printed, since people answer «la seconda»
    least: int | None = None
    most: int | None = None
    whole: bool = True
    longest: int = 1_000  # characters of a text
    country: str = "IT"  # of an address
    sure_from: float = 0.85  # the score of a place below which it is asked back


class Why(StrEnum):
    """Why an attempt to answer cannot be read."""

    UNDECIDED = "undecided"  # «forse», "3?"
    SEVERAL = "several"  # two answers, or one taken back; the candidates are what was said
    IMPOSSIBLE = "impossible"  # «31 febbraio», «sabato 15» where the 15th is a Sunday
    OUTSIDE = "outside"  # below the least or above the most, an option that is not there
    UNKNOWN = "unknown"  # a place nobody knows; the candidates look like it
    AMBIGUOUS = "ambiguous"  # one name of several places
    INCOMPLETE = "incomplete"  # a month without a day; an address without a part, named in `missing`
    NOT_WHOLE = "not-whole"  # 2.5 persons
    EXCLUDED = "excluded"  # only what is not wanted was said: «sabato no»
    TOO_LONG = "too-long"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer, and what else was written beside it; one that is not certain is asked back before it counts."""

    value: Value
    rest: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Unclear:
    """Somebody tried to answer, and it cannot be told what they mean; the candidates may be offered by number."""

    why: Why
    candidates: tuple[Value, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """Not an answer at all: a person reads it, and the journey waits."""


Heard = Answer | Unclear | Other
