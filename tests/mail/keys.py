"""One DKIM key for all tests, and the DNS that knows it."""

from functools import cache

from dkim.canonicalization import Relaxed

from mailhub.mail.dkim import SigningKey, generate_key, record

DOMAIN = "lists.example.org"


@cache
def signing_key() -> SigningKey:
    return SigningKey(DOMAIN, "s1", generate_key())


def find_txt(name: bytes | str, timeout: float = 5) -> bytes | None:
    asked = name.decode() if isinstance(name, bytes) else name
    if asked.rstrip(".") != f"s1._domainkey.{DOMAIN}":
        return None
    return "".join(record(signing_key().pem)).encode()


def canonical(body: bytes) -> bytes:
    """The relaxed form of a body as dkimpy sees it."""
    return bytes(Relaxed.canonicalize_body(body))
