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
        self._numbers = count(1)

    def deliver(self, _sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """A copy has arrived for these mailboxes."""
        for recipient in recipients:
            self._keep(recipient, raw, outgoing=False)

    def remember_sent(self, owner: str, raw: bytes) -> None:
        """What somebody wrote stands among their letters too."""
        self._keep(owner, raw, outgoing=True)

    def as_letter(self, owner: str, raw: bytes) -> Letter:
        """These bytes as somebody would see them in their mailbox, without keeping them."""
        return Letter(0, canonical(owner), message.parse(raw), raw, self._now())

    def letters(self, owner: str) -> list[Letter]:
        """A mailbox, newest first."""
        key = canonical(owner)
        with self._lock:
            return [letter for letter in reversed(self._letters.values()) if letter.owner == key]

    def letter(self, number: int) -> Letter | None:
        with self._lock:
            return self._letters.get(number)

    def waiting(self, owner: str) -> int:
        """How many letters came to this mailbox."""
        return sum(not letter.outgoing for letter in self.letters(owner))

    def _keep(self, owner: str, raw: bytes, *, outgoing: bool) -> None:
        mail = message.parse(raw)
        with self._lock:
            number = next(self._numbers)
            self._letters[number] = Letter(number, canonical(owner), mail, raw, self._now(), outgoing)
