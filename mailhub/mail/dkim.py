"""DKIM (RFC 6376): signing our copies at the speed of the key, and asking dkimpy whether a signature holds.

The only module that imports dkimpy. Its own signer costs ten times the bare signature, so ours hashes what
`mail/frame` has already made canonical.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import dkim as dkimpy
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mailhub.errors import BadInput, MailhubError
from mailhub.mail.relaxed import relaxed_field

KEY_BITS = 2048
VALID_FOR = timedelta(days=14)
_TXT_STRING = 255  # RFC 1035 section 3.3.14: one string of a TXT record
_WIDTH = 72
_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()
_HASHED = Prehashed(_HASH)
_TRUSTED_BITS = range(1024, 8193)  # RFC 8301 section 3.2; longer ones only cost

# Named once more than they occur, also when they do not: a second one put in on the way breaks the signature.
SEALED = (
    b"from",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"reply-to",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
SIGNED = frozenset(SEALED) | {
    b"sender",
    b"list-id",
    b"list-help",
    b"list-post",
    b"list-owner",
    b"list-archive",
    b"list-subscribe",
    b"archived-at",
    b"auto-submitted",
    b"precedence",
    b"feedback-id",
    b"content-language",
    b"author",
    b"x-mailhub-delivery",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Which fields of a message are signed: their positions in hashing order, and the text of `h=`."""

    order: tuple[int, ...]
    names: bytes


def plan(names: Sequence[bytes]) -> Plan:
    """Choose what to sign among these fields, given in message order with lower-case names."""
    order: list[int] = []
    listed: list[bytes] = []
    for name in dict.fromkeys(names):
        if name not in SIGNED:
            continue
        places = [place for place, other in enumerate(names) if other == name]
        order += reversed(places)  # section 5.4.2: several of one name are counted from the bottom
        listed += [name] * len(places)
    listed += SEALED
    return Plan(tuple(order), _fold_names(listed))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What a signature needs to be made elsewhere, such as in a helper process."""

    domain: str
    selector: str
    pem: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.selector}._domainkey.{self.domain})"


class Signer:
    """Signs rsa-sha256, relaxed/relaxed, with one key read once."""

    def __init__(self, key: SigningKey) -> None:
        loaded = _load(key.pem)
        self._sign = loaded.sign
        self._who = f"d={key.domain};\r\n\ts={key.selector}; ".encode("ascii")

    def field(self, names: bytes, signed: bytes, body_hash: bytes, now: datetime) -> bytes:
        """The DKIM-Signature field, CRLF included, over canonical fields and the sha256 of the canonical body."""
        start = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; "
        return self._over(start, signed, now, names, body_hash, VALID_FOR)

    def message(self, start: bytes, names: bytes, signed: bytes, body_hash: bytes, now: datetime) -> bytes:
        """The same, of a field that begins with `start` and holds for ever."""
        return self._over(start, signed, now, names, body_hash)

    def seal(self, start: bytes, signed: bytes, now: datetime) -> bytes:
        """A field that is over canonical fields it does not name, and over no body."""
        return self._over(start, signed, now)

    def _over(
        self,
        start: bytes,
        signed: bytes,
        now: datetime,
        names: bytes | None = None,
        body_hash: bytes = b"",
        valid_for: timedelta | None = None,
    ) -> bytes:
        second = int(now.timestamp())
        expires = b" x=%d;" % (second + int(valid_for.total_seconds())) if valid_for else b""
        what = b"" if names is None else b"\r\n\th=%s;\r\n\tbh=%s;" % (names, _base64(body_hash))
        unsigned = b"%s%st=%d;%s%s\r\n\tb=" % (start, self._who, second, expires, what)
        # Section 3.7: our own field comes last, without its value and without its CRLF.
        signature = self._sign(signed + relaxed_field(unsigned)[:-2], _PADDING, _HASH)
        return unsigned + _lines(_base64(signature)) + b"\r\n"


@lru_cache(maxsize=16)
def signer_for(key: SigningKey) -> Signer:
    """The signer of a key, read once in this process."""
    return Signer(key)


def generate_key() -> bytes:
    """A new private key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def record(pem: bytes) -> tuple[str, ...]:
    """The strings of the TXT record to publish at `<selector>._domainkey.<domain>`."""
    public = _load(pem).public_key()
    spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(spki).decode('ascii')}"
    return tuple(text[start : start + _TXT_STRING] for start in range(0, len(text), _TXT_STRING))


def verify(raw: bytes, find_txt: Callable[..., bytes | None], index: int = 0) -> bool:
    """Whether the signature at `index`, counted from the top, holds; `find_txt(name, timeout=…)` asks the DNS."""
    try:
        return bool(dkimpy.DKIM(raw).verify(idx=index, dnsfunc=find_txt))
    except Exception:  # dkimpy raises far more than its own DKIMException on hostile fields; none of them is a yes
        return False


def is_sealed(raw: bytes, find_txt: Callable[..., bytes | None]) -> bool:
    """Whether the chain of seals (ARC) on a mail holds, as `verify` asks."""
    try:
        return bool(dkimpy.arc_verify(raw, dnsfunc=find_txt)[0] == dkimpy.CV_Pass)
    except Exception:  # as there
        return False


class UnusableKey(MailhubError):
    """A published key proves nothing, whatever it signed."""


def holds(algorithm: str, key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether a published key made this signature of this SHA-256 digest; raises UnusableKey."""
    public = _public(algorithm.partition("-")[0], key)
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, _PADDING, _HASHED)
        else:
            public.verify(signature, digest)  # RFC 8463 section 3: over the digest
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=1024)
def _public(kind: str, key: bytes) -> rsa.RSAPublicKey | ed25519.Ed25519PublicKey:
    try:
        if kind == "ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(key)
        loaded = serialization.load_der_public_key(key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKey("the key cannot be read") from error
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise UnusableKey("the key is of another kind")
    if loaded.key_size not in _TRUSTED_BITS:
        raise UnusableKey("the key is too short" if loaded.key_size < _TRUSTED_BITS.start else "the key is too long")
    return loaded


@lru_cache(maxsize=8)
def _load(pem: bytes) -> rsa.RSAPrivateKey:
    """Loaded once; to check a key takes as long as sixty signatures."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise BadInput("the DKIM key is unreadable: give an RSA private key in PEM, without a password") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < KEY_BITS:
        raise BadInput(f"the DKIM key must be RSA of at least {KEY_BITS} bits")
    return key


def _base64(octets: bytes) -> bytes:
    return base64.b64encode(octets)


def _lines(text: bytes) -> bytes:
    return b"\r\n\t".join(text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH))


def _fold_names(names: Sequence[bytes]) -> bytes:
    lines = [b""]
    for name in names:
        if len(lines[-1]) + len(name) > _WIDTH:
            lines.append(b"")
        lines[-1] += name + b":"
    return b"\r\n\t".join(lines)[:-1]
