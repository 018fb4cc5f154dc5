"""What the door says no to, before our 250: pure judgements of an address and of bytes."""

from dataclasses import dataclass

from mailhub.inbound.routing import Nobody, Route
from mailhub.language import say

MOST_HOPS = 50  # Received fields; RFC 5321 section 6.3 lets a loop be assumed from 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """A permanent no; the enhanced code agrees with it (RFC 3463)."""

    code: int
    enhanced: str
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.enhanced} {self.text}"


def refuse_recipient(route: Route) -> Refusal | None:
    """Unknown addresses are refused here, in both languages, never bounced later (D-05, S-06)."""
    match route:
        case Nobody(foreign=True):
            return Refusal(550, "5.7.1", "This server takes mail for its own domain only")
        case Nobody(front_desk=desk):
            italian = say("it", "inbound.no-such-address", desk=desk)
            english = say("en", "inbound.no-such-address", desk=desk)
            return Refusal(550, "5.1.1", _ascii(f"{english} / {italian}"))
    return None


def refuse_data(raw: bytes, bare: bool) -> Refusal | None:
    """Bytes that would make us a smuggler (D-02), and mail that runs in circles (D-12)."""
    if bare:
        return Refusal(550, "5.6.0", "Bare CR, bare LF or NUL in the message; lines must end in CRLF")
    if hops(raw) >= MOST_HOPS:
        return Refusal(554, "5.4.6", "Too many hops: this message is in a loop")
    return None


def hops(raw: bytes) -> int:
    """How many Received fields the header has."""
    end = raw.find(b"\r\n\r\n")
    header = (raw if end < 0 else raw[: end + 2]).lower()
    return header.count(b"\r\nreceived:") + header.startswith(b"received:")


def _ascii(text: str) -> str:
    """SMTP replies are ASCII: «è» becomes «e'», as Italians write where accents are missing."""
    accents = {"à": "a'", "è": "e'", "é": "e'", "ì": "i'", "ò": "o'", "ù": "u'", "«": '"', "»": '"', "’": "'"}
    return "".join(accents.get(c, c) for c in text).encode("ascii", "replace").decode()
