"""Frames: what a letter of ours, and a post on its way to the group, look like before a recipient is known.

Slots that the sender fills: `delivery`, and for lists `leave_url` and `leave_address`; in letters of ours also `to` (an
address, with `to_name` beside it), `message_id` (with <>) and `date`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailhub.mail.address import Mailbox
from mailhub.mail.carrier import names
from mailhub.mail.frame import Context, Frame, Heading, Slot, Text
from mailhub.mail.heading import fold, mailbox, token, words
from mailhub.mail.listheaders import ListFacts, list_headings
from mailhub.mail.parts import (
    Part,
    boundaries,
    content_fields,
    content_type,
    file_part,
    multipart,
    text_part,
    with_parameters,
)
from mailhub.mail.posthead import PostFacts, post_headings, transparent_headings
from mailhub.mail.postparts import Changes, NewFile, rewrite
from mailhub.mail.tree import Node
from mailhub.mail.tree import read as read_tree
from mailhub.mail.wire import crlf
from mailhub.mail.words import one_line

__all__ = [
    "Automatic",
    "Calendar",
    "Changes",
    "File",
    "Letter",
    "ListFacts",
    "NewFile",
    "PostFacts",
    "post_frame",
    "text_frame",
]

_TO = Slot("to", Context.MAILBOX)
_MESSAGE_ID = Slot("message_id", Context.TOKEN)
_DATE = Slot("date", Context.TOKEN)
_PLAIN_WIDTH = 78


class Automatic(StrEnum):
    """What Auto-Submitted says (RFC 3834)."""

    GENERATED = "auto-generated"
    REPLIED = "auto-replied"


@dataclass(frozen=True, slots=True)
class Letter:
    """The header of one of our own mails. A value may be a slot; an empty one leaves its field out."""

    sender: Mailbox
    subject: str | Sequence[str | Slot]
    language: str
    automatic: Automatic = Automatic.GENERATED
    list: ListFacts | None = None  # of a stream one can leave: letters of the day, campaigns, journeys
    reply_to: str | Slot = ""
    in_reply_to: str | Slot = ""  # ids with <>, one space between two
    references: str | Slot = ""
    archived_at: str | Slot = ""
    provider: str = ""  # who carries our mail on; said by `list` where there is one


@dataclass(frozen=True, slots=True)
class Calendar:
    """An invitation or its change (RFC 6047); the text is iCalendar, its method the same as there."""

    text: Text
    method: str = "REQUEST"


@dataclass(frozen=True, slots=True)
class File:
    """Something attached; its name is ASCII. A slot of `Context.FILE` is each recipient's own."""

    name: str
    type: str
    content: bytes | Slot


def text_frame(
    letter: Letter,
    text: Text,
    *,
    html: Text | None = None,
    calendar: Calendar | None = None,
    files: Sequence[File] = (),
) -> Frame:
    """A letter of ours: the text, wrapped by the caller, and beside it the same as HTML where it is given."""
    versions = [_words_part(text)]
    if html is not None:
        versions.append(text_part(html, "text/html; charset=utf-8"))
    if calendar is not None:
        versions.append(text_part(calendar.text, f"text/calendar; charset=utf-8; method={calendar.method}"))
    marks = boundaries(repr((letter.subject, text)).encode("utf-8", "replace"))
    content = versions[0] if len(versions) == 1 else multipart("multipart/alternative", {}, next(marks), versions)
    if files:
        content = multipart("multipart/mixed", {}, next(marks), [content, *map(_file, files)])
    return Frame((*_letter_headings(letter), *_headings(content.fields)), content.body)


