"""What the signatures on a mail say and are over: everything about them that the bytes alone decide (RFC 6376, 8617).

Nothing is looked up and no key is used here: `keys` judges what this found.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailhub.errors import MailhubError
from mailhub.mail.authenticity import canonical
from mailhub.mail.authenticity.canonical import RELAXED, SIMPLE
from mailhub.mail.authenticity.tags import packed, tags
from mailhub.mail.wire import Field

MOST_JUDGED = 5  # signatures of one mail; those that could speak for its author come first
MOST_NAMES = 500  # in `h=`
SINGLE = (
    frozenset(  # at most one of each (RFC 5322 section 3.6); a second one may not have been there when it was signed
        b"from date sender reply-to to cc message-id in-reply-to references subject".split()
    )
)
_ALGORITHMS = ("rsa-sha256", "rsa-sha1", "ed25519-sha256")
_FORMS = (SIMPLE, RELAXED)
_NUMBER = re.compile(r"[0-9]{1,76}")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_SELECTOR = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*"
)


class Objection(StrEnum):
    """Why a signature, valid or not, speaks for nobody."""

    PARTIAL_BODY = "partial-body"  # l=: words may follow that nobody signed
    REPEATED_FIELD = "repeated-field"  # which of the two was there when it was signed?
    UNSIGNED_SUBJECT = "unsigned-subject"  # a word there may be a command
    TESTING = "testing"  # the key says so (t=y)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: who signed, and the digest its bytes must be a signature of."""

    domain: str = ""
    selector: str = ""
    algorithm: str = ""
    identity: str = ""  # the domain of i=
    value: bytes = b""
    digest: bytes = b""
    signed_at: int | None = None
    expires_at: int | None = None
    objection: Objection | None = None
    fault: str | None = None  # it cannot hold, whatever the key
    is_broken: bool = False  # the body is another one than was signed


