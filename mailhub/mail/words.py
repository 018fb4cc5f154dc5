"""Header text: encoded words (RFC 2047) in all the forms they are met in, to one clean line."""

import binascii
import re
from dataclasses import dataclass

from mailhub.mail import charsets, transfer
from mailhub.mail.problems import Problem

_OPENING = re.compile(rb"=\?[ \t]{0,3}([^?\s*]{1,60})(?:\*[^?\s]{0,60})?[ \t]{0,3}\?[ \t]{0,3}([bBqQ])[ \t]{0,3}\?")
_BREAKING = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+[ \t]?|\t")


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    encoding: bytes
    text: bytes
    source: bytes  # as it stood, should it turn out to be no word


def one_line(text: str) -> str:
    """The text on one line, without any control character."""
    return _BREAKING.sub(" ", text).strip() if _BREAKING.search(text) else text.strip()


def header_text(value: bytes, problems: set[Problem], hint: str | None = None) -> str:
    """Decode a header value for reading; `hint` is the charset to try for raw 8-bit bytes that are not UTF-8."""
    if not value.isascii() and not _is_utf8(value):
        problems.add(Problem.EIGHT_BIT_HEADER)
    if b"=?" not in value:
        return one_line(charsets.decode(value, None, problems, hint))
    pieces = [
        charsets.decode(piece, None, problems, hint) if isinstance(piece, bytes) else _said(piece, problems)
        for piece in _joined(_pieces(value))
    ]
    return one_line("".join(pieces))


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _pieces(value: bytes) -> list[bytes | _Word]:
    """Cut a value into literal text and encoded words; white space between two words is nothing."""
    pieces: list[bytes | _Word] = []
    at = 0
    last = value.rfind(b"?=")
    for opening in _OPENING.finditer(value):
        if opening.start() < at:
            continue
        end, after = _closing(value, opening.end(), last)
        between = value[at : opening.start()]
        if between.strip() or (between and not _is_closed(pieces)):
            pieces.append(between)
        source = value[opening.start() : after]
        pieces.append(
            _Word(opening[1].decode("latin-1").lower(), opening[2].lower(), value[opening.end() : end], source)
        )
        at = after
    if value[at:]:
        pieces.append(value[at:])
    return pieces


def _is_closed(pieces: list[bytes | _Word]) -> bool:
    """Whether the last piece is a whole word; white space after a broken one may have been in it."""
    last = pieces[-1] if pieces else b""
    return isinstance(last, _Word) and last.source.endswith(b"?=")


def _closing(value: bytes, start: int, last: int) -> tuple[int, int]:
    """Where the text of a word ends, and where what follows it begins; `last` is where the last word closes."""
    end = value.find(b"?=", start) if last >= start else -1
    following = value.find(b"=?", start)
    if end != -1 and (following == -1 or end <= following + 1):
        return end, end + 2
    # Never closed: it ends at the next white space or word.
    rest = value[start : following if following != -1 else len(value)].split(None, 1)
    after = start + len(rest[0]) if rest and not value[start : start + 1].isspace() else start
    return after - value.endswith(b"?", start, after), after


def _joined(pieces: list[bytes | _Word]) -> list[bytes | list[_Word]]:
    """Put neighbouring words of one charset together: some senders cut a character, or base64, in two."""
    joined: list[bytes | list[_Word]] = []
    for piece in pieces:
        last = joined[-1] if joined else b""
        if isinstance(piece, bytes):
            joined.append(piece)
        elif isinstance(last, list) and last[0].charset == piece.charset and last[0].encoding == piece.encoding:
            last.append(piece)
        else:
            joined.append([piece])
    return joined


def _said(words: list[_Word], problems: set[Problem]) -> str:
    """The text of neighbouring words, or the words as they stood where their bytes cannot be text."""
    found: set[Problem] = set()
    text = charsets.decode(_data(words), words[0].charset, found)
    problems |= found
    if found and charsets.is_noise(text):
        return charsets.decode(b"".join(word.source for word in words), None, problems)
    return text


def _data(words: list[_Word]) -> bytes:
    if words[0].encoding == b"q":
        return binascii.a2b_qp(b"".join(word.text for word in words), header=True)
    runs: list[bytes] = []
    for word in words:
        if runs and len(runs[-1]) % 4 and not runs[-1].endswith(b"="):
            runs[-1] += b"".join(word.text.split())  # cut in mid-group
        else:
            runs.append(b"".join(word.text.split()))
    return b"".join(map(transfer.base64, runs))
