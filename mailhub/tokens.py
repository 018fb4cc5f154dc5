"""Signed names in addresses and links: which person, which thing, until when.

A token is base32, lower case, of (version and kind, person, thing, expiry day, MAC). It carries all it says, so it
outlives pruning; it is never identity by itself (see `authority`). Forms never pass for each other: each has its own
length and its own key, derived from the one secret of the site.
"""

import base64
import hmac
import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from mailhub.errors import BadInput

_FIRST_HEAD = 32  # of version 1, the only one so far
_FIRST_DAY = date(2020, 1, 1)  # expiry days are counted from here; day 0 means never
_PERSON_BYTES, _THING_BYTES, _DAY_BYTES = 4, 6, 2
_MAILING_BYTES, _OCCURRENCE_BYTES = 5, 5
_TOKEN_BYTES = 1 + _PERSON_BYTES + _THING_BYTES + _DAY_BYTES
_DELIVERY_BYTES = 1 + _PERSON_BYTES + _MAILING_BYTES + _OCCURRENCE_BYTES
_MAC_IN_MAIL, _MAC_IN_LINK = 10, 16  # 80 bits keep a local part short; nothing shortens a URL
_SECRET_BYTES = 32
_HIGHEST_CODE = 127  # version and kind share a byte: version 1 counts its kinds from 32 on, another begins at 160


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of thing a token names; a reply to a mail answers this thing."""

    name: str
    code: int
    lasting: bool = False  # never expires, and is read under every key the site ever had


_kinds: dict[int, Kind] = {}


def kind(name: str, code: int, *, lasting: bool = False) -> Kind:
    """Register a kind. Names and codes are for ever, since tokens outlive releases: a taken one is refused."""
    if not 1 <= code <= _HIGHEST_CODE:
        raise ValueError(f"the code of kind {name!r} is {code}; it must be 1-{_HIGHEST_CODE}")
    for other in _kinds.values():
        if name == other.name or code == other.code:
            raise ValueError(f"kind {name!r} ({code}) collides with {other.name!r} ({other.code})")
    _kinds[code] = Kind(name, code, lasting)
    return _kinds[code]


def kinds() -> tuple[Kind, ...]:
    """Every kind registered so far, by code."""
    return tuple(_kinds[code] for code in sorted(_kinds))


def kind_named(name: str) -> Kind | None:
    """The registered kind of this name."""
    return next((known for known in _kinds.values() if known.name == name), None)


LEAVE = kind("leave", 1, lasting=True)  # `u.`: leave this list; thing: the list
RELAY = kind("relay", 2, lasting=True)  # `p.`: a person in a list; thing: the list
BOUNCE = kind("bounce", 3)  # `b.`: a delivery; its own layout, see `issue_bounce`
FILE = kind("file", 4)  # `/f/`: an attachment
POST = kind("post", 5)
QUESTION = kind("question", 6)
MAILING = kind("mailing", 7)  # a letter as a whole
LIST = kind("list", 8)
SUBSCRIPTION = kind("subscription", 9)
ACTIVITY = kind("activity", 10)  # something that happened and may be undone
MAIL = kind("mail", 11)  # a received mail: what our answer to it answers


TWICE = kind("twice", 23)  # the second mail of an act that takes two; thing: the question
ME = kind("me", 24)  # `/me/`: a person's own page; thing: 0


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: this person (0: nobody in particular), about this thing, until the end of this day."""

    kind: Kind
    person: int
    thing: int
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Expired:
    """A genuine token whose day has passed; it may be explained, not obeyed."""

    token: Token


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """The key of one delivery, as bounces, marks and Message-IDs carry it."""

    person: int
    mailing: int
    occurrence: int = 0


