"""Quoted-printable (RFC 2045 section 6.7) of our own making: stable under DKIM, with room for slots."""

import binascii
import re

from mailhub.mail.frame import Piece, Slot, Text

_SOFT_BREAK = b"=\r\n"
_LONGEST = 76
_FROM = re.compile(rb"^From ([^\r\n]*)", re.MULTILINE)


def quoted(text: str) -> bytes:
    """The encoded text; its lines end in CRLF and are at most 76 long."""
    return quoted_bytes(text.encode("utf-8", "replace"))


def quoted_bytes(octets: bytes) -> bytes:
    """The same for text in any charset."""
    lines = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    written = binascii.b2a_qp(lines).replace(b"\n", b"\r\n")
    if b"From " in written:  # mbox writers on the way put a ">" before it, which breaks the signature
        written = _FROM.sub(_spelt, written)
    return _with_room(written)


def _spelt(line: re.Match[bytes]) -> bytes:
    """The word with its first letter spelt out; a line that grows too long by that is broken behind it."""
    return b"=46rom " + (_SOFT_BREAK if len(line[1]) > _LONGEST - len(b"=46rom ") else b"") + line[1]


def _with_room(written: bytes) -> bytes:
    """The same with no line over 76 columns, and room on the last one for a soft break after it."""
    if b"=20\r\n" in written or b"=09\r\n" in written:  # b2a_qp forgets to count a space that ends a line
        written = b"\r\n".join(_broken(line, _LONGEST) for line in written.split(b"\r\n"))
    start = written.rfind(b"\n") + 1
    return written if len(written) - start < _LONGEST else written[:start] + _broken(written[start:], _LONGEST - 1)


def _broken(line: bytes, longest: int) -> bytes:
    """A line that is a little too long, broken before its last character."""
    if len(line) <= longest:
        return line
    last = -3 if line[-3:-2] == b"=" else -1
    return line[:last] + _SOFT_BREAK + line[last:]


def quoted_pieces(text: Text) -> tuple[Piece, ...]:
    """Words with slots as lines of a body, the last one ended.

    Each slot stands on lines of its own between soft breaks: what fills it needs to know nothing of its neighbours.
    """
    pieces: list[Piece] = []
    line = b""
    for part in _joined(text):
        after_slot = bool(pieces) and not line
        if isinstance(part, Slot):
            if after_slot or (line and not line.endswith(b"\r\n")):
                line += _SOFT_BREAK
            pieces += [line, part] if line else [part]
            line = b""
        else:
            line = (_SOFT_BREAK if after_slot and part[0] not in b"\r\n" else b"") + quoted_bytes(part)
    if not line.endswith(b"\r\n"):
        line += b"\r\n"
    return (*pieces, line)


def _joined(text: Text) -> list[bytes | Slot]:
    """Neighbouring constants as one, since lines are broken where they grow too long together."""
    joined: list[bytes | Slot] = []
    for part in text:
        octets = part.encode("utf-8", "replace") if isinstance(part, str) else part
        last = joined[-1] if joined else None
        if isinstance(octets, bytes) and isinstance(last, bytes):
            joined[-1] = last + octets
        elif octets:
            joined.append(octets)
    return joined
