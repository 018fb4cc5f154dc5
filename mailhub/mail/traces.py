"""Takes a person's addresses and name out of what others wrote: attributions, quotations, headers. Pure (P-07).

An address goes wherever it stands. A name goes where a program wrote it (an attribution, a header, a quotation) and
stays in what other people say in their own words, which are theirs.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mailhub.mail.attribution import attribution, header_block, may_announce
from mailhub.mail.heading import field, words
from mailhub.mail.postparts import Changes, rewrite
from mailhub.mail.quoted import quoted
from mailhub.mail.tree import read as read_tree
from mailhub.mail.wire import Field, crlf
from mailhub.mail.words import header_text

INSTEAD = "[…]"
NOBODY = "nobody@erased.invalid"  # RFC 2606 section 2: no mail can ever reach it
_IN_HEADER = "erased"  # a name that needs no quotes there
SHORTEST_NAME = 3  # letters; a shorter one says nothing about anybody
_CONTENT = ("content-type", "content-transfer-encoding")
_AT = r"(?:@|%40|&#64;|&#x40;)"


@dataclass(frozen=True)
class Traces:
    """What is looked for."""

    emails: tuple[str, ...]
    names: tuple[str, ...] = ()

    @cached_property
    def _address(self) -> re.Pattern[str]:
        forms = "|".join(_AT.join(map(re.escape, email.split("@"))) for email in self.emails)
        return re.compile(rf"(?<![\w.+-])(?:mailto:)?(?:{forms})(?![\w-])" if forms else r"(?!)", re.IGNORECASE)

    @cached_property
    def _name(self) -> re.Pattern[str]:
        """A name of two words or more; one alone is many people's, and often a word."""
        return _pattern([name for name in self.names if " " in name])

    @cached_property
    def _any_name(self) -> re.Pattern[str]:
        return _pattern([name for name in self.names if len(name) >= SHORTEST_NAME])

    def may_be_in(self, octets: bytes) -> bool:
        """A quick look at bytes of a mail, which may be wrong in saying yes."""
        plain = octets.replace(b"=\r\n", b"").lower()
        return b"base64" in plain or any(form in plain for form in self._octets)

    def is_in(self, octets: bytes) -> bool:
        """Whether one of them stands in these bytes of a quoted-printable text."""
        plain = octets.replace(b"=\r\n", b"").lower()
        return any(form in plain for form in self._octets)

    @cached_property
    def _octets(self) -> tuple[bytes, ...]:
        named = [name for name in self.names if " " in name]
        forms = [form.lower() for text in (*self.emails, *named) for form in (text.encode(), quoted(text))]
        return tuple({*forms, *(email.lower().encode().replace(b"@", b"=40") for email in self.emails)})

    def everywhere(self, text: str) -> str:
        """Without address and name: a quotation, a sentence of ours."""
        return self._name.sub(INSTEAD, self._address.sub(INSTEAD, text))

    def in_words(self, text: str) -> str:
        """Without the address, and in quotations and what announces them without the name."""
        bare = self._address.sub(INSTEAD, text)
        if not self._any_name.search(bare):
            return bare
        lines = bare.split("\n")
        announced = _announced(text.split("\n"))
        for place, line in enumerate(lines):
            if place in announced:
                lines[place] = self._any_name.sub(INSTEAD, line)
            elif line.lstrip().startswith(">"):
                lines[place] = self._name.sub(INSTEAD, line)
        return "\n".join(lines)

    def in_value(self, value: Any) -> Any:
        """The same for what a row holds as JSON."""
        match value:
            case str():
                return self.everywhere(value)
            case list():
                return [self.in_value(one) for one in value]
            case dict():
                return {name: self.in_value(one) for name, one in value.items()}
        return value

    def in_header(self, text: str) -> str:
        """A header field: beside an address of theirs every name of theirs goes."""
        bare = self._address.sub(NOBODY, text)
        return (self._name if bare == text else self._any_name).sub(_IN_HEADER, bare)


def _pattern(names: Sequence[str]) -> re.Pattern[str]:
    forms = "|".join(r"\s+".join(map(re.escape, name.split())) for name in names)
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)" if forms else r"(?!)", re.IGNORECASE)


def _announced(lines: Sequence[str]) -> set[int]:
    """The lines by which a mail program says whom it quotes, quoted themselves or not."""
    bare = [line.lstrip("> ").rstrip("\r") for line in lines]
    found: set[int] = set()
    for place, line in enumerate(bare):
        if may_announce(line):
            count = max(attribution(bare, place)[0], header_block(bare, place))
            found.update(range(place, place + count))
    return found


def without(raw: bytes, traces: Traces) -> bytes:
    """A mail as it came but for these traces; the same bytes where there are none. Raises Unreadable past a limit."""
    whole = crlf(raw)
    root = read_tree(whole, set())
    part = rewrite(whole, root, Changes(redact=_either(traces), tidies=False))
    fields = [_field(one, traces) for one in root.fields]
    if part is None and all(new == one.raw for new, one in zip(fields, root.fields, strict=True)):
        return raw
    if part is None:
        return b"".join(fields) + b"\r\n" + whole[root.body : root.end]
    kept = [new for new, one in zip(fields, root.fields, strict=True) if one.name.lower() not in _CONTENT]
    own = [one + b"\r\n" for one in part.fields if one.partition(b":")[0].strip().lower().decode() in _CONTENT]
    return b"".join((*kept, *own, b"\r\n", *(piece for piece in part.body if isinstance(piece, bytes))))


def _either(traces: Traces) -> Callable[[str], str]:
    def redact(text: str) -> str:
        return traces.everywhere(text) if "<" in text and "</" in text else traces.in_words(text)

    return redact


def _field(one: Field, traces: Traces) -> bytes:
    """A header field without them; what cannot be written any more goes."""
    if not one.name:
        return one.raw
    said = header_text(one.value, set())
    shown = traces.in_header(said)
    if shown == said:
        return one.raw
    if one.name.lower() == "subject":
        return field(one.name, words(shown, len("Subject: ")))
    return f"{one.name}: {shown}\r\n".encode("ascii") if shown.isascii() else b""
