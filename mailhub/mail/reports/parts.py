"""What of a report is the server's own words, what its fields, and what the mail it returns.

Much of what says that mail failed is no multipart/report, or is a broken one, so the text itself is looked at for the
place where the returned mail begins. Everything is bounded before any rule sees it.
"""

import re
from dataclasses import dataclass

from mailhub.mail import charsets, transfer
from mailhub.mail.markup import html_to_text
from mailhub.mail.problems import Problem
from mailhub.mail.tree import Node
from mailhub.mail.tree import read as read_tree
from mailhub.mail.words import header_text

LOOKED_AT = 64 * 1024  # bytes of each kind of text; servers say what they have to say before they return a mail
_LONGEST_LINE = 20_000  # notices of services are one line of JSON
_LEAVES = 40
_STATUS = ("message/delivery-status", "message/global-delivery-status", "message/disposition-notification")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
_HEADERS = ("message/global-headers", "message/partial", "message/external-body", "text/rfc822")
_REPORT_FIELD = re.compile(
    r"(?:final-recipient|original-recipient|reporting-mta|x-actual-recipient|diagnostic-code|remote-recipient|"
    r"arrival-date|remote-mta|action|status)[ \t]*:",
    re.IGNORECASE,
)
_RECIPIENT_FIELD = re.compile(r"(?:final|original)-recipient[ \t]*:", re.IGNORECASE)
_MAIL_FIELD = re.compile(
    r"(?:received|return-path|from|to|cc|subject|date|message-id|mime-version|content-type|x-[a-z-]{2,40}|sender|"
    r"reply-to|"
    r"dkim-signature|delivered-to|content-transfer-encoding|x-mailer|importance|references|in-reply-to)[ \t]*:",
    re.IGNORECASE,
)
_FIRST_FIELD = re.compile(
    r"(?:received|return-path|dkim-signature|message-id|x-[a-z-]{2,40}|mime-version|from|date)[ \t]*:", re.IGNORECASE
)
# A line that announces the returned mail, whatever it is drawn with: a few words of copy, below, follows.
_ANNOUNCES = re.compile(
    r"(?:below (?:this line )?is (?:a copy of|the) (?:the )?(?:original |returned )?message|"
    r"this is (?:a copy of|the) (?:your|the) (?:original )?message|"
    r"(?:a )?copy of (?:the|your) (?:original )?(?:message|mail)(?: headers?)?(?: is| are)? (?:follows?|below|"
    r"attached|included)|"
    r"here is a copy of (?:the first part of )?the message|"
    r"(?:original|returned|unsent|undelivered|undeliverable|rejected|failed) (?:e-?mail|message|mail)(?: headers?| "
    r"text)? "
    r"(?:as )?(?:follows?|is following|below|begins|attached)|"
    r"(?:the )?(?:message )?headers? (?:of|from) (?:the|your) (?:original |returned )?(?:message|mail)?|"
    r"(?:the )?text of (?:your|the) (?:original )?message|"
    r"the (?:undeliverable|original|returned) message (?:is|was)\b.{0,40}|"
    r"(?:message )?headers? follows?|original (?:message|mail)|returned message|beginning of (?:the )?original message|"
    r"segue (?:il|una copia del) messaggio|messaggio originale|"
    r"(?:il )?messaggio (?:originale|non recapitato) (?:segue|allegato))",
    re.IGNORECASE,
)
# What is only ever said where nothing but the returned mail can follow.
_CLOSES = re.compile(
    r"below this line is|this is a copy of (?:the|your)|(?:original|unsent|returned|undelivered) (?:message|mail) "
    r"(?:follows|below)|message headers? follows?",
    re.IGNORECASE,
)
_MBOX = re.compile(r"\s*From \S+ ")
_ANY_FIELD = re.compile(r"[> |\t]{0,12}[A-Za-z][A-Za-z0-9-]{1,40}:")
_ID = re.compile(r"^Message-ID:\s*<([^<>\s]{3,300})>", re.IGNORECASE | re.MULTILINE)
_MARK = re.compile(r"^X-Mailhub-Delivery:\s*([a-z2-7]{20,80})\s*$", re.IGNORECASE | re.MULTILINE)
_DRAWN = re.compile(r"[-=_*~<>\s|#.+:!]{0,40}")


@dataclass(frozen=True, slots=True)
class Material:
    """A report, taken apart; lines end in LF and none is long."""

    header: str  # the report's own, unfolded
    notice: str  # what is said in words
    status: str  # its fields, groups parted by blank lines
    feedback: str  # those of a complaint
    returned: str  # the mail it returns, or the head of it


