"""Work that waits in rows and belongs to no mail: one page at a time, found again by looking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.looks import Looks


def _never(_session: Session, _now: datetime) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Chore:
    """One kind of such work. `page` does a little of what is due within the caller's transaction and says how much.

    When it is due is told by statements, which are asked together with those of other chores, or by `next_due`.
    """

    name: str
    page: Callable[[Session, datetime], int]
    next_due: Callable[[Session, datetime], datetime | None] = _never  # seen from now
    instants: Sequence[sa.Select[Any]] = ()  # each names the instant at which something is due
    waiting: Sequence[sa.Select[Any]] = ()  # each finds something that is due at once

    @property
    def is_told(self) -> bool:
        """Whether statements say all of when it is due."""
        return bool(self.instants or self.waiting)


class Due:
    """When chores are due."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self.chores = chores
        self._looks = Looks(*(each for chore in chores for each in (*chore.instants, *chore.waiting)))

    def pages(self, session: Session, now: datetime) -> Sequence[Chore]:
        """The chores that have something to do, or can say so only by doing it."""
        return [chore for chore, at in self._told(session, now) if not chore.is_told or (at is not None and at <= now)]

    def next_due(self, session: Session, now: datetime) -> datetime | None:
        """The earliest instant at which any has something to do."""
        named = [at if chore.is_told else chore.next_due(session, now) for chore, at in self._told(session, now)]
        return min((instant for instant in named if instant is not None), default=None)

    def _told(self, session: Session, now: datetime) -> Sequence[tuple[Chore, datetime | None]]:
        """Each with the instant its statements name."""
        found = iter(self._looks.take(session))
        told = []
        for chore in self.chores:
            instants = [next(found) for _ in chore.instants]
            instants += [None if next(found) is None else now for _ in chore.waiting]
            told.append((chore, min((at for at in instants if at is not None), default=None)))
        return told
