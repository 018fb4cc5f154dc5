"""Mail addresses: who a header names, for certain or for display; what counts as one; when two are the same."""

import re
import unicodedata
from enum import StrEnum

import idna

from mailhub.errors import BadInput
from mailhub.mail.recipients import Mailbox, decoded_name, mailboxes

__all__ = [
    "AddressFault",
    "BadAddress",
    "Mailbox",
    "canonical",
    "is_header_safe",
    "mailboxes",
    "shown_name",
    "sole_mailbox",
    "valid",
]

_LONGEST_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1
_LONGEST_DOMAIN = 255
_LONGEST_NAME = 64
_ATS = "@\uff20\ufe6b"
_NO_ATS = str.maketrans("", "", _ATS)
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_SEPARATOR = re.compile(r"[\s,;]")


class AddressFault(StrEnum):
    """Why a text is no address we can write to."""

    EMPTY = "empty"
    NO_AT = "no-at"
    SEVERAL = "several"
    LOCAL_PART = "local-part"
    DOMAIN = "domain"
    TOO_LONG = "too-long"


class BadAddress(BadInput):
    """What was given is not one address; `reason` says why."""

    def __init__(self, reason: AddressFault) -> None:
        super().__init__(reason)
        self.reason = reason


def canonical(email: str) -> str:
    """The key under which one address is known, however it is written: local part in lower case, domain as A-label."""
    local, _, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    return f"{local.lower()}@{_a_label(domain)}" if local else domain.lower()


def _a_label(domain: str) -> str:
    domain = domain.lower().rstrip(".")
    if domain.isascii() or len(domain) > _LONGEST_DOMAIN:
        return domain
    try:
        # Without the mappings of UTS 46, which make `ｅxample.org` the same as `example.org`.
        return idna.encode(domain).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain


def valid(text: str) -> Mailbox:
    """Accept one address that somebody typed, with or without a name; raises BadAddress otherwise.

    Nothing is looked up; the domain of the result is an A-label."""
    text = text.strip()
    if not text:
        raise BadAddress(AddressFault.EMPTY)
    if "@" not in text:
        raise BadAddress(AddressFault.NO_AT)
    if not is_header_safe(text):
        raise BadAddress(AddressFault.LOCAL_PART)
    if not text.endswith(">"):
        return Mailbox("", _checked(text))
    found = sole_mailbox(text)
    if found is None:
        raise BadAddress(AddressFault.SEVERAL)
    return Mailbox(found.name, _checked(found.email))


def _checked(email: str) -> str:
    # Heavy to import, and only people who type addresses need it.
    from email_validator import EmailNotValidError, validate_email

    local, _, domain = email.rpartition("@")
    if len(local.encode("utf-8", "replace")) > _LONGEST_LOCAL or len(domain) > _LONGEST_DOMAIN:
        raise BadAddress(AddressFault.TOO_LONG)
    if _SEPARATOR.search(email):
        raise BadAddress(AddressFault.SEVERAL if email.count("@") > 1 else AddressFault.LOCAL_PART)
    fault = AddressFault.LOCAL_PART
    try:
        # `test_environment` because invented towns live under .test; it changes nothing else.
        validate_email(f"{local}@example.org", check_deliverability=False)
        fault = AddressFault.DOMAIN
        checked = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise BadAddress(fault) from None
    return f"{checked.local_part}@{checked.ascii_domain}"


def is_header_safe(text: str) -> bool:
    """Whether text may stand in a header or an SMTP command: nothing that anybody could take for the end of a line."""
    return _UNSAFE.search(text) is None


def shown_name(text: str) -> str:
    """A name from outside as we may show it: nothing invisible, nothing that turns text round, no "@"."""
    if not text.isprintable():
        text = "".join(" " if char.isspace() else char for char in text if not _is_hidden(char))
    return " ".join(text.translate(_NO_ATS).split())[:_LONGEST_NAME].strip()


def _is_hidden(char: str) -> bool:
    # Cf holds the bidirectional overrides, the zero-width characters and the invisible tags.
    return (
        not char.isprintable() and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") and not char.isspace()
    )


# One mailbox and nothing that two readers could read in two ways. A quoted name may hold anything; an unquoted one,
# and a comment, nothing of the grammar of addresses.
_ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\xff-]++"
_LABEL = rb"[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff-]{1,200}+(?<!-))?"  # not empty: it would be tried in 2^n ways
_ADDRESS = rb"((?:" + _ATOM + rb"\.)*" + _ATOM + rb")@((?:" + _LABEL + rb"\.)+" + _LABEL + rb")"
_SAFE_COMMENT = rb"\([^()<>@\\\x00-\x1f\x7f,;:\"]*+\)"
_NAME = rb"(?:[^()<>@\\\x00-\x08\x0a-\x1f\x7f,;:\"]|\"(?:[^\"\\\x00-\x1f\x7f]|\\[ -~])*\"|" + _SAFE_COMMENT + rb")*"
_BARE = re.compile(_ADDRESS + rb"[ \t]*+(?:" + _SAFE_COMMENT + rb")?")
_NAMED = re.compile(rb"(" + _NAME + rb")<[ \t]*+" + _ADDRESS + rb"[ \t]*+>[ \t]*+(?:" + _SAFE_COMMENT + rb")?")
_REPEATED = re.compile(rb"(" + _ADDRESS + rb")[ \t]*+<\1>", re.IGNORECASE)
_LONGEST_STRICT = 2_000


def sole_mailbox(value: bytes | str) -> Mailbox | None:
    """The one mailbox a From field names, or None where it names none, several, or leaves any room for doubt."""
    value = (value if isinstance(value, bytes) else value.encode("utf-8", "replace")).strip()
    if len(value) > _LONGEST_STRICT:
        return None
    match = _NAMED.fullmatch(value)
    if match:
        name, local, domain = match[1], match[2], match[3]
    elif match := _REPEATED.fullmatch(value):  # some clients name people by their address
        name, local, domain = b"", match[2], match[3]
    elif match := _BARE.fullmatch(value):
        name, local, domain = value[match.end(2) :].strip(b" \t()"), match[1], match[2]
    else:
        return None
    email = _certain(local, domain)
    return Mailbox(decoded_name(name), email) if email else None


def _certain(local: bytes, domain: bytes) -> str | None:
    if b"=?" in local or len(local) > _LONGEST_LOCAL or len(domain) > _LONGEST_DOMAIN:
        return None
    try:
        email = f"{local.decode('utf-8')}@{domain.decode('utf-8')}"
    except UnicodeDecodeError:
        return None
    key = canonical(email)
    key_local, _, key_domain = key.rpartition("@")
    # A local part that only becomes ASCII by folding its letters is somebody else's (U+212A would be a "k").
    is_clear = key_domain.isascii() and (local.isascii() or not key_local.isascii())
    return email if is_clear else None
