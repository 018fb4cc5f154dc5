"""Takes our own personal addresses and links out of what members write: quoted, they would speak for somebody (S-08).

Pure. A member's lasting address in a group (`p.…`) and links to files stay: they are for everybody there.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from mailhub.site import Site

INSTEAD = "[…]"

_TOKEN = r"[a-z2-7]{30,50}"  # noqa: S105 - the shape of one


def redactor(site: Site) -> Callable[[str], str]:
    """A function that takes them out of a text or of HTML."""
    shape = _shape(site.domain, site.base_url)
    return lambda text: shape.sub(INSTEAD, text) if "." in text else text


def holds_token(site: Site, text: str) -> bool:
    """Whether one of them stands in this text."""
    return _shape(site.domain, site.base_url).search(text) is not None


@lru_cache(maxsize=8)
def _shape(domain: str, base_url: str | None) -> re.Pattern[str]:
    addresses = rf"(?:hub{_quotable('+')})?[rub]\.{_TOKEN}{_quotable('@')}{re.escape(domain)}"
    links = rf"|{_quotable(base_url)}{_quotable('/')}(?:u|a|me){_quotable('/')}{_TOKEN}" if base_url else ""
    return re.compile(rf"(?:mailto:)?{addresses}{links}", re.IGNORECASE)


def _quotable(text: str) -> str:
    """As it stands, or as a service that counts clicks carries it within a link of its own."""
    return "".join(one if one.isalnum() else rf"(?:{re.escape(one)}|%(?:25)*{ord(one):02x})" for one in text)
