"""What an organiser declares of a template: its variables, and what stands in its front matter. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SERVICE = "service"  # the purpose of what needs no consent
RESERVED = frozenset({"footer", "language", "title", "loop"})


class VarType(StrEnum):
    """What a variable's value is."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    INSTANT = "instant"
    FLAG = "flag"
    LINK = "link"
    ADDRESS = "address"
    LIST = "list"


MEANINGS: Mapping[VarType, str] = {
    VarType.TEXT: "words on one line",
    VarType.NUMBER: '«1.250», "1,250"',
    VarType.MONEY: 'an amount in euro: «30 €», "€30"',
    VarType.DATE: 'a day: «sabato 14 marzo», "Saturday 14 March"',
    VarType.INSTANT: 'a day and its hour: «sabato 14 marzo, ore 9», "Saturday 14 March, 9:00"',
    VarType.FLAG: "yes or no: for tests, it cannot be written",
    VarType.LINK: "a whole address of a page: https, http or mailto",
    VarType.ADDRESS: "a mail address",
    VarType.LIST: "several of the same, for {% for %}: `of` says what each is",
}


@dataclass(frozen=True, slots=True)
class Var:
    """One declared variable. An optional one may be missing; then its fallback counts, which may be nothing."""

    name: str
    type: VarType
    optional: bool = False
    fallback: object = None
    fields: "tuple[Var, ...]" = ()  # of each thing in a list; one without a name: the list holds plain values
    line: int = field(default=1, compare=False)

    @property
    def may_be_missing(self) -> bool:
        """Whether nothing at all may stand in its place."""
        return self.optional and self.fallback is None

    @property
    def shape(self) -> tuple[object, ...]:
        """What must be the same in every language; fallbacks are words and may differ."""
        return (self.name, self.type, self.optional, tuple(sorted(str(inner.shape) for inner in self.fields)))


@dataclass(frozen=True, slots=True)
class Line:
    """A text of the front matter, with the line it stands in."""

    text: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class Head:
    """The front matter of one file."""

    subject: Line
    preheader: Line = Line()
    author: Line = Line()
    answer: Line = Line()
    layout: Line = Line()
    purpose: str = SERVICE
    vars: tuple[Var, ...] = ()

    @property
    def is_service(self) -> bool:
        return self.purpose == SERVICE