@dataclass(frozen=True, slots=True)
class Keys:
    """The secret of the site, and those it had before. Reading never raises on what strangers send."""

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)
    retired: tuple[bytes, ...] = field(default=(), repr=False)  # read lasting tokens only

    def derive(self, label: str) -> bytes:
        """A key of its own for this purpose; rotation changes it."""
        return _derive(self.current, label)

    def issue(self, token: Token, *, epoch: int = 0) -> str:
        """The token for the local part of an address: at most 37 characters."""
        return _seal(self.current, f"mail {epoch}", _pack(token), _MAC_IN_MAIL)

    def issue_link(self, token: Token, *, epoch: int = 0) -> str:
        """The token for a URL: 47 characters, 128 bits of MAC."""
        return _seal(self.current, f"link {epoch}", _pack(token), _MAC_IN_LINK)

    def read(self, text: str, *, epoch: int = 0, today: date) -> Token | Expired | None:
        """What a token in an address says; None when it is not ours, of another epoch, or damaged."""
        return self._read(text, f"mail {epoch}", _MAC_IN_MAIL, today)

    def read_link(self, text: str, *, epoch: int = 0, today: date) -> Token | Expired | None:
        """What a token in a URL says; None as for `read`."""
        return self._read(text, f"link {epoch}", _MAC_IN_LINK, today)

    def issue_bounce(self, person: int, mailing: int, occurrence: int = 0) -> str:
        """The token of the envelope sender of one delivery: 40 characters, no expiry."""
        return _seal(self.current, "bounce", _pack_delivery(person, mailing, occurrence), _MAC_IN_MAIL)

    def read_bounce(self, text: str) -> DeliveryKey | None:
        """Which delivery a bounce address names."""
        return self._read_delivery(text, "bounce", _MAC_IN_MAIL)

    def delivery_mark(self, person: int, mailing: int, occurrence: int = 0) -> str:
        """The value of X-Mailhub-Delivery: known again in the returned part of a bounce."""
        return _seal(self.current, "mark", _pack_delivery(person, mailing, occurrence), _MAC_IN_LINK)

    def read_delivery_mark(self, text: str) -> DeliveryKey | None:
        """Which delivery an X-Mailhub-Delivery header names."""
        return self._read_delivery(text.strip(), "mark", _MAC_IN_LINK)

    def message_id(self, person: int, mailing: int, occurrence: int, domain: str) -> str:
        """The Message-ID of one delivery, brackets included: the same at every try, and nobody can guess it."""
        mark = _seal(self.current, "message-id", _pack_delivery(person, mailing, occurrence), _MAC_IN_LINK)
        return f"<{mark}@{domain}>"

    def read_message_id(self, text: str) -> DeliveryKey | None:
        """Which delivery a Message-ID of ours names, with or without brackets."""
        mark, _, _ = text.strip().removeprefix("<").partition("@")
        return self._read_delivery(mark, "message-id", _MAC_IN_LINK)

    def _read(self, text: str, label: str, mac_bytes: int, today: date) -> Token | Expired | None:
        body = _body(text, _TOKEN_BYTES, mac_bytes)
        token = None if body is None else _unpack(body)
        if body is None or token is None or not self._made(text, label, body, mac_bytes, token.kind.lasting):
            return None
        return Expired(token) if token.expires is not None and today > token.expires else token

    def _read_delivery(self, text: str, label: str, mac_bytes: int) -> DeliveryKey | None:
        body = _body(text, _DELIVERY_BYTES, mac_bytes)
        if body is None or body[0] != _head(BOUNCE) or not self._made(text, label, body, mac_bytes):
            return None
        end_of_person, end_of_mailing = 1 + _PERSON_BYTES, 1 + _PERSON_BYTES + _MAILING_BYTES
        parts = body[1:end_of_person], body[end_of_person:end_of_mailing], body[end_of_mailing:]
        return DeliveryKey(*(int.from_bytes(part, "big") for part in parts))

    def _made(self, text: str, label: str, body: bytes, mac_bytes: int, lasting: bool = False) -> bool:
        """Whether one of our keys makes exactly this text of this body: nothing but letter case may differ."""
        secrets = (self.current, *([self.previous] if self.previous else []), *(self.retired if lasting else ()))
        return any(hmac.compare_digest(_seal(key, label, body, mac_bytes), text.lower()) for key in secrets)


def peek(text: str) -> Token | None:
    """What a token claims, in either form, unverified: only to find whose epoch `read` needs."""
    for mac_bytes in (_MAC_IN_MAIL, _MAC_IN_LINK):
        body = _body(text, _TOKEN_BYTES, mac_bytes)
        if body is not None:
            return _unpack(body)
    return None


