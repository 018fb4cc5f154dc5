"""A constant MIME message with slots: what a mailing is compiled to, once a language."""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from mailhub.errors import MailhubError

_VERSION = 1
_LENGTH = struct.Struct(">BI")
# Noncharacters of Unicode: nobody's words hold them.
_OPENS, _CLOSES = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPENS}([a-z0-9_]{{1,40}}){_CLOSES}")
_NAME = re.compile(r"[!-9;-~]{1,900}")


class BadFrame(MailhubError):
    """These pieces do not make a message that may leave."""


class Context(IntEnum):
    """Where a slot stands, which decides how its value is checked and written."""

    TOKEN = 1  # in a header field: ids, links, dates, as they are; ASCII
    MAILBOX = 2  # in a header field: the address, with the value of `<slot>_name` before it when there is one
    WORDS = 3  # in a header field of plain words: constants and values are encoded together
    TEXT = 4  # words in text/plain
    HTML = 5  # words in HTML, between tags or in a quoted attribute
    LINK = 6  # a whole http, https or mailto address in a quoted HTML attribute
    MARKUP = 7  # HTML that is already safe
    FILE = 8  # an attached file, its value base64 without line ends


IN_HEADER = frozenset({Context.TOKEN, Context.MAILBOX, Context.WORDS})


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value of each recipient."""

    name: str
    context: Context


Piece = bytes | Slot
Text = Sequence[str | bytes | Slot]  # words with slots; bytes are text in the charset of the part they stand in


def mark(name: str) -> str:
    """Stands for a slot in words that are still one text, such as a catalogue's; `cut` puts the slot in."""
    return f"{_OPENS}{name}{_CLOSES}"


def cut(text: str, context: Context = Context.TEXT) -> tuple[str | Slot, ...]:
    """Words whose marks have become slots."""
    parts = _MARK.split(text)
    return tuple(Slot(part, context) if place % 2 else part for place, part in enumerate(parts) if part)


@dataclass(frozen=True, slots=True)
class Heading:
    """A header field; constants are as they leave (folded), or UTF-8 words beside a slot of `Context.WORDS`.

    One that `came` is copied from another mail, its only piece the whole field, octet for octet.
    """

    name: str
    pieces: tuple[Piece, ...]
    came: bool = False

    @property
    def is_words(self) -> bool:
        return any(isinstance(piece, Slot) and piece.context is Context.WORDS for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Frame:
    """Header fields and a body. A slot in the body is a file, or stands at the start of a quoted-printable line."""

    headings: tuple[Heading, ...]
    body: tuple[Piece, ...]

    def __post_init__(self) -> None:
        for heading in self.headings:
            _check_heading(heading)
        _check_body(self.body)

    @property
    def slots(self) -> frozenset[str]:
        """The names of the values each recipient must bring."""
        pieces = [piece for heading in self.headings for piece in heading.pieces]
        return frozenset(piece.name for piece in (*pieces, *self.body) if isinstance(piece, Slot))

    def to_bytes(self) -> bytes:
        """A compact form for a row; `from_bytes` reads it back."""
        out = [bytes([_VERSION]), struct.pack(">I", len(self.headings))]
        for heading in self.headings:
            out += [_item(heading.came, heading.name.encode("ascii")), struct.pack(">I", len(heading.pieces))]
            out += [_piece(piece) for piece in heading.pieces]
        return b"".join([*out, *(_piece(piece) for piece in self.body)])

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Frame":
        """Read a stored frame; BadFrame when it is not one."""
        try:
            return _read(stored)
        except (struct.error, IndexError, ValueError, StopIteration) as error:
            raise BadFrame("this is not a stored frame") from error


def _check_heading(heading: Heading) -> None:
    if not _NAME.fullmatch(heading.name):
        raise BadFrame(f"{heading.name!r} is not a header name")
    if heading.came:
        _check_copied(heading)
        return
    words = heading.is_words
    for piece in heading.pieces:
        if isinstance(piece, Slot):
            fits = piece.context in IN_HEADER and (piece.context is Context.WORDS) is words
        else:
            unfolded = piece if words else piece.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
            fits = not any(octet in unfolded for octet in (b"\r", b"\n", b"\0"))
        if not fits:
            raise BadFrame(f"a piece of {heading.name} does not belong in a header field")


def _check_copied(heading: Heading) -> None:
    raw = heading.pieces[0] if len(heading.pieces) == 1 else b""
    if not isinstance(raw, bytes) or not raw.endswith(b"\r\n") or _has_bare(raw):
        raise BadFrame(f"the copied field {heading.name} is not one whole field")
    lines = raw.split(b"\r\n")[:-1]
    if lines[0].partition(b":")[0].rstrip().decode("latin-1") != heading.name or any(
        not line.startswith((b" ", b"\t")) for line in lines[1:]
    ):
        raise BadFrame(f"the copied field {heading.name} is not one whole field")


def _check_body(body: tuple[Piece, ...]) -> None:
    before = b"\r\n"
    for piece in body:
        if isinstance(piece, bytes):
            if _has_bare(piece):
                raise BadFrame("lines of a body end in CRLF and hold no NUL")
            before = piece or before
        elif piece.context in IN_HEADER or not before.endswith(b"\r\n"):
            raise BadFrame(f"slot {piece.name!r} must stand at the start of a line of the body")
        else:
            before = b""
    if not before.endswith(b"\r\n"):
        raise BadFrame("a body ends in CRLF")


def _has_bare(octets: bytes) -> bool:
    ends = octets.count(b"\r\n")
    return octets.count(b"\n") != ends or octets.count(b"\r") != ends or b"\0" in octets


def _item(tag: int, octets: bytes) -> bytes:
    return _LENGTH.pack(tag, len(octets)) + octets


def _piece(piece: Piece) -> bytes:
    if isinstance(piece, Slot):
        return _item(piece.context, piece.name.encode())
    return _item(0, piece)


def _items(stored: bytes, place: int) -> Iterator[tuple[int, bytes, int]]:
    while place < len(stored):
        tag, length = _LENGTH.unpack_from(stored, place)
        start = place + _LENGTH.size
        place = start + length
        if place > len(stored):
            raise ValueError("cut short")
        yield tag, stored[start:place], place


def _read(stored: bytes) -> Frame:
    if stored[0] != _VERSION:
        raise ValueError("another version")
    place = 1
    (count,) = struct.unpack_from(">I", stored, place)
    place += 4
    headings = []
    for _ in range(count):
        came, name, place = next(_items(stored, place))
        (pieces,) = struct.unpack_from(">I", stored, place)
        place += 4
        held: list[Piece] = []
        for _ in range(pieces):
            tag, octets, place = next(_items(stored, place))
            held.append(_as_piece(tag, octets))
        headings.append(Heading(name.decode("ascii"), tuple(held), bool(came)))
    body = tuple(_as_piece(tag, octets) for tag, octets, _ in _items(stored, place))
    return Frame(tuple(headings), body)


def _as_piece(tag: int, octets: bytes) -> Piece:
    return octets if tag == 0 else Slot(octets.decode(), Context(tag))
