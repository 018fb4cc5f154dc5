"""What the door says no to, before our 250, and in which words: pure judgements of an address and of bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailhub.inbound.routing import Nobody, Route
from mailhub.language import say

MOST_HOPS = 50  # Received fields; RFC 5321 section 6.3 lets a loop be assumed from 100


class AtDoor(StrEnum):
    """Why the door says no; docs/answers.md has a row for each."""

    UNKNOWN_NAME = "unknown-name"
    DAMAGED_ADDRESS = "damaged-address"
    FOREIGN = "foreign"
    BAD_SENDER = "bad-sender"
    BAD_RECIPIENT = "bad-recipient"
    TOO_MANY_RECIPIENTS = "too-many-recipients"
    BARE_BYTES = "bare-bytes"
    LONG_LINE = "long-line"
    LOOP = "loop"
    TOO_BIG = "too-big"
    BUSY = "busy"
    DISK_FULL = "disk-full"
    NOT_STORED = "not-stored"
    TOO_MANY_CONNECTIONS = "too-many-connections"


# What the door says. The enhanced code agrees with the first (RFC 3463); 4xx: the sender keeps it and tries again.
REPLIES: Mapping[AtDoor, str] = {
    AtDoor.UNKNOWN_NAME: "550 5.1.1",  # with words in both languages, as the two below have
    AtDoor.DAMAGED_ADDRESS: "550 5.1.1",
    AtDoor.TOO_BIG: "552 5.3.4",
    AtDoor.FOREIGN: "550 5.7.1 This server takes mail for its own domain only",
    AtDoor.BAD_SENDER: "553 5.1.7 The sender address holds octets that may not stand in one",
    AtDoor.BAD_RECIPIENT: "553 5.1.3 The address holds octets that may not stand in one",
    AtDoor.TOO_MANY_RECIPIENTS: "452 4.5.3 Too many recipients in one message",
    AtDoor.BARE_BYTES: "550 5.6.0 Bare CR, bare LF or NUL in the message; lines must end in CRLF",
    AtDoor.LONG_LINE: "500 5.6.0 A line is longer than 998 characters",
    AtDoor.LOOP: "554 5.4.6 Too many hops: this message is in a loop",
    AtDoor.BUSY: "451 4.3.2 Too much mail in work; try again in a few minutes",
    AtDoor.DISK_FULL: "452 4.3.1 The disk is nearly full; try again later",
    AtDoor.NOT_STORED: "451 4.3.0 The message could not be stored; try again later",
    AtDoor.TOO_MANY_CONNECTIONS: "421 4.3.2 Too many connections; try again later",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no, in the words of an SMTP reply."""

    why: AtDoor
    words: str = ""  # behind the code, where the code stands alone

    def __str__(self) -> str:
        return f"{REPLIES[self.why]} {self.words}".strip()


def refuse_recipient(route: Route) -> Refusal | None:
    """Unknown addresses are refused here, in both languages, never bounced later (D-05, S-06)."""
    match route:
        case Nobody(foreign=True):
            return Refusal(AtDoor.FOREIGN)
        case Nobody(front_desk=desk, broken=broken):
            why = AtDoor.DAMAGED_ADDRESS if broken else AtDoor.UNKNOWN_NAME
            return Refusal(why, in_both("inbound.no-such-address", desk=desk))
    return None


def refuse_data(raw: bytes, bare: bool) -> Refusal | None:
    """Bytes that would make us a smuggler (D-02), and mail that runs in circles (D-12)."""
    if bare:
        return Refusal(AtDoor.BARE_BYTES)
    if hops(raw) >= MOST_HOPS:
        return Refusal(AtDoor.LOOP)
    return None


def hops(raw: bytes) -> int:
    """How many Received fields the header has."""
    end = raw.find(b"\r\n\r\n")
    header = (raw if end < 0 else raw[: end + 2]).lower()
    return header.count(b"\r\nreceived:") + header.startswith(b"received:")


def in_both(key: str, **values: object) -> str:
    """Words a person may come to read, in English and Italian."""
    return _ascii(f"{say('en', key, **values)} / {say('it', key, **values)}")


def _ascii(text: str) -> str:
    """SMTP replies are ASCII: «è» becomes «e'», as Italians write where accents are missing."""
    accents = {"à": "a'", "è": "e'", "é": "e'", "ì": "i'", "ò": "o'", "ù": "u'", "«": '"', "»": '"', "’": "'"}
    return "".join(accents.get(c, c) for c in text).encode("ascii", "replace").decode()
