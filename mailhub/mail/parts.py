"""MIME parts as they leave: content fields, bodies with slots, and multiparts put together anew."""

import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from mailhub.mail.frame import Piece, Text
from mailhub.mail.heading import HARD, SOFT
from mailhub.mail.quoted import quoted_pieces
from mailhub.mail.tree import Node

_BASE64_COLUMNS = 76
_LONGEST_NAME = 40  # letters, each of which may become twelve


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its content fields, each without its line end, and its body."""

    fields: tuple[bytes, ...]
    body: tuple[Piece, ...]


def text_part(text: Text, type_: str = "text/plain; charset=utf-8", *fields: bytes) -> Part:
    """Words with slots, quoted-printable."""
    names = (b"Content-Type: " + type_.encode("ascii"), b"Content-Transfer-Encoding: quoted-printable", *fields)
    return Part(names, quoted_pieces(text))


def file_part(content: bytes, *fields: bytes) -> Part:
    """Any bytes, in base64."""
    return Part((*fields, b"Content-Transfer-Encoding: base64"), (base64_lines(content),))


def multipart(
    type_: str, params: Mapping[str, str], boundary: bytes, parts: Sequence[Part | bytes], *others: bytes
) -> Part:
    """Parts together; one given as bytes leaves as it is, its header included."""
    body: list[Piece] = [b""]
    for part in parts:
        _add(body, b"--%s\r\n" % boundary)
        if isinstance(part, bytes):
            _add(body, part)
        else:
            _add(body, b"".join(one + b"\r\n" for one in part.fields) + b"\r\n", *part.body)
        _add(body, b"\r\n")
    _add(body, b"--%s--\r\n" % boundary)
    is_seven_bit = all(not isinstance(piece, bytes) or piece.isascii() for piece in body)
    encoding = () if is_seven_bit else (b"Content-Transfer-Encoding: 8bit",)
    header = content_type(type_, {**params, "boundary": boundary.decode("ascii")})
    return Part((header, *encoding, *others), tuple(body))


def boundaries(seed: bytes) -> Iterator[bytes]:
    """Boundaries that occur in no quoted-printable text, and by no chance in anything else."""
    stem = hashlib.sha256(seed).hexdigest()[:32].encode("ascii")
    number = 0
    while True:
        yield b"=_%s_%d" % (stem, number)
        number += 1


def content_type(type_: str, params: Mapping[str, str]) -> bytes:
    """A Content-Type field."""
    return with_parameters(f"Content-Type: {type_}", params)


def with_parameters(start: str, params: Mapping[str, str]) -> bytes:
    """A field with parameters; those that are not printable ASCII are left out."""
    pieces = [start]
    for name, value in params.items():
        if name.endswith("*"):  # percent-encoded by its maker
            pieces.append(f"{name}={value}")
        elif value.isascii() and value.isprintable() and name.isascii() and len(name) + len(value) < HARD // 2:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            pieces.append(f'{name}="{escaped}"')
    is_short = sum(map(len, pieces)) + 2 * len(pieces) < SOFT
    return ("; " if is_short else ";\r\n\t").join(pieces).encode("ascii")


def file_name(name: str) -> dict[str, str]:
    """The parameters that name a file, in any letters (RFC 2231 section 4); of a very long name its end."""
    if name.isascii():
        return {"filename": name}
    return {"filename*": f"utf-8''{quote(name[-_LONGEST_NAME:], safe='')}"}


def content_fields(node: Node, *, without: Sequence[str] = ()) -> tuple[bytes, ...]:
    """The Content-* fields of a part as they came, but those named and those too long to leave."""
    kept = [one for one in node.fields if one.name[:8].lower() == "content-" and one.name.lower() not in without]
    fields = [one.raw.rstrip(b"\r\n") for one in kept]
    return tuple(one for one in fields if not has_long_line(one))


def has_long_line(octets: bytes) -> bool:
    """Whether a line is longer than SMTP carries (RFC 5322 section 2.1.1)."""
    return len(octets) > HARD and any(len(line) > HARD for line in octets.split(b"\r\n"))


def base64_lines(content: bytes) -> bytes:
    """Base64 in lines of 76 columns."""
    whole = binascii.b2a_base64(content, newline=False)
    lines = (whole[start : start + _BASE64_COLUMNS] for start in range(0, len(whole), _BASE64_COLUMNS))
    return b"".join(line + b"\r\n" for line in lines) or b"\r\n"


def cut_lines(octets: bytes) -> bytes:
    """The same lines, the overlong ones broken; for what may not be encoded."""
    lines = octets.split(b"\r\n")
    return b"\r\n".join(
        b"\r\n".join(line[start : start + HARD] for start in range(0, max(len(line), 1), HARD)) for line in lines
    )


def _add(body: list[Piece], *pieces: Piece) -> None:
    """Append pieces, one constant after another as one."""
    for piece in pieces:
        last = body[-1]
        if isinstance(piece, bytes) and isinstance(last, bytes):
            body[-1] = last + piece
        else:
            body.append(piece)
