"""The body of a post as its copies carry it: the author's parts, lines under them, links where files were too large.

What is signed or encrypted is never touched, and what needs no change leaves octet for octet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mailhub.mail import charsets, footers, transfer
from mailhub.mail.body import choose
from mailhub.mail.frame import Text
from mailhub.mail.parts import (
    Part,
    boundaries,
    content_fields,
    content_type,
    cut_lines,
    file_name,
    file_part,
    has_long_line,
    multipart,
    text_part,
    with_parameters,
)
from mailhub.mail.quoted import quoted_pieces
from mailhub.mail.tree import Node

_RETYPED = ("content-type", "content-transfer-encoding")
_KNOWN = frozenset({"", "7bit", "8bit", "quoted-printable", "base64"})
_DECODED = frozenset({"binary", "uuencode", "x-uuencode", "uue", "x-uue"})  # not in RFC 2045, or not for SMTP
_INLINE = b"Content-Disposition: inline"


@dataclass(frozen=True, slots=True)
class NewFile:
    """What goes along in the place of a file that came."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Changes:
    """What copies say beside, or instead of, what the author wrote."""

    footer: Text = ()
    links: Mapping[int, Text] = field(default_factory=dict)  # words in the place of a file of `Mail.attachments`
    files: Mapping[int, NewFile | None] = field(default_factory=dict)  # in the place of such a file; None: nothing
    redact: Callable[[str], str] | None = None  # takes out of text and HTML what must not be passed on
    # The content need not stay as it came, for no signature of the author's is at stake: 8-bit text is encoded lest a
    # relay does it under our signature (RFC 6376 section 5.3), and what no standard knows is put right.
    tidies: bool = True


def rewrite(raw: bytes, root: Node, changes: Changes) -> Part | None:
    """The message's content with these changes, or None where it leaves as it came. `raw` has CRLF lines."""
    if not changes.footer or footers.is_sealed(raw, root):
        return _Writer(raw, root, changes, frozenset()).part(root)
    places = footers.places(raw, root)
    writer = _Writer(raw, root, changes, places)
    return writer.part(root) if places else writer.with_part_below(root)


