"""Mail in one file after another: mbox as it is found in the world, read with little memory and written as mboxrd.

A line that begins a mail starts with "From " and usually holds a date; in a body it should be quoted as ">From ", and
often is not. So such a line counts as a beginning only by what it holds and what stands around it.
"""

import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, cast

from mailhub.archive import zstd

LARGEST = 64 * 1024 * 1024  # bytes of one mail; a longer one is passed over and named
_CHUNK = 1024 * 1024
_AROUND = 2_000  # bytes from a "From " on that decide whether it begins a mail
_GZIP = b"\x1f\x8b"

_STAMPED = re.compile(
    rb"From [^\n]{0,300}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ ]{1,3}(?:\d{1,2}[ ])?"
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b[^\n]{0,40}\d{4}\b"
)
_DATED = re.compile(rb"From [^\n]{0,300}?\b\d{4}\b")
_FIELD = re.compile(rb"[!-9;-~]{1,80}:")
_USUAL = re.compile(
    rb"(?:return-path|received|delivered-to|envelope-to|from|to|cc|date|message-id|subject|reply-to|sender|status|"
    rb"mime-version|content-type|x-[a-z0-9-]{2,60}|dkim-signature|authentication-results|list-[a-z]{2,20}):",
    re.IGNORECASE,
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Found:
    """One mail of an mbox, and where it begins."""

    number: int  # from 1
    line: int  # of its "From " line, from 1
    offset: int  # of that line in bytes
    size: int
    raw: bytes | None  # None: larger than we take
    is_announced: bool  # by a "From " line


class Readable(Protocol):
    """All that is asked of a stream."""

    def read(self, size: int, /) -> bytes: ...


def opened(stream: BinaryIO) -> Readable:
    """The mbox in this stream, whether it is packed by gzip, by zstd or not at all."""
    whole = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    start = whole.peek(len(zstd.MAGIC))
    if start.startswith(zstd.MAGIC):
        return zstd.unpacked(cast(BinaryIO, whole))
    return gzip.GzipFile(fileobj=whole) if start.startswith(_GZIP) else whole


def read(stream: Readable, *, largest: int = LARGEST) -> Iterator[Found]:
    """The mails of an mbox in their order; what stands before the first beginning is a mail too."""
    reader = _Reader(stream, largest)
    number = 0
    while piece := reader.next_piece():
        if piece.raw is None or piece.raw.strip():
            number += 1
            raw = _content(piece.raw) if piece.raw is not None else None
            yield Found(number, piece.line, piece.offset, piece.size, raw, piece.is_announced)


def is_mail(raw: bytes) -> bool:
    """Whether these bytes begin as a mail does."""
    return _USUAL.match(raw.lstrip()[:100]) is not None


def write(out: BinaryIO, raw: bytes, *, sender: str, sent_at: datetime) -> None:
    """Write one mail; its lines end in LF, as in every mbox."""
    stamp = f"From {sender or 'MAILER-DAEMON'} {sent_at:%a %b %d %H:%M:%S %Y}\n"
    body = raw.replace(b"\r\n", b"\n")
    if b"From " in body:
        body = _TO_QUOTE.sub(rb">\1", body)
    out.write(stamp.encode("ascii", "replace") + body + (b"\n" if body.endswith(b"\n") else b"\n\n"))


def _content(piece: bytes) -> bytes:
    """The mail itself: without its "From " line, the blank line after it and the quoting of others."""
    start = 0
    while piece.startswith((b"From ", b">From "), start):  # some programs kept the line of another mbox, quoted
        start = piece.find(b"\n", start) + 1 or len(piece)
    end = len(piece)
    if piece.endswith(b"\n\n"):
        end -= 1
    elif piece.endswith(b"\n\r\n"):
        end -= 2
    raw = piece[start:end]
    return _QUOTED.sub(rb"\1", raw) if b">From " in raw else raw


@dataclass(slots=True)
class _Piece:
    line: int
    offset: int
    size: int
    raw: bytes | None
    is_announced: bool


class _Reader:
    """Cuts a stream where mails begin, holding one mail and one chunk."""

    def __init__(self, stream: Readable, largest: int) -> None:
        self._stream = stream
        self._largest = largest
        self._buffer = b""
        self._start = 0  # of what is not given out yet
        self._ended = False
        self._line = 1
        self._offset = 0

    def next_piece(self) -> _Piece | None:
        """What lies before the next beginning; None at the end."""
        dropped = dropped_lines = 0
        head = b""
        look = 1  # beyond this piece's own beginning
        while (end := self._beginning(look)) is None:
            if len(self._buffer) - self._start > self._largest:
                lost = self._buffer[self._start : -_AROUND]
                head = head or lost[:5]
                dropped, dropped_lines = dropped + len(lost), dropped_lines + lost.count(b"\n")
                self._start += len(lost)
            look = max(1, len(self._buffer) - self._start - _AROUND)
            self._read_on()
        raw = self._buffer[self._start : end]
        if not raw:
            return None
        size = dropped + len(raw)
        is_announced = (head or raw[:5]) == b"From "
        piece = _Piece(self._line, self._offset, size, None if size > self._largest else raw, is_announced)
        self._start = end
        self._line += dropped_lines + raw.count(b"\n")
        self._offset += piece.size
        return piece

    def _read_on(self) -> None:
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        self._buffer = self._buffer[self._start :] + chunk
        self._start = 0

    def _beginning(self, look: int) -> int | None:
        """Where the next mail begins, at or after so many bytes; None when more must be read to know."""
        at = self._start + look - 1
        while (found := self._buffer.find(b"\nFrom ", at)) >= 0:
            if len(self._buffer) - found < _AROUND and not self._ended:
                return None
            if _begins(self._buffer, found + 1):
                return found + 1
            at = found + 1
        return len(self._buffer) if self._ended else None


def _begins(text: bytes, at: int) -> bool:
    """Whether the "From " here begins a mail."""
    line_end = text.find(b"\n", at, at + _AROUND)
    line, following = text[at:line_end], text[line_end + 1 : line_end + 100]
    if text.endswith((b"\n\n", b"\n\r\n"), 0, at):
        if _STAMPED.match(line) or _USUAL.match(following):
            return True
        return bool(_DATED.match(line) and _FIELD.match(following))
    return bool(_STAMPED.match(line) and _USUAL.match(following))
