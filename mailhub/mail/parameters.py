"""Structured header values: `text/plain; charset=utf-8; name*0*=...` (RFC 2045, RFC 2231), as broken as they come."""

import re
from urllib.parse import unquote_to_bytes

from mailhub.mail import charsets
from mailhub.mail.problems import Problem
from mailhub.mail.words import header_text, one_line

_PARAMETER = re.compile(
    rb';[ \t\r]*+([^=;\s"]{1,60}+)[ \t\r]*+=[ \t\r]*+("(?:[^"\\]|\\.)*"?|[^;]*+)|;[ \t\r]*+([^=;\s"]{1,60}+)',
    re.DOTALL,
)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_QUOTED_PAIR = re.compile(rb'\\(["\\])')  # and no other: some write Windows paths
_COMMENT = re.compile(rb"\([^()]{0,200}\)")
_MOST = 200  # parameters of one field


def parameters(value: bytes, problems: set[Problem]) -> tuple[str, dict[str, str]]:
    """The value before the first semicolon, in lower case, and its parameters, decoded; the first of a name wins."""
    head, _, rest = value.partition(b";")
    if b"=" in head:  # the first semicolon was forgotten
        head, _, more = head.strip().partition(b" ")
        rest = more + b";" + rest
        value = head + b";" + rest
    main = _COMMENT.sub(b"", head).strip(b" \t\r\"'").lower().decode("latin-1")
    if not rest.strip():
        return main, {}
    plain: dict[str, str] = {}
    split: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for number, match in enumerate(_PARAMETER.finditer(value, len(head))):
        if number == _MOST:
            break
        if match[1] is None:
            continue
        name, said = match[1].lower().decode("latin-1"), _unquoted(match[2])
        section = _SECTION.fullmatch(name) if "*" in name else None
        if section is None:
            plain.setdefault(name, _decoded(said, problems))
        else:
            pieces = split.setdefault(section[1], {})
            pieces.setdefault(int(section[2] or 0), (said, section[3] is not None or section[2] is None))
    return main, plain | {name: _joined(pieces, problems) for name, pieces in split.items()}


def _unquoted(said: bytes) -> bytes:
    said = said.strip()
    if not said.startswith(b'"'):
        return _COMMENT.sub(b"", said).strip() if b"(" in said else said
    inner = said[1:-1] if len(said) > 1 and said.endswith(b'"') else said[1:]
    return _QUOTED_PAIR.sub(rb"\1", inner) if b"\\" in inner else inner


def _decoded(said: bytes, problems: set[Problem]) -> str:
    # RFC 2047 forbids encoded words here; nearly everybody writes them.
    return said.decode("ascii") if said.isalnum() and said.isascii() else header_text(said, problems)


def _joined(pieces: dict[int, tuple[bytes, bool]], problems: set[Problem]) -> str:
    """Put the sections of one parameter together in their order; only starred sections are percent-encoded."""
    charset: str | None = None
    data = b""
    for place, number in enumerate(sorted(pieces)):
        said, encoded = pieces[number]
        if place == 0 and encoded and said.count(b"'") >= 2:
            stated, _, said = said.split(b"'", 2)
            charset = stated.decode("latin-1")
        data += unquote_to_bytes(said) if encoded else said
    if charset is None and b"=?" in data:
        return header_text(data, problems)
    return one_line(charsets.decode(data, charset, problems))


def file_name(text: str) -> str | None:
    """A name that may be shown and saved under: no folder, no control or invisible character, at most 200 long."""
    seen = "".join(char for char in one_line(text) if char.isprintable() or char.isspace())
    name = seen.replace("\\", "/").rpartition("/")[2].strip(" .")
    if len(name) > 200:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:180]}{dot}{ending[:15]}" if dot else name[:200]
    return name or None