def load_keys(path: Path) -> Keys:
    """Read the site's secrets: one a line in hexadecimal, the newest first; blank lines and `#` are skipped.

    To rotate, put a new line on top. Lines from the third on only read what must work for ever.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        secrets = [bytes.fromhex(line) for line in lines if line.strip() and not line.startswith("#")]
    except OSError as fault:
        cure = "`mailhub init` writes one, or put the line back from a backup"
        raise BadInput(f"{path}: the site's secret cannot be read ({fault.strerror}); {cure}") from fault
    except ValueError as fault:
        raise BadInput(f"{path}: each line must be {_SECRET_BYTES * 2} hexadecimal digits") from fault
    if not secrets or any(len(secret) < _SECRET_BYTES for secret in secrets):
        raise BadInput(f"{path}: each line must be {_SECRET_BYTES * 2} hexadecimal digits, and one is needed")
    return Keys(secrets[0], secrets[1] if len(secrets) > 1 else None, tuple(secrets[2:]))


def new_secret() -> str:
    """A line for the secret file."""
    return os.urandom(_SECRET_BYTES).hex()


@lru_cache(maxsize=256)
def _derive(secret: bytes, label: str) -> bytes:
    return hmac.digest(secret, b"mailhub " + label.encode(), "sha256")


def _seal(secret: bytes, label: str, body: bytes, mac_bytes: int) -> str:
    """Body and MAC as text; the label and the length of the MAC are bound into it."""
    key = _derive(secret, f"token {mac_bytes} {label}")
    mac = hmac.digest(key, body, "sha256")[:mac_bytes]
    return base64.b32encode(body + mac).decode("ascii").rstrip("=").lower()


def _body(text: str, body_bytes: int, mac_bytes: int) -> bytes | None:
    """The bytes before the MAC, if the text has the length and the letters of this form."""
    length = -(-(body_bytes + mac_bytes) * 8 // 5)
    if len(text) != length or not text.isascii():
        return None
    try:
        return base64.b32decode(text.upper() + "=" * (-length % 8))[:body_bytes]
    except ValueError:
        return None


def _head(of: Kind) -> int:
    return _FIRST_HEAD + of.code


def _pack(token: Token) -> bytes:
    if token.kind is BOUNCE:
        raise ValueError("a bounce token has a form of its own: issue_bounce")
    if token.kind.lasting and token.expires is not None:
        raise ValueError(f"a {token.kind.name} token never expires")
    day = 0 if token.expires is None else (token.expires - _FIRST_DAY).days
    if token.expires is not None and not 0 < day < 1 << 8 * _DAY_BYTES:
        raise ValueError(f"no token can expire on {token.expires}")
    numbers = (_head(token.kind), 1), (token.person, _PERSON_BYTES), (token.thing, _THING_BYTES), (day, _DAY_BYTES)
    return b"".join(_number(value, size) for value, size in numbers)


def _pack_delivery(person: int, mailing: int, occurrence: int) -> bytes:
    numbers = (_head(BOUNCE), 1), (person, _PERSON_BYTES), (mailing, _MAILING_BYTES), (occurrence, _OCCURRENCE_BYTES)
    return b"".join(_number(value, size) for value, size in numbers)


def _number(value: int, size: int) -> bytes:
    if not 0 <= value < 1 << 8 * size:
        raise ValueError(f"{value} does not fit into a token")
    return value.to_bytes(size, "big")


def _unpack(body: bytes) -> Token | None:
    known = _kinds.get(body[0] - _FIRST_HEAD)
    if known is None or known is BOUNCE:
        return None
    person, rest = body[1 : 1 + _PERSON_BYTES], body[1 + _PERSON_BYTES :]
    day = int.from_bytes(rest[_THING_BYTES:], "big")
    expires = _FIRST_DAY + timedelta(days=day) if day else None
    return Token(known, int.from_bytes(person, "big"), int.from_bytes(rest[:_THING_BYTES], "big"), expires)
