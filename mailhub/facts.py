"""What may be asked about a person: facts, each declared by the room that knows it.

A condition compares facts (see `conditions`). A fact says which activities may change it, so that whoever waits for a
condition is looked at again then and not before, and how to find it for many people at once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from mailhub.content import nearest
from mailhub.errors import BadInput

if TYPE_CHECKING:  # a fact holds an expression; nothing here runs one
    from decimal import Decimal

    from sqlalchemy import ColumnElement, Select

    from mailhub.conditions.tree import Condition

SHORT = 200  # letters of a text that can be looked up by what it says
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+", re.ASCII)
_ACTIVITY_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*", re.ASCII)


class FactType(StrEnum):
    """What a fact's value is in Python: str; int or Decimal; bool; date; an aware datetime; one of a set of words."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    INSTANT = "instant"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is so, or not known, of every person.

    `sql` gets the column of a person's id and returns one expression about that person, correlated to it, whose type is
    the fact's: `lambda person: select(Person.language).where(Person.id == person).scalar_subquery()`. A choice is given
    as its word. A number has at most 15 digits, which is what both databases compare exactly.

    `having` finds the same from its other end, where that is cheaper: the ids of those whose text passes a test of its
    column, for texts of at most SHORT letters.
    """

    name: str  # "person.language": the room's word first
    type: FactType
    sql: "Callable[[ColumnElement[int]], ColumnElement[Any]]" = field(repr=False, compare=False)
    changed_by: tuple[str, ...]  # activities, such as "person.changed"
    nullable: bool = True
    choices: tuple[str, ...] = ()
    having: "Callable[[Callable[[ColumnElement[str]], ColumnElement[bool]]], Select[int]] | None" = field(
        default=None, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if not _FACT_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a fact; write it as person.language")
        for activity in self.changed_by:
            if not _ACTIVITY_NAME.fullmatch(activity):
                raise ValueError(f"{self.name}: {activity!r} is no activity; write it as subscription.confirmed")
        if bool(self.choices) != (self.type is FactType.CHOICE):
            raise ValueError(f"{self.name}: a choice, and nothing else, has choices")


class NoPlace(BadInput):
    """Nothing is known to be there; says what to write instead."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure


class Places(Protocol):
    """Which places there are, and which are near which."""

    def around(self, place: str, km: "Decimal") -> tuple[str, ...]:
        """What the places so near to this one, itself among them, are called. Raises NoPlace."""
        ...


class Facts:
    """All facts that may be asked in one place; built from what the rooms declare.

    `segments` are conditions that have a name, such as `segment.senza_parola`; `places` are those of the site.
    """

    def __init__(
        self,
        facts: Iterable[Fact] = (),
        segments: "Mapping[str, Condition]" = MappingProxyType({}),
        places: Places | None = None,
    ) -> None:
        self.segments = segments
        self.places = places
        self._by_name: dict[str, Fact] = {}
        for fact in facts:
            if fact.name in self._by_name:
                raise ValueError(f"the fact {fact.name} is declared twice")
            self._by_name[fact.name] = fact

    def plus(self, facts: Iterable[Fact], segments: "Mapping[str, Condition] | None" = None) -> "Facts":
        """The same and these, those that are known already aside; `segments`: which there are from now on."""
        named = {fact.name: fact for fact in facts if fact.name not in self._by_name}
        return Facts([*self, *named.values()], self.segments if segments is None else segments, self.places)

    def get(self, name: str) -> Fact | None:
        return self._by_name.get(name)

    def nearest(self, name: str) -> str | None:
        """The fact or segment that this name is probably a slip of."""
        return nearest(name, [*self._by_name, *self.segments])

    def changed_by(self, activity: str) -> frozenset[str]:
        """Names of the facts that this activity may change."""
        return frozenset(fact.name for fact in self if activity in fact.changed_by)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)
