"""What a message looks like on the wire: its header fields byte for byte, and where its body begins."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mailhub.errors import MailhubError


class Excess(StrEnum):
    """Which limit a mail passed, so that it is kept and listed but not read."""

    SIZE = "too-large"
    HEADERS = "headers-too-long"
    LINES = "too-many-header-lines"
    DEPTH = "nested-too-deep"
    PARTS = "too-many-parts"
    ADDRESSES = "too-many-addresses"
    TEXT = "text-too-long"
    EXPANSION = "grows-when-decoded"


class Unreadable(MailhubError):
    """A mail passes a limit and is not read; its bytes are kept by whoever caught this."""

    def __init__(self, reason: Excess) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one mail may hold before it counts as an attack on the reader."""

    size: int = 25 * 1024 * 1024
    header_bytes: int = 128 * 1024  # of the message's own header
    header_lines: int = 1_000
    part_header_bytes: int = 1024 * 1024  # of all the parts' headers together
    depth: int = 30
    parts: int = 500
    addresses: int = 1_000
    text: int = 2 * 1024 * 1024
    expansion: int = 2


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Field:
    """One header field with its folded lines and line end, as it came; what is no field at all has no name."""

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands after the colon, unfolded; it may hold any byte but LF."""
        value = self.raw.partition(b":")[2].strip()
        return value.replace(b"\r\n", b"").replace(b"\n", b"") if b"\n" in value else value


# Possessive, so that no input makes it step back.
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*\n?")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|return-path|received|"
    rb"mime-version|content-[a-z-]{2,30}|x-[a-z0-9-]{2,60}|list-[a-z-]{2,20}|dkim-signature|delivered-to)[ \t]*+:",
    re.IGNORECASE,
)
_BOM = b"\xef\xbb\xbf"
_BLANK_LINES = 20  # that may stand before the first field
_STRAY_LINES = 12  # that may stand between two fields and still be no body


def split(raw: bytes, limits: Limits = LIMITS) -> tuple[tuple[Field, ...], bytes]:
    """Take a message apart into its fields and its body, at any line end; all bytes but the blank line are in one.

    Raises Unreadable where the header passes the limits; everything else is tolerated."""
    fields, body = scan(raw, 0, len(raw), limits.header_bytes, limits.header_lines)
    return fields, raw[body:]


def scan(raw: bytes, start: int, end: int, most_bytes: int, most_lines: int) -> tuple[tuple[Field, ...], int]:
    """Read the fields of `raw[start:end]` and say where the body begins."""
    fields: list[Field] = []
    at = _preface(raw, start, end, fields)
    while at < end:
        if match := _FIELD.match(raw, at, end):
            fields.append(Field(match[1].decode("ascii"), match[0]))
            at = match.end()
        elif blank := _blank(raw, at, end):
            return _within(fields, most_lines), at + blank
        elif (line := _stray(raw, at, end)) is not None:
            fields.append(Field("", line))
            at += len(line)
        else:
            break
        if at - start > most_bytes:
            raise Unreadable(Excess.HEADERS)
    return _within(fields, most_lines), at


def _within(fields: list[Field], most_lines: int) -> tuple[Field, ...]:
    if sum(field.raw.count(b"\n") for field in fields) > most_lines:
        raise Unreadable(Excess.LINES)
    return tuple(fields)


def _blank(raw: bytes, at: int, end: int) -> int:
    """The length of the blank line here, or 0."""
    if raw[at : at + 1] == b"\n":
        return 1
    return 2 if raw[at : min(at + 2, end)] == b"\r\n" else 0


def _preface(raw: bytes, start: int, end: int, fields: list[Field]) -> int:
    """Step over what some programs put before the first field: a byte order mark, an mbox line, blank lines."""
    at = start
    if raw.startswith(_BOM, at, end):
        at += len(_BOM)
    for _ in range(_BLANK_LINES):
        at += _blank(raw, at, end)
    if raw.startswith((b"From ", b">From "), at, end):
        at = _line_end(raw, at, end)
    elif not _KNOWN.match(raw, at, end):
        return start  # a header that is empty, then the body
    if at > start:
        fields.append(Field("", raw[start:at]))
    return at


def _line_end(raw: bytes, at: int, end: int) -> int:
    return raw.find(b"\n", at, end) + 1 or end


def _stray(raw: bytes, at: int, end: int) -> bytes | None:
    """The line here, if it only interrupts the header; None where the body has begun without a blank line."""
    after = first = _line_end(raw, at, end)
    if raw.startswith(b"--", at, end):
        return None  # a boundary
    for _ in range(_STRAY_LINES):
        if _KNOWN.match(raw, after, end):
            return raw[at:first]
        if _blank(raw, after, end):
            return None
        after = _line_end(raw, after, end)
    return None


class Bare(StrEnum):
    """Bytes that no line of mail may hold; passing them on makes us a smuggler (RFC 5321 section 2.3.8)."""

    CR = "bare-cr"
    LF = "bare-lf"
    NUL = "nul"


def bare_bytes(raw: bytes) -> frozenset[Bare]:
    """Which of bare CR, bare LF and NUL these bytes hold."""
    pairs = raw.count(b"\r\n")
    found = ((Bare.CR, raw.count(b"\r") > pairs), (Bare.LF, raw.count(b"\n") > pairs), (Bare.NUL, b"\0" in raw))
    return frozenset(bare for bare, is_there in found if is_there)


def crlf(raw: bytes) -> bytes:
    """The same bytes with every line end (LF, CR or CRLF) as CRLF, and no NUL."""
    if not bare_bytes(raw):
        return raw
    return raw.replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
