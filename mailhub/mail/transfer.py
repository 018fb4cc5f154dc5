"""Content-Transfer-Encodings undone, however badly they were done (RFC 2045 section 6)."""

import binascii
import re

from mailhub.mail.problems import Problem

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET + b"="))
_PLAIN = frozenset(("", "7bit", "8bit", "binary", "7bits", "8bits", "7-bit", "8-bit", "none", "plain", "text"))
_QUOTED = frozenset(("quoted-printable", "quotedprintable", "quoted/printable", "qp", "x-quoted-printable"))
_BASE64 = frozenset(("base64", "base-64", "b64", "x-base64"))
_UU = frozenset(("uuencode", "x-uuencode", "uue", "x-uue", "uu"))
_SAMPLE = 4096
_MOST_PIECES = 100_000
_MOST_JUNK = 0.05  # of the sample; above that it was never base64
# One file of the days before MIME: `begin 644 name`, lines that tell their length, `end`.
_UU_FILE = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n((?:[ -`]{1,90}+\r?\n)+)end[ \t\r]*(?:\n|\Z)", re.MULTILINE
)


def decode(data: bytes, encoding: str, problems: set[Problem]) -> bytes:
    """Undo the named encoding; an unknown one, or what is not what it says, comes back as it is."""
    if encoding in _PLAIN:
        return data
    if encoding in _QUOTED:
        return binascii.a2b_qp(data)
    if encoding in _BASE64:
        return _stated_base64(data, problems)
    if encoding in _UU and (match := _UU_FILE.search(data)):
        return uu_lines(match[2])
    problems.add(Problem.UNKNOWN_ENCODING)
    return data


def _stated_base64(data: bytes, problems: set[Problem]) -> bytes:
    head = data[:_SAMPLE].partition(b"=")[0]
    if len(head.translate(None, _ALPHABET + b"\r\n")) > len(head) * _MOST_JUNK:
        problems.add(Problem.BAD_ENCODING)
        return data
    body, _, more = data.partition(b"=")
    if more.strip(b"=\r\n \t"):
        # RFC 2045: "=" ends it. What follows is a footer somebody wrote below, or the next piece padded by itself.
        is_footer = more.translate(None, _ALPHABET + b"=\r\n") or more.count(b"=") > _MOST_PIECES
        return base64(body if is_footer else data)
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        problems.add(Problem.BAD_ENCODING)
        return base64(data)


def base64(data: bytes) -> bytes:
    """Decode what there is of it: junk is skipped, a missing end forgiven, pieces padded one by one are joined."""
    runs = data.translate(None, _NOT_BASE64).replace(b"=", b" ").split()
    return b"".join(binascii.a2b_base64((run[:-1] if len(run) % 4 == 1 else run) + b"==") for run in runs)


def uu_files(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Take uuencoded files out of a text: what remains, and each file's name and content."""
    if b"begin " not in data:
        return data, []
    files = [(match[1], uu_lines(match[2])) for match in _UU_FILE.finditer(data)]
    return (_UU_FILE.sub(b"", data), files) if files else (data, files)


def uu_lines(lines: bytes) -> bytes:
    """Decode the lines of one uuencoded file; each tells its length first, and what stands beyond it is cut off."""
    return b"".join(binascii.a2b_uu(line[: ((line[0] - 32 & 63) * 8 + 5) // 6 + 1]) for line in lines.splitlines())
