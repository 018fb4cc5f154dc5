"""Everybody a header names, however badly; for display and for archives, never for deciding who writes."""

import re
from dataclasses import dataclass, field

from mailhub.mail.words import header_text

_TOKEN = re.compile(rb'<++[^<>]*+>*+|["(),;:]|[^"<(),;:]++')
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_PARENTHESIS = re.compile(rb"\\.|[()]", re.DOTALL)
_SPOKEN = re.compile(rb"([^\s@]++) at ([^\s@.]++\.[^\s@]++)")  # as archives hide addresses
_SEPARATORS = re.compile(rb"[\s,;]++")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name, which anybody may have chosen, and an address as it was written; either is empty in a broken header."""

    name: str
    email: str


def mailboxes(value: bytes | str) -> tuple[Mailbox, ...]:
    """The mailboxes of a header in their order, in time linear in its length."""
    value = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
    reader = _Reader(value)
    reader.read()
    return tuple(reader.found)


@dataclass(slots=True)
class _Reader:
    value: bytes
    found: list[Mailbox] = field(default_factory=list)
    words: bytes = b""
    angle: bytes | None = None
    comment: bytes = b""
    waiting: list[bytes] = field(default_factory=list)  # words before a comma, perhaps half of a name
    quotes_are_closed: bool = True

    def read(self) -> None:
        at = 0
        while match := _TOKEN.match(self.value, at):
            token, at = match[0], match.end()
            if token == b"(":
                at = self._comment(at)
            elif token == b'"':
                at = self._quoted(at - 1)
            elif token[0] == 0x3C:
                self.angle = token if self.angle is None else self.angle
            elif token in (b",", b";"):
                self._finish(is_last=token == b";")
            elif token == b":" and self.angle is None and b"@" not in self.words and b"=?" not in self.words:
                self.words = b""  # the name of a group
            else:
                self.words += token
        self._finish(is_last=True)

    def _comment(self, at: int) -> int:
        depth = 1
        end = inside = len(self.value)
        for match in _PARENTHESIS.finditer(self.value, at):
            depth += {b"(": 1, b")": -1}.get(match[0], 0)
            if depth == 0:
                inside, end = match.span()
                break
        self.comment = self.comment or self.value[at:inside]
        self.words += b" "
        return end

    def _quoted(self, at: int) -> int:
        match = _QUOTED.match(self.value, at) if self.quotes_are_closed else None
        if match is None:
            self.quotes_are_closed = False  # looking again at each later quote would take for ever
            return at + 1
        self.words += match[0]
        return match.end()

    def _finish(self, is_last: bool) -> None:
        words = self.words.strip()
        if self.angle is not None:
            name = b", ".join([*self.waiting, words]) if words or self.waiting else self.comment
            self._add(name, _bare(self.angle))
            self.waiting = []
        elif b"@" in words or _SPOKEN.fullmatch(words):
            self._add_waiting()
            self._add(*self._unbracketed(words))
        elif words:
            self.waiting.append(words)
        if is_last:
            self._add_waiting()
        self.words, self.angle, self.comment = b"", None, b""

    def _unbracketed(self, words: bytes) -> tuple[bytes, bytes]:
        if spoken := _SPOKEN.fullmatch(words):
            return self.comment, spoken[1] + b"@" + spoken[2]
        if words.startswith(b'"') and b'"@' in words:
            return self.comment, words
        email = next(word for word in reversed(words.split()) if b"@" in word)
        return words.replace(email, b"", 1).strip() or self.comment, _bare(email)

    def _add_waiting(self) -> None:
        for words in self.waiting:
            is_address = len(words.split()) == 1  # of this machine, as in days of old
            self._add(b"" if is_address else words, words if is_address else b"")
        self.waiting = []

    def _add(self, name: bytes, email: bytes) -> None:
        mailbox = Mailbox(decoded_name(name), header_text(email, set()))
        if mailbox.name or mailbox.email:
            self.found.append(mailbox)


def decoded_name(said: bytes) -> str:
    """The words of a display name, its quotes and encodings undone."""
    said = said.strip()
    if b'"' in said:
        said = _QUOTED.sub(lambda match: _QUOTED_PAIR.sub(rb"\1", match[0][1:-1]), said)
    return " ".join(header_text(said, set()).split()) if said else ""


def _bare(email: bytes) -> bytes:
    """An address without its brackets, quotes, scheme, route and white space."""
    email = email.strip(b"<> \t\r'")
    email = email[7:] if email[:7].lower() == b"mailto:" else email
    if email.startswith(b"@") and b":" in email:
        email = email.partition(b":")[2]  # RFC 5322 section 4.4
    if email.startswith(b'"'):
        return email
    words = [word for word in _SEPARATORS.split(email) if b"@" in word]
    return words[0] if words else b"".join(email.split())
