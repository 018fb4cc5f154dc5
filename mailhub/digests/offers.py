"""What a room offers to people's letters: who has something, what it is, and what its words are.

Posts are the first offer (`digests/posts`); events, decisions and projects make theirs and are handed to the hub.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.digests.excerpt import Excerpt
from mailhub.digests.rule import Entry
from mailhub.errors import MailhubError
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one offer has for some people, and what it must be told once letters hold it."""

    entries: Mapping[int, Sequence[Entry]]  # by person
    marks: Mapping[int, Sequence[object]]  # by person; the offer's own


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a thing; a site without pages has no link to it."""

    name: str
    size: int
    link: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one thing, in one language, before a reader is known."""

    title: str
    group: str
    author: str
    at: datetime
    excerpt: Excerpt
    whole: str
    begins: str  # its first words, for a line
    files: tuple[File, ...] = ()
    link: str | None = None  # its page
    write_to: str | None = None  # the author's own address in the group


class Offer(Protocol):
    """One kind of thing that letters tell of. Methods run in the caller's transaction and never commit."""

    kind: str

    def lagging(self) -> sa.Select[int]:
        """People who may have something waiting: a rough and quick look."""
        ...

    def due(self, session: Session, slot: datetime) -> sa.Select[int] | None:
        """People who have something that was ready at this instant; None: nobody."""
        ...

    def gather(self, session: Session, people: Collection[int], slot: datetime) -> Gathered:
        """What they are owed, up to this instant."""
        ...

    def told(self, session: Session, marks: Sequence[object]) -> None:
        """Letters hold this now."""
        ...

    def said(self, session: Session, site: Site, ids: Collection[int], language: str) -> Mapping[int, Said]:
        """The words of these things; what is there no more is missing."""
        ...

    def welcome(self, session: Session, person_id: int, list_ids: Collection[int]) -> set[int]:
        """Of these lists, those whose things this person still wants."""
        ...


@dataclass(slots=True)
class Offers:
    """Every offer of the site, by kind; built once by the hub."""

    _by_kind: dict[str, Offer] = field(default_factory=dict)

    @classmethod
    def of(cls, offers: Iterable[Offer]) -> "Offers":
        found = cls()
        for offer in offers:
            if offer.kind in found._by_kind:
                raise MailhubError(f"two rooms offer things of the kind {offer.kind!r} to letters")
            found._by_kind[offer.kind] = offer
        return found

    def get(self, kind: str) -> Offer | None:
        """The offer of this kind; None where its room is gone from this release."""
        return self._by_kind.get(kind)

    def __iter__(self) -> Iterator[Offer]:
        return iter(self._by_kind.values())