class _Writer:
    """Writes the parts of one mail anew, as far as they change."""

    def __init__(self, raw: bytes, root: Node, changes: Changes, places: frozenset[int]) -> None:
        self._raw = raw
        self._changes = changes
        self._places = places
        files = choose(root).files
        self._links = {files[at].start: text for at, text in changes.links.items() if at < len(files)}
        self._files = {files[at].start: new for at, new in changes.files.items() if at < len(files)}
        self._boundaries = boundaries(raw)

    def part(self, node: Node) -> Part | None:
        """This part with all its changes; None where there is none."""
        if node.type in footers.SEALED:
            return None
        if node.start in self._links:
            return text_part(footers.in_plain(self._links[node.start]), "text/plain; charset=utf-8", _INLINE)
        if node.start in self._files:
            return _renewed(node, self._files[node.start])
        if node.children:
            return self._parts(node)
        if node.type.startswith("multipart/") and self._changes.tidies:
            return self._undivided(node)
        if node.type == "text/plain" and node.disposition != "attachment":
            return self._plain(node)
        if node.type == "text/html" and node.disposition != "attachment":
            return self._html(node)
        return self._file(node)

    def with_part_below(self, root: Node) -> Part:
        """The mail, and the footer as a part of its own."""
        footer = text_part(footers.in_plain(self._changes.footer), "text/plain; charset=utf-8", _INLINE)
        if root.type == "multipart/mixed" and root.children:
            return self._parts(root, footer) or footer
        first = self.part(root) or Part(content_fields(root), (self._raw[root.body : root.end],))
        return multipart("multipart/mixed", {}, next(self._boundaries), [first, footer])

    def _parts(self, node: Node, last: Part | None = None) -> Part | None:
        children = [child for child in node.children if self._files.get(child.start, child) is not None]
        written = [self.part(child) for child in children]
        if not written and last is None:
            return text_part([""])  # nothing of it goes along
        is_same = len(children) == len(node.children) and not any(written)
        if last is None and is_same and not self._changes.tidies:
            return None
        pairs = zip(children, written, strict=True)
        parts: list[Part | bytes] = [
            self._raw[child.start : child.end] if part is None else part for child, part in pairs
        ]
        others = content_fields(node, without=_RETYPED)
        return multipart(node.type, node.params, next(self._boundaries), [*parts, *([last] if last else [])], *others)

    def _undivided(self, node: Node) -> Part:
        """It is called a multipart, and is none."""
        return text_part([charsets.decode(self._raw[node.body : node.end], None, set())])

    def _plain(self, node: Node) -> Part | None:
        content, charset = self._content(node), node.params.get("charset")
        certain = footers.certain_text(content, charset)
        text = charsets.decode(content, charset, set()) if certain is None else certain
        shown = self._redacted(text)
        if node.start in self._places:
            return self._written(node, footers.as_text(self._changes.footer, shown), "utf-8")
        if shown != text or (certain is not None and self._must_recode(node)):
            return self._written(node, [shown], "utf-8")
        return self._written(node, [content], charset or "") if self._must_recode(node) else None

    def _html(self, node: Node) -> Part | None:
        content, charset = self._content(node), node.params.get("charset", "")
        text = charsets.decode(content, charset or None, set())
        shown = self._redacted(text)
        if shown != text:
            content = shown.encode(charsets.codec(charset) or "ascii", "xmlcharrefreplace")
        if node.start in self._places:
            return self._written(node, footers.as_html(self._changes.footer, content), charset)
        if shown != text or self._must_recode(node):
            return self._written(node, [content], charset)
        return None

    def _written(self, node: Node, text: Text, charset: str) -> Part:
        params = {"charset": charset, **{name: node.params.get(name, "") for name in ("format", "delsp")}}
        type_ = content_type(node.type, {name: value for name, value in params.items() if value})
        fields = (type_, b"Content-Transfer-Encoding: quoted-printable", *content_fields(node, without=_RETYPED))
        return Part(fields, quoted_pieces(text))

    def _file(self, node: Node) -> Part | None:
        """A file leaves as it came, unless SMTP would not carry it like that."""
        octets = self._raw[node.body : node.end]
        if node.type.startswith("message/") and node.encoding in ("", "7bit", "8bit", "binary"):
            # The header of a mail within the mail holds its receiver's tokens; latin-1 keeps every other octet.
            shown = self._redacted(octets.decode("latin-1")).replace("\u2026", "...").encode("latin-1")
            if shown != octets:
                label = () if shown.isascii() else (b"Content-Transfer-Encoding: 8bit",)
                return Part((*content_fields(node, without=_RETYPED[1:]), *label), (cut_lines(shown) + b"\r\n",))
        is_unlabelled = not octets.isascii() and node.encoding != "8bit"
        is_odd = self._changes.tidies and (is_unlabelled or node.encoding in _DECODED)
        if not is_odd and not has_long_line(octets):
            return None
        if node.type.startswith("message/"):  # RFC 2046 section 5.2.1: these are never encoded
            label = () if octets.isascii() else (b"Content-Transfer-Encoding: 8bit",)
            return Part((*content_fields(node, without=_RETYPED[1:]), *label), (cut_lines(octets) + b"\r\n",))
        return file_part(self._content(node), *content_fields(node, without=_RETYPED[1:]))

    def _content(self, node: Node) -> bytes:
        return transfer.decode(self._raw[node.body : node.end], node.encoding, set())

    def _must_recode(self, node: Node) -> bool:
        octets = self._raw[node.body : node.end]
        is_odd = not octets.isascii() or node.encoding not in _KNOWN
        return (self._changes.tidies and is_odd) or has_long_line(octets)

    def _redacted(self, text: str) -> str:
        return text if self._changes.redact is None else self._changes.redact(text)


def _renewed(node: Node, new: NewFile | None) -> Part:
    """Another file where this one was: of its fields only what says where it stands in the mail."""
    if new is None:
        return text_part([""])
    standing = [one.raw.rstrip(b"\r\n") for one in node.fields if one.name.lower() == "content-id"]
    is_shown = node.disposition == "inline" or (not node.disposition and node.content_id is not None)
    place = f"Content-Disposition: {'inline' if is_shown else 'attachment'}"
    type_ = content_type(new.type, {"name": new.name})
    return file_part(new.content, type_, with_parameters(place, file_name(new.name)), *standing)
