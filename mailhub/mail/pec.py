"""Italian certified mail (PEC): which mail is an envelope or a receipt of it, and what an envelope holds.

A provider wraps what its customer wrote: a signed mail of its own whose part `postacert.eml` is the mail, beside
`daticert.xml`, which says when and for whom. Receipts and anomalies come in the same dress and are the provider's own
words. The technical rules are those of the decree of 2 November 2005.
"""

import re

from mailhub.mail import transfer
from mailhub.mail.tree import Node
from mailhub.mail.tree import read as read_tree
from mailhub.mail.wire import LIMITS, Field, Unreadable

_ENVELOPE = re.compile(rb"^X-Trasporto[ \t]*:[ \t]*posta-certificata[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_ANOMALY = b"errore"
_MAIL, _RECORD = "postacert.eml", "daticert.xml"


def unwrapped(raw: bytes) -> bytes:
    """The mail in a certified envelope; any other mail as it is."""
    end = _END_OF_HEADER.search(raw, 0, LIMITS.header_bytes)
    if _ENVELOPE.search(raw, 0, end.start() + 1 if end else LIMITS.header_bytes) is None:
        return raw
    try:
        root = read_tree(raw, set())
    except Unreadable:
        return raw  # whoever reads it next says why
    held = _held(root)
    return transfer.decode(raw[held.body : held.end], held.encoding, set()) if held else raw


def is_report(fields: tuple[Field, ...]) -> bool:
    """Whether the provider speaks itself: a receipt of any kind, or an anomaly round mail that was not certified."""
    return any(
        field.name.lower() == "x-ricevuta" or (field.name.lower() == "x-trasporto" and field.value.lower() == _ANOMALY)
        for field in fields
    )


def _held(root: Node) -> Node | None:
    """The part that is the mail; none where the record is missing or there is a choice."""
    if is_report(root.fields):
        return None
    leaves = list(root.leaves())
    mails = [leaf for leaf in leaves if (leaf.name or "").lower() == _MAIL]
    has_record = any((leaf.name or "").lower() == _RECORD for leaf in leaves)
    return mails[0] if has_record and len(mails) == 1 and mails[0].end > mails[0].body else None
