"""What waits for somebody who organises or moderates: one list, which a letter tells once a week and a page may show.

Each room offers its part: how it tells the questions it asks of them, and what else they should know of. The hub puts
the parts together (`hub/build`), the list is gathered in `digests/monday`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mailhub.errors import MailhubError
from mailhub.site import Site
from mailhub.verbs import Thing

WHOLE_SITE = 0  # the list id of an office for the whole site


@dataclass(frozen=True, slots=True)
class Office:
    """One person with what they look after, and when and how they read of it."""

    person_id: int
    language: str
    zone: str
    now: datetime
    roles: frozenset[int]  # lists in which they have any
    organises: frozenset[int]  # lists nobody nearer looks after; with `WHOLE_SITE` what belongs to no list as well

    def may_read(self, list_id: int) -> bool:
        """Whether they may see what waits to be read in a list."""
        return not self.roles.isdisjoint((list_id, WHOLE_SITE))


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question to them."""

    id: int
    kind: str
    thing_id: int
    list_id: int | None
    asked_at: datetime
    until: datetime | None  # it ends by itself
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for them, or that they should know of."""

    key: str  # of the words that tell it; those of a question have `more-…` beside it, which counts several
    values: Mapping[str, str]  # their places, in the language of the office
    since: datetime
    until: datetime | None = None
    thing: Thing | None = None  # what an answer is about; None: there is nothing to answer
    words: tuple[
        tuple[str, str], ...
    ] = ()  # at least one verb of that thing, the likeliest first, with what goes behind
    count: int = 1  # where very many of a kind wait, the last that is told stands for all after it

    @property
    def is_question(self) -> bool:
        return self.thing is not None


def _none(*_: object) -> Iterable[Waiting]:
    return ()


Tell = Callable[[Session, Site, Office, Sequence[Asked]], Iterable[Waiting]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one room has for this list. Its functions run in the caller's transaction and never commit."""

    asked: Mapping[str, Tell] = field(default_factory=dict)  # by kind of question
    beside: Callable[[Session, Site, Office], Iterable[Waiting]] = _none  # what is no question


@dataclass(slots=True)
class Parts:
    """The parts of every room; built by the hub, and added to by rooms to the right of it."""

    _parts: list[Part] = field(default_factory=list)
    _tells: dict[str, Tell] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Iterable[Part]) -> "Parts":
        found = cls()
        for part in parts:
            found.add(part)
        return found

    def add(self, part: Part) -> None:
        if twice := self._tells.keys() & part.asked.keys():
            raise MailhubError(f"two rooms tell what waits of the kinds {sorted(twice)}")
        self._parts.append(part)
        self._tells.update(part.asked)

    @property
    def kinds(self) -> Collection[str]:
        """Kinds of question that wait for whoever organises; others are asked of people for themselves."""
        return self._tells.keys()

    def tell(self, kind: str) -> Tell:
        return self._tells[kind]

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)
