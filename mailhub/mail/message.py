"""A mail, read: every field mailhub asks of it, from any bytes whatever."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mailhub.mail import body
from mailhub.mail.address import Mailbox, mailboxes, sole_mailbox
from mailhub.mail.body import Attachment
from mailhub.mail.dates import read_date
from mailhub.mail.problems import Problem
from mailhub.mail.tree import Node
from mailhub.mail.tree import read as read_tree
from mailhub.mail.wire import LIMITS, Excess, Field, Limits, Unreadable
from mailhub.mail.words import header_text


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, read. Offsets in `root` count from the bytes that were parsed."""

    size: int
    root: Node
    headers: tuple[Field, ...]
    problems: tuple[Problem, ...]

    message_id: str | None  # without <>; None where there is none to thread by
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]  # oldest first, each once, where it stood last
    subject: str
    author: Mailbox | None  # only where there is no doubt; nothing else may decide who writes
    authors: tuple[Mailbox, ...]
    sender: Mailbox | None
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    date: datetime | None

    text: str
    html: str | None
    unread_html: bool  # words in `html` are not in `text`: they were left for later
    attachments: tuple[Attachment, ...]
    calendar: bytes | None
    content_language: str | None

    received: int
    list_ids: tuple[str, ...]
    loops: tuple[str, ...]  # which lists it went through: X-Loop, X-BeenThere

    def header(self, name: str) -> str:
        """The first field of this name as readable text, or nothing."""
        return next((header_text(field.value, set()) for field in self._named(name)), "")

    def has_header(self, name: str) -> bool:
        return next(iter(self._named(name)), None) is not None

    def _named(self, name: str) -> Iterable[Field]:
        name = name.lower()
        return (field for field in self.headers if field.name.lower() == name)


# At most one of each (RFC 5322 section 3.6); a second From is graver.
_SINGLE = ("date", "sender", "reply-to", "to", "cc", "message-id", "in-reply-to", "references", "subject")
# Not Delivered-To: a provider writes it when it puts a mail into our own mailbox.
_HANDS = ("x-loop", "x-beenthere")
_ID = re.compile(r"<([^<>]++)>")
_ID_CHARACTERS = re.compile(r"[\x21-\x7e\x80-\U0010ffff]{1,900}")
_LIST_ID = re.compile(rb"<([^<>]++)>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def parse(raw: bytes, *, html: bool = True, limits: Limits = LIMITS) -> Mail:
    """Read a message; never fails but by Unreadable, where it passes a limit.

    With `html=False` HTML is decoded but not turned into text: `unread_html` says whether that is still to be done."""
    problems: set[Problem] = set()
    raw = _with_lines(raw, problems)
    root = read_tree(raw, problems, limits)
    found = body.read(raw, root, limits, problems, html)
    fields = _Fields(root, problems)
    authors = fields.mailboxes("from")
    senders = fields.mailboxes("sender")
    everybody = [fields.mailboxes(name) for name in ("reply-to", "to", "cc")]
    if sum(map(len, everybody)) + len(authors) > limits.addresses:
        raise Unreadable(Excess.ADDRESSES)
    return Mail(
        size=len(raw),
        root=root,
        headers=root.fields,
        message_id=fields.message_id(),
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        subject=fields.text("subject"),
        author=fields.author(),
        authors=authors,
        sender=senders[0] if senders else None,
        reply_to=everybody[0],
        to=everybody[1],
        cc=everybody[2],
        date=fields.date(),
        text=found.text,
        html=found.html,
        unread_html=found.unread_html,
        attachments=found.attachments,
        calendar=found.calendar,
        content_language=fields.language(),
        received=len(fields.named("received")),
        list_ids=fields.list_ids(),
        loops=tuple(fields.text(name, place) for name in _HANDS for place in range(len(fields.named(name)))),
        problems=tuple(sorted(problems | fields.defects())),
    )


def _with_lines(raw: bytes, problems: set[Problem]) -> bytes:
    """Give lines to a message whose only line end is CR, as a Mac's once was."""
    if b"\0" in raw:
        problems.add(Problem.NUL)
    if raw.count(b"\r") == raw.count(b"\r\n"):
        return raw
    problems.add(Problem.BARE_CR)
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


class _Fields:
    """The fields of a header by name, each read as what it is."""

    def __init__(self, root: Node, problems: set[Problem]) -> None:
        self.problems = problems
        self.hint = next((leaf.params["charset"] for leaf in root.leaves() if "charset" in leaf.params), None)
        self.by_name: dict[str, list[bytes]] = {}
        for field in root.fields:
            self.by_name.setdefault(field.name.lower(), []).append(field.value)

    def named(self, name: str) -> list[bytes]:
        return self.by_name.get(name, [])

    def text(self, name: str, place: int = 0) -> str:
        values = self.named(name)
        return header_text(values[place], self.problems, self.hint) if values else ""

    def mailboxes(self, name: str) -> tuple[Mailbox, ...]:
        return tuple(mailbox for value in self.named(name)[:1] for mailbox in mailboxes(value))

    def author(self) -> Mailbox | None:
        values = self.named("from")
        author = sole_mailbox(values[0]) if len(values) == 1 else None
        if author is None:
            defects = {0: Problem.NO_FROM, 1: Problem.UNCLEAR_FROM}
            self.problems.add(defects.get(len(values), Problem.TWO_FROM))
        return author

    def date(self) -> datetime | None:
        said = self.text("date")
        date = read_date(said)
        if date is None:
            self.problems.add(Problem.BAD_DATE if said else Problem.NO_DATE)
        return date

    def message_id(self) -> str | None:
        ids = self.ids("message-id")
        if not ids:
            self.problems.add(Problem.BAD_MESSAGE_ID if self.named("message-id") else Problem.NO_MESSAGE_ID)
        return ids[0] if ids else None

    def ids(self, name: str) -> tuple[str, ...]:
        """The message ids of a field, each where it stands last; white space that folding left in them is nothing."""
        text = "".join(map(self._id_text, self.named(name)))
        ids = ["".join(found.split()) for found in _ID.findall(text)]
        if not ids:  # without the brackets it was to have
            words = [word.strip("<>,;") for word in text.split()]
            ids = [word for word in words if "@" in word.strip("@")] or words[:1]
        usable = [found for found in ids if _ID_CHARACTERS.fullmatch(found)]
        return tuple(reversed(dict.fromkeys(reversed(usable))))

    def _id_text(self, value: bytes) -> str:
        # Programs written in Python write a long id in encoded words (RFC 2047), against RFC 5322.
        is_encoded = b"<" not in value and b"=?" in value
        return (header_text(value, self.problems) if is_encoded else value.decode("utf-8", "replace")) + " "

    def list_ids(self) -> tuple[str, ...]:
        ids = (_LIST_ID.search(value) for value in self.named("list-id"))
        return tuple(found[1].strip().lower().decode("utf-8", "replace") for found in ids if found)

    def language(self) -> str | None:
        match = _LANGUAGE.match(self.text("content-language"))
        return match[0].lower() if match else None

    def defects(self) -> set[Problem]:
        return {Problem.REPEATED_FIELD} if any(len(self.named(name)) > 1 for name in _SINGLE) else set()
