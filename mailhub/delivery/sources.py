"""What a room that sends promises to the outbox (design section 3, rule 2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.tables import Delivery, Mailing
from mailhub.errors import MailhubError
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class Owed:
    """It may leave now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: ask again then."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class No:
    """It is no longer owed; the reason is kept with the delivery."""

    reason: str


Judgement = Owed | Later | No


class Source(Protocol):
    """A room's answer for the mailings it caused. Every method runs in the caller's transaction and never commits."""

    name: str

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        """Person ids this mailing is owed to, unordered; only asked for mailings with `reads` set."""
        ...

    def still_owed(
        self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Mapping[int, Judgement]:
        """Judged at send time, by position in `deliveries`; what is missing is Owed."""
        ...

    def slots(
        self, session: Session, site: Site, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Sequence[Mapping[str, str]]:
        """Values of the frame's slots for each delivery, beside the frozen ones and those the outbox fills itself."""
        ...

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:
        """One sentence: why this person got this."""
        ...

    def title(self, session: Session, site: Site, mailing: Mailing, language: str) -> str:
        """What people call whom this mailing is of: a group, or the site."""
        ...

    def settled(self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime) -> None:
        """These deliveries are sent, failed or cancelled."""
        ...

    def next_due(self, session: Session) -> datetime | None:
        """The next instant at which this room has something to do by itself."""
        ...


# ruff: noqa: ARG002 - the usual answers look at nothing
class QuietSource:
    """The usual answers: everything owed stays owed, nothing follows from an outcome, nothing is due by itself."""

    name = ""

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        raise MailhubError(f"mailing {mailing.id} of {self.name} has no audience")

    def still_owed(
        self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Mapping[int, Judgement]:
        return {}

    def slots(
        self, session: Session, site: Site, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Sequence[Mapping[str, str]]:
        return [{} for _ in deliveries]

    def title(self, session: Session, site: Site, mailing: Mailing, language: str) -> str:
        return site.name

    def settled(self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime) -> None:
        return None

    def next_due(self, session: Session) -> datetime | None:
        return None


class Sources:
    """All sources of the site; built once by the hub."""

    def __init__(self, sources: Iterable[Any] = ()) -> None:
        self._by_name: dict[str, Source] = {}
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        if source.name in self._by_name:
            raise MailhubError(f"source {source.name!r} is registered twice")
        self._by_name[source.name] = source

    def get(self, name: str) -> Source:
        return self._by_name[name]

    def __iter__(self) -> Any:
        return iter(self._by_name.values())
