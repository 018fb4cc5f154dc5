"""Judges copies as a strict receiver would: every header of every copy, and signatures with dkimpy."""

from collections import Counter
from dataclasses import dataclass, field

from mailhub.mail import dkim
from mailhub.sandbox.manners import Received
from tests.mail.lint import lint


@dataclass
class Judge:
    """Counts what is wrong; `check_every` n-th copy has its signature verified."""

    domain: str
    record: bytes  # the public key, as DNS would give it
    check_every: int = 1
    copies: int = 0
    verified: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    per_person: Counter[tuple[str, bytes]] = field(default_factory=Counter)

    def look(self, received: Received) -> None:
        self.copies += 1
        for fault in lint(received.data, kind="post", domain=self.domain, signed=True):
            self.faults[fault] += 1
        self.per_person[(received.recipients[0], _message_id(received.data))] += 1
        if not received.envelope_from.startswith("b."):
            self.faults["the envelope sender is no return path of one delivery"] += 1
        if self.copies % self.check_every == 0:
            self.verified += 1
            if not dkim.verify(received.data, self._txt):
                self.faults["the signature does not hold"] += 1

    @property
    def doubled(self) -> int:
        """Copies beyond one for each person and post."""
        return sum(count - 1 for count in self.per_person.values())

    def _txt(self, _name: bytes, *_more: object, **_named: object) -> bytes:
        return self.record


def _message_id(data: bytes) -> bytes:
    at = data.lower().find(b"\nmessage-id:")
    return data[at : data.find(b"\r\n", at + 1)]
