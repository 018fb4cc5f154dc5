"""The lines under a post: in which of its parts they fit, as text and as HTML."""

import html
import re
from collections.abc import Iterator

from mailhub.mail import charsets, transfer
from mailhub.mail.body import choose
from mailhub.mail.frame import Context, Slot, Text
from mailhub.mail.problems import Problem
from mailhub.mail.tree import Node

# What is signed or encrypted as a whole; a footer would break it or be hidden by it.
SEALED = frozenset({"multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP = b"-----BEGIN PGP "
_NOT_LIKE_ASCII = ("utf_16", "utf_32", "utf_7", "iso2022", "hz", "cp037", "cp500", "cp875", "cp1026", "cp1140")
_SEPARATOR = "-- \n"  # RFC 3676 section 4.3: mail programs leave out what follows it when they quote
_STYLE = "margin-top:1.5em;border-top:1px solid #bbb;padding-top:.5em;font-size:14px;color:#444"
_URL = re.compile(r"https?://[!-~]+|mailto:[!-~]+")


def is_sealed(raw: bytes, root: Node) -> bool:
    """Whether the mail as a whole is signed or encrypted, by MIME or by PGP in its text."""
    first = next(root.leaves(), root)
    return root.type in SEALED or raw.find(_PGP, first.body, first.end) != -1


def places(raw: bytes, root: Node) -> frozenset[int]:
    """Where the parts begin that take a footer; none where one of them cannot take it for certain."""
    if len(choose(root).text) != 1:
        return frozenset()  # words stand between the files, as Apple Mail puts them: these lines belong after the last
    leaves = list(_read_first(root))
    return frozenset(leaf.start for leaf in leaves) if all(_can_take(raw, leaf) for leaf in leaves) else frozenset()


def certain_text(content: bytes, charset: str | None) -> str | None:
    """The text of a part where there is no doubt how to read it."""
    problems: set[Problem] = set()
    text = charsets.decode(content, charset, problems)
    return text if not problems or _is_utf8(content) else None


def as_text(words: Text, before: str) -> Text:
    """A text and the lines under it."""
    return [before, "\n" if before.endswith("\n") or not before else "\n\n", _SEPARATOR, *in_plain(words)]


def as_html(words: Text, before: bytes) -> Text:
    """An HTML document and the lines at its end, in ASCII so that they fit any charset."""
    small = before.lower()
    end = next((at for tag in (b"</body>", b"</html>") if (at := small.rfind(tag)) != -1), len(before))
    return [before[:end], f'\n<div style="{_STYLE}">', *_marked_up(words), "</div>\n", before[end:]]


def in_plain(words: Text) -> Text:
    """Words for a text part: a link is plain text there."""
    return [Slot(part.name, Context.TEXT) if isinstance(part, Slot) else part for part in words]


def _marked_up(words: Text) -> Text:
    marked: list[str | bytes | Slot] = []
    for place, part in enumerate(words):
        if not isinstance(part, Slot):
            text = part if isinstance(part, str) else part.decode("utf-8", "replace")
            text = text if place else text.lstrip("\n")
            text = text if place + 1 < len(words) else text.rstrip("\n")
            marked.append("<br>\n".join(map(_line, text.split("\n"))))
        elif part.context is Context.LINK:
            marked += ['<a href="', part, '">', Slot(part.name, Context.HTML), "</a>"]
        else:
            marked.append(Slot(part.name, Context.HTML))
    return marked


def _line(text: str) -> str:
    escaped = html.escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")
    return f'<a href="{escaped}">{escaped}</a>' if _URL.fullmatch(text) else escaped


def _read_first(node: Node) -> Iterator[Node]:
    if not node.children:
        if node.type in ("text/plain", "text/html") and node.disposition != "attachment":
            yield node
    elif node.type == "multipart/alternative":
        for child in node.children:
            yield from _read_first(child)
    elif node.type not in SEALED:
        yield from _read_first(node.children[0])


def _can_take(raw: bytes, leaf: Node) -> bool:
    problems: set[Problem] = set()
    content = transfer.decode(raw[leaf.body : leaf.end], leaf.encoding, problems)
    if problems:
        return False
    charset = leaf.params.get("charset", "")
    if leaf.type == "text/plain":
        return certain_text(content, charset) is not None
    codec = charsets.codec(charset) if charset else "ascii"
    return codec is not None and not codec.startswith(_NOT_LIKE_ASCII)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