def post_frame(raw: bytes, facts: PostFacts, changes: Changes, *, transparent: bool = False) -> Frame:
    """A post as copies carry it, from its bytes as they came; raises Unreadable where those pass a limit.

    A transparent one keeps body and signed fields octet for octet; where `facts.shown` forbids the author's From
    (their signature does not hold), it leaves like any other.
    """
    raw = crlf(raw)
    root = read_tree(raw, set())
    body = (_ended(raw[root.body :]),)
    if transparent and not facts.shown.by_relay:
        return Frame(transparent_headings(root.fields, facts), body)
    written = rewrite(raw, root, changes)
    content = _headings(_sent_fields(root) if written is None else written.fields)
    headings = post_headings(root.fields, facts, content, is_changed=written is not None)
    return Frame(headings, body if written is None else written.body)


def _letter_headings(letter: Letter) -> tuple[Heading, ...]:
    return (
        Heading("From", (mailbox(one_line(letter.sender.name), letter.sender.email, len("From: ")),)),
        Heading("To", (_TO,)),
        _subject(letter.subject),
        Heading("Date", (_DATE,)),
        Heading("Message-ID", (_MESSAGE_ID,)),
        *_optional("In-Reply-To", letter.in_reply_to),
        *_optional("References", letter.references),
        *_optional("Reply-To", letter.reply_to),
        Heading("MIME-Version", (b"1.0",)),
        Heading("Content-Language", (token(letter.language),)),
        Heading("Auto-Submitted", (token(letter.automatic),)),
        *_optional("Archived-At", letter.archived_at, b"<", b">"),
        *(list_headings(letter.list) if letter.list else _service_headings(letter.provider)),
    )


def _service_headings(provider: str) -> tuple[Heading, ...]:
    return (Heading("X-Auto-Response-Suppress", (b"OOF, AutoReply",)), *names(provider))


def _subject(subject: str | Sequence[str | Slot]) -> Heading:
    if isinstance(subject, str):
        return Heading("Subject", (words(subject, len("Subject: ")),))
    # With a slot the field is encoded as a whole when it is filled.
    pieces = [Slot(part.name, Context.WORDS) if isinstance(part, Slot) else part.encode() for part in subject]
    return Heading("Subject", tuple(pieces))


def _optional(name: str, value: str | Slot, before: bytes = b"", after: bytes = b"") -> list[Heading]:
    if not value:
        return []
    if isinstance(value, Slot):
        return [Heading(name, (before, value, after))]
    return [Heading(name, (fold(before + token(value) + after, len(name) + 2),))]


def _words_part(text: Text) -> Part:
    """Plain ASCII where it is that and short enough, else quoted-printable."""
    if all(isinstance(part, str) and part.isascii() for part in text):
        whole = "".join(part for part in text if isinstance(part, str)).replace("\r\n", "\n")
        lines = whole.split("\n")
        if not any(len(line) > _PLAIN_WIDTH or line.startswith("From ") or not line.isprintable() for line in lines):
            body = _ended(whole.replace("\n", "\r\n").encode("ascii"))
            return Part((b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: 7bit"), (body,))
    return text_part(text)


def _file(file: File) -> Part:
    type_ = content_type(file.type, {"name": file.name})
    place = with_parameters("Content-Disposition: attachment", {"filename": file.name})
    if isinstance(file.content, Slot):
        return Part((type_, place, b"Content-Transfer-Encoding: base64"), (file.content,))
    return file_part(file.content, type_, place)


def _headings(fields: Sequence[bytes]) -> tuple[Heading, ...]:
    """Content fields as fields of the header."""
    named = [(one.partition(b":")[0].rstrip().decode("ascii"), one + b"\r\n") for one in fields]
    return tuple(Heading(name, (whole,), came=True) for name, whole in named)


def _sent_fields(root: Node) -> tuple[bytes, ...]:
    """The content fields of a message that leaves as it came; those that are no ASCII are written anew or left out."""
    fields = [one for one in content_fields(root) if one.isascii()]
    if len(fields) < len(content_fields(root)) and not any(one.lower().startswith(b"content-type") for one in fields):
        fields.append(content_type(root.type, root.params))
    return tuple(fields)


def _ended(body: bytes) -> bytes:
    return body if not body or body.endswith(b"\r\n") else body + b"\r\n"
