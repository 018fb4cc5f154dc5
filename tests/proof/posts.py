"""Real posts made fit to be written again by a member: another's traces off, the member's own address in From."""

import re
from pathlib import Path

from mailhub.archive import mbox
from mailhub.mail import wire
from mailhub.mail.address import sole_mailbox

# What the list they came from, and the servers between, put on.
TRACES = re.compile(
    r"list-|x-|received|precedence|return-path|delivered-to|envelope-to|errors-to|sender|dkim-|arc-|authentication-|"
    r"reply-to|to$|cc$|from$|mime-version-stray",
    re.IGNORECASE,
)


def posts(archive: Path, count: int, author: str, to: str) -> list[bytes]:
    """The first mails of a real archive that have one author, as `author` would write them to `to`."""
    found: list[bytes] = []
    with archive.open("rb") as file:
        for one in mbox.read(mbox.opened(file)):
            raw = fit(one.raw, author, to) if one.raw else None
            if raw is not None:
                found.append(raw)
            if len(found) == count:
                break
    return found


def fit(original: bytes, author: str, to: str) -> bytes | None:
    """One mail; None for one without a Message-ID or a date, which no mail program sends."""
    fields, body = wire.split(wire.crlf(original))
    kept = [field for field in fields if field.name and not TRACES.match(field.name)]
    names = {field.name.lower() for field in kept}
    sender = next((sole_mailbox(field.value) for field in fields if field.name.lower() == "from"), None)
    if not {"message-id", "date"} <= names or sender is None or not _plain_lines(body):
        return None
    own = f'From: "{_ascii(sender.name)}" <{author}>\r\nTo: {to}\r\n'.encode()
    return own + b"".join(field.raw for field in kept) + b"\r\n" + body


def _plain_lines(body: bytes) -> bool:
    """Whether the door takes it: no line over 998 octets (RFC 5321 section 4.5.3.1.6)."""
    return all(len(line) <= 998 for line in body.split(b"\r\n"))


def _ascii(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9 .-]", "", name) or "A Member"
