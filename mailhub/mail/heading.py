"""The text of our own header fields: folded, encoded words where needed, never a line break from outside."""

import base64
import re

from mailhub.errors import MailhubError

SOFT = 78  # RFC 5322 section 2.1.1: lines should not be longer, and must not be longer than HARD
HARD = 998
_WORD = 75  # RFC 2047 section 2: the longest encoded word
_SHELL = len("=?utf-8?q??=")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r"[^\x00-\x20\x7f-\xa0<>()\[\]\\,;:\"@]{1,64}@(?:[A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:.]{3,64}\])")
_Q_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")


class BadValue(MailhubError):
    """A value may not stand in a header field."""


def token(text: str) -> bytes:
    """A value that is written as it is: an id, a link, a date."""
    if not (text.isascii() and text.isprintable()):
        raise BadValue(f"{text!r:.80} may not stand in a header field")
    return text.encode("ascii")


def words(text: str, used: int = 0) -> bytes:
    """The value of a field of plain words, such as Subject, when `used` columns of its first line are taken."""
    _refuse_control(text)
    tidy = " ".join(part for part in text.split(" ") if part)
    if tidy.isascii() and "=?" not in tidy and all(len(part) <= HARD - SOFT for part in tidy.split(" ")):
        return fold(tidy.encode("ascii"), used)
    return encoded_words(tidy, used)


def encoded_words(text: str, used: int = 0) -> bytes:
    """RFC 2047 words, none longer than 75 columns and none cutting a character."""
    room = max(min(_WORD, SOFT - used), _SHELL + 12)
    written = []
    as_q = sum(not character.isascii() for character in text) * 3 <= len(text)
    while text:
        count, payload = _take_q(text, room - _SHELL) if as_q else _take_b(text, room - _SHELL)
        written.append(f"=?utf-8?{'q' if as_q else 'b'}?{payload}?=")
        text = text[count:]
        room = _WORD
    return "\r\n ".join(written).encode("ascii")


def phrase(name: str, used: int = 0) -> bytes:
    """A display name: bare, quoted or encoded, whichever is needed."""
    _refuse_control(name)
    tidy = " ".join(name.split())
    if not tidy.isascii() or "=?" in tidy or len(tidy) > SOFT - 4:
        return encoded_words(tidy, used)
    if _ATOMS.fullmatch(tidy):
        return tidy.encode("ascii")
    return b'"%s"' % re.sub(r'(["\\])', r"\\\1", tidy).encode("ascii")


def mailbox(name: str, address: str, used: int = 0) -> bytes:
    """One mailbox; the address may hold UTF-8 before its @ (RFC 6532), its domain is ASCII."""
    if not _ADDRESS.fullmatch(address):
        raise BadValue(f"{address!r:.80} is not an address")
    bare = address.encode()
    if not name.strip():
        return bare
    shown = phrase(name, used)
    column = used + len(shown) if b"\r\n" not in shown else len(shown) - shown.rindex(b"\n") - 1
    return b"%s%s<%s>" % (shown, b" " if column + len(bare) + 3 <= SOFT else b"\r\n ", bare)


def fold(value: bytes, used: int = 0) -> bytes:
    """Break lines at their spaces so that they stay within 78 columns where they can, and within 998 always."""
    if used + len(value) <= SOFT and b"\r\n" not in value:
        return value
    lines = []
    for line in value.split(b"\r\n"):
        lines += _fold_line(line, used)
        used = 0
    return b"\r\n".join(lines)


def field(name: str, value: bytes) -> bytes:
    """A whole field, CRLF included; the value is folded already."""
    return b"%s: %s\r\n" % (name.encode("ascii"), value)


def _refuse_control(text: str) -> None:
    if _CONTROL.search(text):
        raise BadValue(f"{text!r:.80} may not stand in a header field")


def _take_q(text: str, room: int) -> tuple[int, str]:
    payload = ""
    for count, character in enumerate(text):
        piece = _q(character)
        if len(payload) + len(piece) > room:
            return count, payload
        payload += piece
    return len(text), payload


def _q(character: str) -> str:
    if character in _Q_SAFE:
        return character
    if character == " ":
        return "_"
    return "".join(f"={octet:02X}" for octet in character.encode("utf-8", "replace"))


def _take_b(text: str, room: int) -> tuple[int, str]:
    octets = b""
    for count, character in enumerate(text):
        piece = character.encode("utf-8", "replace")
        if (len(octets) + len(piece) + 2) // 3 * 4 > room:
            return count, base64.b64encode(octets).decode("ascii")
        octets += piece
    return len(text), base64.b64encode(octets).decode("ascii")


def _fold_line(line: bytes, used: int) -> list[bytes]:
    lines = []
    while used + len(line) > SOFT:
        space = line.rfind(b" ", 1, SOFT + 1 - used)
        if space < 1:
            space = line.find(b" ", 1)
        if space < 1 or not line[:space].strip():
            break
        lines.append(line[:space])
        line, used = line[space:], 0
    if used + len(line) > HARD:
        raise BadValue("a header line would be longer than 998 octets")
    return [*lines, line]
