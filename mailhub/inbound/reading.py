"""Reads a mail whole, apart from any row: the part of the work that hostile bytes can make slow.

A running site has it done in a process that can be killed; a mail that kills it is kept and listed.
"""

from dataclasses import dataclass

from mailhub.mail import automatic, message, quoting
from mailhub.mail.automatic import Nature
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded


@dataclass(frozen=True, slots=True)
class Read:
    """What a mail says."""

    mail: Mail
    folded: Folded
    nature: Nature
    kind: str


def read(raw: bytes, envelope_from: str | None) -> Read:
    """Raises mail.wire.Unreadable when a limit is passed, and nothing else."""
    mail = message.parse(raw)
    return Read(
        mail, quoting.fold(mail.text), automatic.nature(mail, envelope_from), automatic.kind(mail, envelope_from)
    )
