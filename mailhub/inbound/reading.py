"""Reads a mail whole, apart from any row: the part of the work that hostile bytes can make slow.

A running site has it done in a process that can be killed; a mail that kills it is kept and listed.
"""

import hashlib
from dataclasses import dataclass

from mailhub.language import guess_language
from mailhub.mail import automatic, message, pec, structure
from mailhub.mail.authenticity import marks
from mailhub.mail.authenticity.marks import Marks
from mailhub.mail.automatic import Nature
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded
from mailhub.mail.reports import complaint
from mailhub.mail.reports import reading as reports
from mailhub.mail.reports.complaint import Complaint
from mailhub.mail.reports.reading import Report


@dataclass(frozen=True, slots=True)
class Read:
    """What a mail says."""

    mail: Mail
    folded: Folded
    nature: Nature
    kind: str
    language: str | None  # what most of its small words are in
    marks: Marks  # who signed it
    body_sha256: str  # a mail with these words and this id has been here before, or has not
    bounce: Report | None = None  # where its kind is bounce
    complaint: Complaint | None = None  # where its kind is feedback-report
    is_enveloped: bool = False  # it came in a certified envelope (PEC): by itself it proves nothing


def read(raw: bytes, envelope_from: str | None) -> Read:
    """Raises mail.wire.Unreadable when a limit is passed, and nothing else. Of a certified envelope: the mail in it."""
    inner = pec.unwrapped(raw)
    is_enveloped = inner is not raw
    mail = message.parse(inner)
    folded = structure.fold_mail(mail)
    nature, kind = automatic.nature(mail, envelope_from), automatic.kind(mail, envelope_from)
    return Read(
        mail,
        folded,
        nature,
        kind,
        guess_language(folded.new),
        marks=marks.read(raw, mail, is_enveloped=is_enveloped),
        body_sha256=hashlib.sha256(inner[mail.root.body :]).hexdigest(),
        bounce=reports.read(inner) if kind == "bounce" else None,
        complaint=complaint.read(inner) if kind == "feedback-report" else None,
        is_enveloped=is_enveloped,
    )
