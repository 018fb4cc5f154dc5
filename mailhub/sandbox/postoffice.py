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
        self._unread: set[int] = set()
        self._numbers = count(1)

    def deliver(self, recipients: Sequence[str], raw: bytes) -> None:
        """A copy has arrived for these mailboxes."""
        for recipient in recipients:
            self._keep(recipient, raw, outgoing=False)

    def remember_sent(self, owner: str, raw: bytes) -> None:
        """What somebody wrote stands among their letters too."""
        self._keep(owner, raw, outgoing=True)

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

    def open(self, letter: Letter) -> None:
        """Its owner has looked at it."""
        with self._lock:
            self._unread.discard(letter.id)

    def open_all(self) -> None:
        """What lies in the mailboxes so far has been read."""
        with self._lock:
            self._unread.clear()

    def unread(self, owner: str) -> set[int]:
        """The letters of this mailbox that nobody has opened yet."""
        mine = {letter.id for letter in self.letters(owner)}
        with self._lock:
            return self._unread & mine

    def _keep(self, owner: str, raw: bytes, *, outgoing: bool) -> None:
        mail = message.parse(raw)
        with self._lock:
            number = next(self._numbers)
            self._letters[number] = Letter(number, canonical(owner), mail, raw, self._now(), outgoing)
            if not outgoing:
                self._unread.add(number)
