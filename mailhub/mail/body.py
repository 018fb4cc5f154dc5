"""What of a message is its words, and what is attached to them."""

import re
from dataclasses import dataclass, field

from mailhub.mail import charsets, transfer
from mailhub.mail.flowed import unflow
from mailhub.mail.markup import html_to_text
from mailhub.mail.parameters import file_name
from mailhub.mail.problems import Problem
from mailhub.mail.tree import Node
from mailhub.mail.wire import Excess, Limits, Unreadable

__all__ = ["Attachment", "Body", "choose", "html_to_text", "read"]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset=["' ]{0,3}([\w-]{2,40})""", re.IGNORECASE)
_UNKNOWN_TYPE = "application/octet-stream"
_SLACK = 64 * 1024  # a tiny mail may grow by its charset alone


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail, decoded."""

    name: str | None
    type: str
    size: int
    content: bytes
    disposition: str
    content_id: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """A message's words and files. `unread_html` says that words in `html` are not in `text` yet."""

    text: str
    html: str | None
    unread_html: bool
    attachments: tuple[Attachment, ...]
    calendar: bytes | None  # in UTF-8


@dataclass(slots=True)
class Choice:
    """Which parts are read as text, which as HTML, and which are files."""

    text: list[Node] = field(default_factory=list)
    html: list[Node] = field(default_factory=list)
    files: list[Node] = field(default_factory=list)

    def take(self, other: "Choice") -> None:
        self.text += other.text
        self.html += other.html
        self.files += other.files


def choose(node: Node, within: str = "", place: int = 0) -> Choice:
    """Sort the parts under this one, much as RFC 8621 section 4.1.4 does, but an image is always a file."""
    if not node.children:
        return _choose_leaf(node, within, place)
    kind = node.type.partition("/")[2]
    choices = [choose(child, kind, number) for number, child in enumerate(node.children)]
    if kind == "alternative":
        return _best(choices)
    every = Choice()
    for choice in choices:
        every.take(choice)
    return every


def _choose_leaf(node: Node, within: str, place: int) -> Choice:
    is_text = node.type in ("text/plain", "text/html") or node.type.startswith("multipart/")
    is_shown = place == 0 or (within != "related" and (within == "alternative" or not node.name))
    if not is_text or not is_shown or node.disposition == "attachment":
        return Choice(files=[node])
    return Choice(text=[node], html=[node] if node.type == "text/html" else [])


def _best(choices: list[Choice]) -> Choice:
    """Of alternatives: the first that is plain text throughout, and for HTML the last that has any."""
    with_words = [choice for choice in choices if choice.text]
    plain = [choice for choice in with_words if not choice.html]
    rich = [choice for choice in with_words if choice.html]
    text = (plain or rich[-1:] or [Choice()])[0].text
    html = rich[-1].html if rich else []
    return Choice(text, html, [node for choice in choices for node in choice.files])


@dataclass(slots=True)
class _Reader:
    raw: bytes
    limits: Limits
    problems: set[Problem]
    decoded: int = 0
    said: dict[int, str] = field(default_factory=dict)  # by where the part begins

    def content(self, node: Node) -> bytes:
        content = transfer.decode(self.raw[node.body : node.end], node.encoding, self.problems)
        self.decoded += len(content)
        if self.decoded > len(self.raw) * self.limits.expansion + _SLACK:
            raise Unreadable(Excess.EXPANSION)
        return content

    def words(self, node: Node) -> str:
        if node.start not in self.said:
            self.said[node.start] = self._words(node)
        return self.said[node.start]

    def _words(self, node: Node) -> str:
        content = self.content(node)
        if len(content) > self.limits.text:
            raise Unreadable(Excess.TEXT)
        charset = (node.params.get("charset", "").split() or [""])[0]
        if not charset and node.type == "text/html" and (match := _META_CHARSET.search(content[:2048])):
            charset = match[1].decode("ascii")
        text = charsets.decode(content, charset or None, self.problems)
        text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        return _CONTROL.sub("", text) if _CONTROL.search(text) else text

    def plain(self, node: Node) -> str:
        text = self.words(node)
        if node.params.get("format", "").lower() != "flowed":
            return text
        return unflow(text, delete_space=node.params.get("delsp", "").lower() == "yes")

    def attachment(self, node: Node) -> Attachment:
        content = self.content(node)
        return Attachment(node.name, node.type, len(content), content, node.disposition, node.content_id)


def read(raw: bytes, root: Node, limits: Limits, problems: set[Problem], read_html: bool) -> Body:
    """Decode a message's words and files; HTML is turned into text only where there is no other and `read_html`."""
    reader = _Reader(raw, limits, problems)
    choice = choose(root)
    html = "\n".join(map(reader.words, choice.html)) if choice.html else None
    files = [reader.attachment(node) for node in choice.files]
    calendar = _calendar(choice.files, files, problems)
    pieces = []
    unread = False
    for node in choice.text:
        if node.type != "text/html":
            text, found = _without_uu(reader.plain(node))
            pieces.append(text)
            files += found
        elif read_html:
            pieces.append(html_to_text(reader.words(node)))
        else:
            unread = True
    text = "\n".join(piece.strip("\n") for piece in pieces if piece.strip())
    if html and not text:
        text, unread = (html_to_text(html), False) if read_html else ("", True)
    return Body(text, html, unread, tuple(files), calendar)


def _without_uu(text: str) -> tuple[str, list[Attachment]]:
    """Take the files out that a sender of old wrote into the text."""
    if "begin " not in text:
        return text, []
    rest, files = transfer.uu_files(text.encode("utf-8", "replace"))
    found = [
        Attachment(file_name(name.decode("utf-8", "replace")), _UNKNOWN_TYPE, len(content), content, "attachment", None)
        for name, content in files
    ]
    return (rest.decode("utf-8"), found) if found else (text, [])


def _calendar(nodes: list[Node], files: list[Attachment], problems: set[Problem]) -> bytes | None:
    """The first calendar among the files, in UTF-8 whatever it was in."""
    pairs = list(zip(nodes, files, strict=True))
    for types in (("text/calendar",), ("application/ics", "text/x-vcalendar")):
        for node, file in pairs:
            if file.type in types or (len(types) > 1 and (file.name or "").lower().endswith(".ics")):
                charset = node.params.get("charset")
                return charsets.decode(file.content, charset, problems).encode() if charset else file.content
    return None