class Fault(MailhubError):
    """Why a signature cannot hold."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Message:
    """A message as signatures see it; each form of its body is made once."""

    def __init__(self, fields: Sequence[Field], body: bytes) -> None:
        self.fields = tuple((field.name.lower().encode("ascii"), _ended(field.raw)) for field in fields if field.name)
        self._by_name: dict[bytes, list[bytes]] = {}
        for name, raw in self.fields:
            self._by_name.setdefault(name, []).append(raw)
        self._body = body
        self._forms: dict[str, bytes] = {}
        self._digests: dict[tuple[str, str, int | None], bytes] = {}

    @property
    def repeats(self) -> bool:
        return any(len(self._by_name.get(name, ())) > 1 for name in SINGLE)

    def named(self, name: bytes) -> Sequence[bytes]:
        """The fields of this name, the topmost first."""
        return self._by_name.get(name, ())

    def body_digest(self, form: str, hash_name: str, length: int | None) -> bytes:
        """The hash of the body, or of so many octets of it; raises Fault where there are fewer."""
        key = form, hash_name, length
        if key not in self._digests:
            if form not in self._forms:
                self._forms[form] = canonical.body_in(form, self._body)
            body = self._forms[form]
            if length is not None and length > len(body):
                raise Fault("its l= is longer than the body")
            self._digests[key] = hashlib.new(hash_name, body[:length], usedforsecurity=False).digest()
        return self._digests[key]

    def signed_fields(self, names: Iterable[bytes], form: str) -> bytes:
        """The fields these names stand for, each name the next one from the bottom (section 5.4.2)."""
        left = {name: len(found) for name, found in self._by_name.items()}
        parts = []
        for name in names:
            if left.get(name, 0):
                left[name] -= 1
                parts.append(canonical.field_in(form, self._by_name[name][left[name]]))
        return b"".join(parts)


def read(message: Message, author_domain: str | None) -> tuple[Signature, ...]:
    """The DKIM signatures of a mail, at most five: those that could speak for its author first."""
    fields = message.named(b"dkim-signature")
    if len(fields) > MOST_JUDGED and author_domain:
        near = [_is_near(field, author_domain) for field in fields]
        fields = [f for f, is_near in zip(fields, near, strict=True) if is_near] + [
            f for f, is_near in zip(fields, near, strict=True) if not is_near
        ]
    return tuple(one(message, field) for field in fields[:MOST_JUDGED])


def one(message: Message, field: bytes) -> Signature:
    """One DKIM signature."""
    said = tags(_text(field)) or {}
    try:
        if said.get("v") != "1":
            raise Fault("its tags cannot be read")
        names = names_of(said)
        if b"from" not in names:
            raise Fault("it does not sign From")
        return over(message, field, said, names, default=SIMPLE)
    except Fault as fault:
        return Signature(said.get("d", "").lower()[:255], said.get("s", "")[:255], fault=fault.why)


def over(message: Message, field: bytes, said: dict[str, str], names: Sequence[bytes], *, default: str) -> Signature:
    """A signature over fields and a body, by DKIM or by ARC; raises Fault where it cannot hold."""
    head, tail = _forms(said.get("c", default))
    length = _number(said, "l")
    stamp = stamped(said)
    hash_name = stamp.algorithm.rpartition("-")[2]
    covered = message.body_digest(tail, hash_name, length)
    signed = message.signed_fields(names, head) + canonical.field_in(head, canonical.without_signature(field))
    return Signature(
        stamp.domain,
        stamp.selector,
        stamp.algorithm,
        _identity(said, stamp.domain),
        stamp.value,
        hashlib.new(hash_name, signed.removesuffix(b"\r\n"), usedforsecurity=False).digest(),
        stamp.signed_at,
        stamp.expires_at,
        _objection(message, length, names),
        is_broken=octets(said, "bh") != covered,
    )


def stamped(said: dict[str, str]) -> Signature:
    """What every kind of signature says: who, with which key, when; raises Fault."""
    algorithm, domain, selector = (said.get(tag, "").lower() for tag in ("a", "d", "s"))
    if algorithm not in _ALGORITHMS:
        raise Fault("its algorithm is not known")
    if algorithm == "rsa-sha1":
        raise Fault("SHA-1 proves nothing any more")  # RFC 8301 section 3.1
    if len(domain) > 253 or not _DOMAIN.fullmatch(domain) or len(selector) > 253 or not _SELECTOR.fullmatch(selector):
        raise Fault("it names no key")
    signed_at, expires_at = _number(said, "t"), _number(said, "x")
    if signed_at is not None and expires_at is not None and expires_at < signed_at:
        raise Fault("it ends before it begins")
    return Signature(domain, selector, algorithm, value=octets(said, "b"), signed_at=signed_at, expires_at=expires_at)


def names_of(said: dict[str, str]) -> tuple[bytes, ...]:
    """The fields of `h=`; raises Fault where it names none, or too many."""
    if "h" not in said:
        raise Fault("it does not say which fields it signs")
    names = tuple(name.strip().lower().encode("ascii") for name in said["h"].split(":") if name.strip())
    if len(names) > MOST_NAMES:
        raise Fault("it names too many fields")
    return names


def octets(said: dict[str, str], tag: str) -> bytes:
    """A value in base64; raises Fault."""
    try:
        found = base64.b64decode(packed(said.get(tag, "")), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not found:
        raise Fault(f"its {tag}= cannot be read")
    return found


def _text(field: bytes) -> str:
    return field.partition(b":")[2].decode("latin-1")


def _ended(raw: bytes) -> bytes:
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


def _forms(said: str) -> tuple[str, str]:
    head, _, tail = said.lower().partition("/")
    tail = tail or SIMPLE
    if head not in _FORMS or tail not in _FORMS:
        raise Fault("its canonical form is not known")
    return head, tail


def _number(said: dict[str, str], tag: str) -> int | None:
    if tag not in said:
        return None
    if not _NUMBER.fullmatch(said[tag]):
        raise Fault(f"its {tag}= is no number")
    return int(said[tag])


def _identity(said: dict[str, str], domain: str) -> str:
    """The domain of i=, which must be the signer's or below it."""
    identity = said.get("i", domain).rpartition("@")[2].lower()
    if identity != domain and not identity.endswith(f".{domain}"):
        raise Fault("its i= is of another domain")
    return identity


def _objection(message: Message, length: int | None, names: Sequence[bytes]) -> Objection | None:
    if length is not None:
        return Objection.PARTIAL_BODY
    if message.repeats:
        return Objection.REPEATED_FIELD
    return Objection.UNSIGNED_SUBJECT if message.named(b"subject") and b"subject" not in names else None


def _is_near(field: bytes, author_domain: str) -> bool:
    """Whether this signer's domain is the author's, or above or below it."""
    signer = (tags(_text(field)) or {}).get("d", "").lower()
    return signer != "" and (f".{author_domain}".endswith(f".{signer}") or f".{signer}".endswith(f".{author_domain}"))
