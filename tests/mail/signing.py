"""Signs mails for tests as a stranger's server would, with every tag one may want to get wrong."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from mailhub.mail.relaxed import relaxed_field
from mailhub.mail.wire import split
from tests.mail.keys import canonical
from tests.mail.zones import Zone

NAMES = ("from", "to", "subject", "date", "message-id")
FOLD = "\r\n\t"
RSA, ED25519 = "rsa", "ed25519"


@cache
def key(kind: str = RSA) -> rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    if kind == ED25519:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def record(kind: str = RSA, **tags: str) -> str:
    """The record of the public key."""
    public = key(kind).public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        octets = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    else:
        octets = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    said = {"v": "DKIM1", "k": "ed25519" if kind == ED25519 else "rsa", "p": base64.b64encode(octets).decode()} | tags
    return "; ".join(f"{tag}={value}" for tag, value in said.items())


def short_record() -> str:
    """The record of a key of 768 bits, such as nobody can make here any more."""
    public = rsa.RSAPublicNumbers(65537, (1 << 767) + 1).public_key()
    octets = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; p={base64.b64encode(octets).decode()}"


def published(*domains: str, kind: str = RSA, selector: str = "s1", **tags: str) -> Zone:
    """A DNS in which these domains sign with the key."""
    return Zone.of_texts({f"{selector}._domainkey.{domain}": record(kind, **tags) for domain in domains})


def signed(
    raw: bytes,
    domain: str = "example.org",
    *,
    kind: str = RSA,
    selector: str = "s1",
    names: Sequence[str] = NAMES,
    at: datetime | None = None,
    length: int | None = None,
    **tags: str,
) -> bytes:
    """The mail with a signature on top; its lines end in CRLF."""
    fields, body = split(raw)
    form = canonical(body)[:length]
    said = {
        "v": "1",
        "a": "ed25519-sha256" if kind == ED25519 else "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": domain,
        "s": selector,
        **({"t": str(int(at.timestamp()))} if at else {}),
        **({"l": str(length)} if length is not None else {}),
        **tags,
        "h": ":".join(names),
        "bh": base64.b64encode(hashlib.sha256(form).digest()).decode(),
    }
    unsigned = f"DKIM-Signature: {f';{FOLD}'.join(f'{tag}={value}' for tag, value in said.items())};{FOLD}b=".encode()
    left = {one.lower(): [f.raw for f in fields if f.name.lower() == one.lower()] for one in names}
    chosen = [left[one.lower()].pop() for one in names if left[one.lower()]]
    over = b"".join(map(relaxed_field, chosen)) + relaxed_field(unsigned).removesuffix(b"\r\n")
    value = base64.b64encode(_sign(kind, over)).decode()
    lines = FOLD.join(value[start : start + 70] for start in range(0, len(value), 70))
    return unsigned + lines.encode() + b"\r\n" + raw


def _sign(kind: str, over: bytes) -> bytes:
    private = key(kind)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(hashlib.sha256(over).digest())
    return private.sign(over, padding.PKCS1v15(), hashes.SHA256())
