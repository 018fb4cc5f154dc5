"""Addresses as they stand in the words of servers: in brackets, in quotes, with a full stop after them."""

import re

# Bounded and possessive on the left, so that no text makes it step back far.
_ADDRESS = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~@-])"
    r"((?:\"[^\"\n]{1,64}+\"|[\w.!#$%&'*+/=?^`{|}~-]{1,256}+)@(?:[\w-]{1,63}+\.?){1,12}|"
    r"[\w.!#$%&'*+/=?^`{|}~-]{1,256}+@\[[0-9A-Fa-f.:]{3,45}\])"
)
_STRIPPED = "<>\"'`()[]{},;:. \t"
_BY_ROUTE = re.compile(r"@[\w.-]{1,200}+(?:,@[\w.-]{1,200}+){0,5}:(?=[^@\s]{1,64}@)")
_URI = re.compile(r"mailto:[^\s>\"']{1,300}", re.IGNORECASE)


def addresses_in(text: str) -> list[str]:
    """Every address in one line, in order, each once."""
    if "@" not in text:
        return []
    text = _BY_ROUTE.sub("", _URI.sub(" ", text))
    found = [clean(match[1]) for match in _ADDRESS.finditer(text)]
    return list(dict.fromkeys(one for one in found if _is_address(one)))


def clean(text: str) -> str:
    """Without what stands round an address in a sentence."""
    text = text.strip(_STRIPPED) if not text.startswith('"') else text.strip("<>,;:. \t")
    for prefix in ("SMTP:", "smtp:", "rfc822:", "RFC822:", "IMCEAEX-"):
        text = text.removeprefix(prefix)
    return text


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return bool(local) and len(domain) > 1 and ("." in domain or domain.isalnum() or domain.startswith("["))
