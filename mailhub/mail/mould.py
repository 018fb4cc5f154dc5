"""A frame made ready for thousands of fillings: its constants are folded, canonical and hashed once."""

import binascii
import hashlib
import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailhub.mail import sealing
from mailhub.mail.dkim import plan
from mailhub.mail.frame import Context, Frame, Heading, Slot
from mailhub.mail.heading import BadValue, field, fold, mailbox, token, words
from mailhub.mail.parts import base64_lines
from mailhub.mail.quoted import quoted
from mailhub.mail.relaxed import relaxed_field, relaxed_lines

Values = Mapping[str, str]
_LINK = re.compile(r"(?:https?://|mailto:)[!#-;=?-~]+")
_BLANK = b"\r\n "


@dataclass(frozen=True, slots=True)
class Filled:
    """One copy: its bytes, and what a signature is made over."""

    head: bytes  # header fields, without the empty line
    body: tuple[bytes, ...]  # in pieces; the constants are the same objects in every copy
    names: bytes  # the h= of its signature
    signed: bytes  # canonical fields, in the order of h=
    body_hash: bytes  # sha256 of the canonical body


class Mould:
    """Fills one frame; keeps nothing between two fillings."""

    def __init__(self, frame: Frame) -> None:
        headings = [heading for heading in frame.headings if not sealing.is_begun(heading)]
        makers = [_maker(heading) for heading in headings]
        is_open = [any(isinstance(piece, Slot) for piece in heading.pieces) for heading in headings]
        self._makers = [make for make, has_slot in zip(makers, is_open, strict=True) if has_slot]
        fixed = [None if has_slot else make({}) for make, has_slot in zip(makers, is_open, strict=True)]
        self._head = _Row(fixed)
        self._names, self._signed = _signing(headings, fixed)
        self.seal = sealing.of(frame.headings)
        self._encoders = [(piece.name, _ENCODERS[piece.context]) for piece in frame.body if isinstance(piece, Slot)]
        constants = [piece if isinstance(piece, bytes) else None for piece in frame.body]
        self._body = _Row(constants)
        self._body_hash = _BodyHash(constants)
        self.eight_bit = any(constant is not None and not constant.isascii() for constant in constants)

    def fill(self, values: Values) -> Filled:
        """The copy for these values; BadValue when one is missing or may not stand where its slot is."""
        fields = [make(values) for make in self._makers]
        encoded = [encode(_value(values, name)) for name, encode in self._encoders]
        return Filled(
            head=self._head.join(fields),
            body=self._body.pieces(encoded),
            names=self._names,
            signed=self._signed.join([relaxed_field(made) if made else b"" for made in fields]),
            body_hash=self._body_hash.of(encoded),
        )


class _Row:
    """Constants with holes between them; `turns` says which value goes into each hole."""

    def __init__(self, parts: Sequence[bytes | None], turns: Sequence[int] | None = None) -> None:
        self._parts: list[bytes] = [b""]
        self._holes: list[tuple[int, int]] = []
        for part in parts:
            if part is not None:
                self._parts[-1] += part
            else:
                turn = len(self._holes) if turns is None else turns[len(self._holes)]
                self._holes.append((len(self._parts), turn))
                self._parts += [b"", b""]

    def pieces(self, values: Sequence[bytes]) -> tuple[bytes, ...]:
        parts = self._parts.copy()
        for place, turn in self._holes:
            parts[place] = values[turn]
        return tuple(parts)

    def join(self, values: Sequence[bytes]) -> bytes:
        return b"".join(self.pieces(values))


class _BodyHash:
    """The sha256 of the relaxed body (RFC 6376 section 3.4.4), started from what comes before the first slot."""

    def __init__(self, constants: Sequence[bytes | None]) -> None:
        lines = [None if constant is None else relaxed_lines(constant) for constant in constants]
        start = b""
        if lines and lines[0] is not None:
            start = lines.pop(0) or b""
        # Empty lines count only when something follows them: those before the first slot wait for it.
        kept = start.rstrip(_BLANK)
        self._has_start = bool(kept)
        self._state = hashlib.sha256(kept)
        self._rest = _Row([start[len(kept) :], *lines])
        last = lines[-1] if lines else None
        self._ends_well = last is not None and last == last.rstrip(_BLANK) + b"\r\n" != b"\r\n"
        self._constant = None if None in constants else self._finish([])

    def of(self, encoded: Sequence[bytes]) -> bytes:
        return self._constant or self._finish([relaxed_lines(value) for value in encoded])

    def _finish(self, values: Sequence[bytes]) -> bytes:
        rest = self._rest.join(values)
        if not self._ends_well:
            rest = rest.rstrip(_BLANK)
            rest += b"\r\n" if rest or self._has_start else b""
        state = self._state.copy()
        state.update(rest)
        return state.digest()


def _signing(headings: Sequence[Heading], fixed: Sequence[bytes | None]) -> tuple[bytes, _Row]:
    """The h= of every copy, and the row of canonical fields in its order."""
    chosen = plan([heading.name.lower().encode("ascii") for heading in headings])
    turns: dict[int, int] = {}
    for place, made in enumerate(fixed):
        if made is None:
            turns[place] = len(turns)
    canonical = [made if made is None else relaxed_field(made) for made in (fixed[place] for place in chosen.order)]
    return chosen.names, _Row(canonical, [turns[place] for place in chosen.order if place in turns])


def _maker(heading: Heading) -> Callable[[Values], bytes]:
    """Writes this field for some values; nothing at all where a value of a header slot is empty."""
    name, used = heading.name, len(heading.name) + 2

    def of_words(values: Values) -> bytes:
        text = "".join(piece.decode() if isinstance(piece, bytes) else _value(values, piece.name) for piece in pieces)
        return field(name, words(text, used)) if text.strip() else b""

    def of_tokens(values: Values) -> bytes:
        written = []
        for piece in pieces:
            if isinstance(piece, Slot):
                value = _value(values, piece.name)
                if not value:
                    return b""
                is_mailbox = piece.context is Context.MAILBOX
                piece = mailbox(values.get(f"{piece.name}_name", ""), value, used) if is_mailbox else token(value)
            written.append(piece)
        return field(name, fold(b"".join(written), used))

    pieces = heading.pieces
    if heading.came:
        return lambda _: b"".join(piece for piece in pieces if isinstance(piece, bytes))
    return of_words if heading.is_words else of_tokens


def _value(values: Values, name: str) -> str:
    try:
        return values[name]
    except KeyError:
        raise BadValue(f"slot {name!r} has no value") from None


def _in_html(text: str) -> bytes:
    # Character references, so that it fits a part in any charset.
    return html.escape(text).encode("ascii", "xmlcharrefreplace")


def _html(text: str) -> bytes:
    return quoted(_in_html(text).decode("ascii"))


def _link(text: str) -> bytes:
    if not _LINK.fullmatch(text):
        raise BadValue(f"{text!r:.80} is not a link that may be mailed")
    return _html(text)


def _file(text: str) -> bytes:
    try:
        return base64_lines(binascii.a2b_base64(text, strict_mode=True))
    except ValueError as fault:
        raise BadValue(f"a file must come as base64: {fault}") from fault


_ENCODERS: dict[Context, Callable[[str], bytes]] = {
    Context.TEXT: quoted,
    Context.HTML: _html,
    Context.LINK: _link,
    Context.MARKUP: quoted,
    Context.FILE: _file,
}
