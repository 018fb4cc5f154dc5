"""The mailboxes of the invented town: what our copies become when they arrive, as a mail program would show them."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from mailhub.mail import message
from mailhub.mail.address import Mailbox, canonical
from mailhub.mail.message import Mail


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in one mailbox."""

    id: int
    owner: str  # whose mailbox, in canonical form
    mail: Mail
    raw: bytes
    arrived_at: datetime
    outgoing: bool = False  # written here, not received
    by_visitor: bool = False  # by whoever sits before the page, not by the town's story

    @property
    def sender(self) -> Mailbox:
        return self.mail.author or Mailbox("", "?")

    @property
    def answer_to(self) -> str:
        """Where a reply goes: Reply-To, else From, as every mail program does."""
        return (self.mail.reply_to or (self.sender,))[0].email


class PostOffice:
    """Keeps letters in memory while the sandbox runs; safe for several threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._letters: dict[int, Letter] = {}
        self._opened: dict[int, datetime] = {}
        self._numbers = count(1)

    def deliver(self, recipients: Sequence[str], raw: bytes) -> None:
        """A copy has arrived for these mailboxes."""
        for recipient in recipients:
            self._keep(recipient, raw)

    def remember_sent(self, owner: str, raw: bytes, *, by_visitor: bool = False) -> None:
        """What somebody wrote stands among their letters too."""
        self._keep(owner, raw, outgoing=True, by_visitor=by_visitor)

    def letters(self, owner: str) -> list[Letter]:
        """A mailbox, newest first."""
        key = canonical(owner)
        with self._lock:
            return [letter for letter in reversed(self._letters.values()) if letter.owner == key]

    def letter(self, owner: str, number: int) -> Letter | None:
        """One letter of this mailbox; None where it is not there."""
        with self._lock:
            found = self._letters.get(number)
        return found if found is not None and found.owner == canonical(owner) else None

    def by_visitor(self) -> list[Letter]:
        """Everything the visitor wrote, in whatever name, newest first."""
        with self._lock:
            return [letter for letter in reversed(self._letters.values()) if letter.by_visitor]

    def open(self, letter: Letter) -> None:
        """Its owner has looked at it."""
        with self._lock:
            self._opened[letter.id] = self._now()

    def open_all(self) -> None:
        """What lies in the mailboxes so far has been read."""
        with self._lock:
            self._opened = dict.fromkeys(self._letters, self._now())

    def opened_at(self, letter: Letter) -> datetime | None:
        """When its owner looked at it last."""
        with self._lock:
            return self._opened.get(letter.id)

    def unread(self, owner: str) -> set[int]:
        """The letters of this mailbox that nobody has opened yet."""
        mine = {letter.id for letter in self.letters(owner) if not letter.outgoing}
        with self._lock:
            return mine - self._opened.keys()

    def _keep(self, owner: str, raw: bytes, *, outgoing: bool = False, by_visitor: bool = False) -> None:
        mail = message.parse(raw)
        with self._lock:
            number = next(self._numbers)
            self._letters[number] = Letter(
                number, canonical(owner), mail, raw, self._now(), outgoing, by_visitor=by_visitor
            )