def take_apart(raw: bytes) -> Material:
    """Sort the first parts of a mail into words, fields and what is returned."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    root = read_tree(raw, set())
    notice, status, feedback, returned = _Some(), _Some(), _Some(), _Some()
    for leaf in list(root.leaves())[:_LEAVES]:
        is_words = leaf.type in ("text/plain", "text/html") or leaf.type.startswith("multipart/")
        if leaf.type in _STATUS:
            status.add(_text(raw, leaf))
        elif leaf.type == "message/feedback-report":
            feedback.add(_text(raw, leaf))
        elif leaf.type in _RETURNED + _HEADERS:
            returned.add(_text(raw, leaf))
        elif is_words and not (leaf.type == "text/html" and notice):
            notice.add(_text(raw, leaf))
    words, fields, below = _split(notice.text())
    status.add(fields)
    returned.add(below)
    return Material(_header(root), words, status.text(), feedback.text(), returned.text())


def head(returned: str) -> str:
    """The header of the returned mail: from its first field on, without what announces or indents it."""
    lines = returned.split("\n")
    start = next((place for place, line in enumerate(lines) if _ANY_FIELD.match(line)), len(lines))
    indent = len(lines[start]) - len(lines[start].lstrip("> |\t")) if start < len(lines) else 0
    kept = []
    for line in lines[start : start + 400]:
        if not line.strip("> |\t"):
            break
        kept.append(line[indent:])
    return "\n".join(kept)


def returned_id(material: Material) -> str | None:
    """The Message-ID of the mail it returns."""
    return _first(_ID, head(material.returned))


def mark(material: Material) -> str | None:
    """What stands in the X-Mailhub-Delivery of the mail it returns; anybody may have written it."""
    return _first(_MARK, head(material.returned))


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None


class _Some:
    """Texts put together up to a size."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._left = LOOKED_AT

    def add(self, text: str) -> None:
        piece = text[: self._left]
        self._left -= len(piece)
        if piece.strip():
            self._pieces.append(piece.strip("\n"))

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def text(self) -> str:
        return "\n\n".join(self._pieces)


def _header(root: Node) -> str:
    return "\n".join(f"{field.name}: {header_text(field.value[:2_000], set())}" for field in root.fields[:200])


def _text(raw: bytes, leaf: Node) -> str:
    problems: set[Problem] = set()
    end = min(leaf.end, leaf.body + 2 * LOOKED_AT)
    content = transfer.decode(raw[leaf.body : end], leaf.encoding, problems)[:LOOKED_AT]
    charset = (leaf.params.get("charset", "").split() or [""])[0]
    text = charsets.decode(content, charset or None, problems)
    if leaf.type == "text/html":
        text = html_to_text(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line[:_LONGEST_LINE].rstrip() for line in lines)


def _split(text: str) -> tuple[str, str, str]:
    """A text that holds everything, as it does where MIME is broken or unknown."""
    lines = text.split("\n")
    end = _returned_from(lines)
    words: list[str] = []
    fields: list[str] = []
    has_fields = sum(_REPORT_FIELD.match(line) is not None for line in lines[:end]) >= 2
    has_fields = has_fields and any(_RECIPIENT_FIELD.match(line) for line in lines[:end])
    in_field = False
    for line in lines[:end]:
        in_field = has_fields and (_REPORT_FIELD.match(line) is not None or (in_field and line[:1] in (" ", "\t")))
        (fields if in_field or (has_fields and not line.strip()) else words).append(line)
        if has_fields and not line.strip():
            words.append(line)
    return "\n".join(words), "\n".join(fields), "\n".join(lines[end:])


def _returned_from(lines: list[str]) -> int:
    """Where the returned mail begins: announced by a line, or three fields of a mail on end."""
    for place, line in enumerate(lines):
        if place == 0 or not line.strip():
            continue
        if _announces(line) and (_CLOSES.search(line) or _is_header(lines, _next(lines, place), 2)):
            return place
        if _FIRST_FIELD.match(line) and not _REPORT_FIELD.match(line) and _is_header(lines, place, 3):
            return place
    return len(lines)


def _announces(line: str) -> bool:
    if len(line) > 200 or not line.strip():
        return False
    start = _DRAWN.match(line)
    return _ANNOUNCES.match(line, start.end() if start else 0) is not None


def _next(lines: list[str], place: int) -> int:
    for after in range(place + 1, min(place + 6, len(lines))):
        line = lines[after]
        if line.strip() and not _DRAWN.fullmatch(line) and not _announces(line) and not _MBOX.match(line):
            return after
    return len(lines)


def _is_header(lines: list[str], place: int, least: int) -> bool:
    """Whether a mail's header begins here: its first lines, folds aside, are fields. It may be indented or quoted."""
    if place >= len(lines):
        return False
    mark = lines[place][: len(lines[place]) - len(lines[place].lstrip("> |\t"))]
    begins: list[str] = []
    for line in lines[place : place + 60]:
        plain = line.removeprefix(mark)
        if not plain.strip() or len(begins) == least:
            break
        if plain[:1] not in (" ", "\t"):
            begins.append(plain)
    return len(begins) >= least and all(_MAIL_FIELD.match(line) for line in begins)
