"""What a complaint says: feedback reports (RFC 5965, RFC 6591), and the older ones that providers had before.

Providers black out the recipient, so the address is a courtesy: which copy it was is told by what we signed in it.
"""

import re
from dataclasses import dataclass

from mailhub.mail.reports import notice, parts
from mailhub.mail.reports.address import addresses_in

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}+)[ \t]*+:[ \t]*+(.*)")
_TO = ("original-rcpt-to", "original-recipient", "removal-recipient", "redacted-address")
_RETURNED_TO = (
    "x-hmxmroriginalrecipient",
    "x-original-to",
    "x-apparently-to",
    "x-rcpt-to",
    "delivered-to",
    "to",
    "x-envelope-to",
)
_UNSAID = "abuse"  # what somebody means who presses the button, where the report does not say


@dataclass(frozen=True, slots=True)
class Complaint:
    """A feedback report, read. `fields` are its own, by lower-case name, the first of each."""

    type: str  # abuse, fraud, virus, not-spam, auth-failure, opt-out, other
    recipients: tuple[str, ...]
    returned_message_id: str | None
    mark: str | None  # our X-Mailhub-Delivery in the returned part, unverified
    fields: tuple[tuple[str, str], ...]

    @property
    def is_of_person(self) -> bool:
        """Whether a person wants no more of this; the others are reports of machines, or take it back."""
        return self.type in ("abuse", "fraud", "virus", "opt-out", "opt-out-list", "other", "unsubscribe")


def read(raw: bytes) -> Complaint:
    """Read a complaint from its bytes; raises mail.wire.Unreadable when a limit is passed, and nothing else."""
    material = parts.take_apart(raw)
    fields = _fields(f"{material.status}\n{material.feedback}")
    returned = _fields(parts.head(material.returned))
    told = [one.address for one in notice.find(material.notice)]
    recipients = _recipients(fields, _TO) or told or _recipients(returned, _RETURNED_TO)
    first: dict[str, str] = {}
    for name, value in fields:
        first.setdefault(name, value)
    return Complaint(
        type=(first.get("feedback-type", "").split() or [_UNSAID])[0].lower(),
        recipients=tuple(dict.fromkeys(recipients)),
        returned_message_id=parts.returned_id(material),
        mark=parts.mark(material),
        fields=tuple(first.items()),
    )


def _fields(text: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for line in text.split("\n")[:400]:
        match = _FIELD.match(line)
        if match:
            fields.append((match[1].lower(), match[2].strip()[:500]))
        elif line[:1] in (" ", "\t") and fields and line.strip():
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}"[:1_000])
    return fields


def _recipients(fields: list[tuple[str, str]], names: tuple[str, ...]) -> list[str]:
    """By the first name that gives any: providers disagree where it stands."""
    for name in names:
        found = [address for known, value in fields if known == name for address in addresses_in(value)]
        if found:
            return found
    return []
