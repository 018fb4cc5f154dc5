"""What a question is: something we wait for from people, with one reminder and one end (design idea 3).

The rows are in `people/questions.py`. A kind is declared by the room that asks; its answers are the verbs whose
`things` name the kind.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub.errors import MailhubError
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """How long a kind of question waits, and what happens then.

    `remind` and `expire` run in the transaction that notes the reminder or the end; they get the question's id.
    """

    name: str
    ends_after: timedelta | None  # None: it waits for ever
    expire: Callable[[Session, Site, int, datetime], None] | None = None
    remind_after: timedelta | None = None
    remind: Callable[[Session, Site, int, datetime], None] | None = None

    def next_at(self, asked_at: datetime, reminded_at: datetime | None) -> datetime | None:
        """When somebody must look at it again."""
        if self.remind_after is not None and reminded_at is None:
            return asked_at + self.remind_after
        return asked_at + self.ends_after if self.ends_after is not None else None


class QuestionKinds:
    """All kinds of question of the site; built once by the hub."""

    def __init__(self, kinds: Iterable[QuestionKind] = ()) -> None:
        self._kinds: dict[str, QuestionKind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: QuestionKind) -> None:
        if kind.name in self._kinds:
            raise MailhubError(f"question kind {kind.name!r} is declared twice")
        self._kinds[kind.name] = kind

    def get(self, name: str) -> QuestionKind:
        return self._kinds[name]

    def __contains__(self, name: str) -> bool:
        return name in self._kinds
