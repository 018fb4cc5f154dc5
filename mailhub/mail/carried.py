"""Fields of an author's header on their way into our copies: as they came, or not at all; and whose signatures hold."""

import binascii
import re
from collections.abc import Mapping, Sequence

from mailhub.mail.frame import Heading
from mailhub.mail.heading import HARD, fold
from mailhub.mail.shown import Shown
from mailhub.mail.transfer import base64
from mailhub.mail.wire import Field
from mailhub.mail.words import header_text

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ENCODED_WORD = re.compile(rb"=\?[^?\s]{1,60}\?([qQbB])\?([^?\s]*)\?=")
_IDS = re.compile(rb"<[!-;=?-~]{1,300}>")


def signed_names(fields: Sequence[Field]) -> frozenset[str]:
    """The names of all fields that a DKIM signature in this header covers, in lower case."""
    names: set[str] = set()
    for one in fields:
        if one.name.lower() == "dkim-signature":
            names |= {"dkim-signature", *_signed_by(one)}
    return frozenset(names)


def _signed_by(signature: Field) -> list[str]:
    tags = re.sub(rb"\s", b"", signature.value).split(b";")
    listed = next((tag[2:] for tag in tags if tag.startswith(b"h=")), b"")
    return listed.decode("latin-1").lower().split(":")


def carry(field: Field | None) -> Heading | None:
    """The field as it came; None where it may not leave like that."""
    if field is None or not field.raw.isascii() or _hides_control(field.value):
        return None
    if field.raw[len(field.name) : len(field.name) + 1] != b":":  # RFC 5322 section 4.5: of old a space could follow
        return None
    whole = whole_field(field)
    lines = whole.split(b"\r\n")[:-1]
    is_well_folded = all(line.strip() and len(line) <= HARD for line in lines)
    return Heading(field.name, (whole,), came=True) if is_well_folded else None


def answered(field: Field | None, renamed: Mapping[str, str]) -> Heading | None:
    """The ids that a mail answers: as they came, or where some of them are ours under other names, by ours."""
    if field is None or not renamed:
        return carry(field) or only_ids(field)
    ids = [found.decode() for found in _IDS.findall(header_text(field.value, set()).encode())]
    if not any(one.strip("<>") in renamed for one in ids):
        return carry(field) or only_ids(field)
    named = dict.fromkeys(f"<{renamed.get(one.strip('<>'), one.strip('<>'))}>" for one in ids)
    return Heading(field.name, (fold(" ".join(named).encode(), len(field.name) + 2),))


def only_ids(field: Field | None) -> Heading | None:
    """The ids of a field that may not leave as it came."""
    ids = _IDS.findall(field.value) if field is not None else []
    return Heading(field.name, (fold(b" ".join(ids), len(field.name) + 2),)) if field is not None and ids else None


def _hides_control(value: bytes) -> bool:
    """Whether it holds a control character, or an encoded word that would become one."""
    if _CONTROL.search(value):
        return True
    for form, payload in _ENCODED_WORD.findall(value):
        decoded = binascii.a2b_qp(payload, header=True) if form in b"qQ" else base64(payload)
        if _CONTROL.search(decoded.replace(b"\x1b", b"")):  # ISO-2022-JP is made of escapes
            return True
    return False


def whole_field(field: Field) -> bytes:
    return field.raw.rstrip(b"\r\n") + b"\r\n"


def signatures(fields: Sequence[Field], ours: Sequence[Heading], shown: Shown, is_changed: bool) -> list[Heading]:
    """The author's signatures; those that cannot hold any more lose the name that says they do."""
    if shown.by_relay and not shown.names_author:
        return []  # they name the author's domain, and often the address
    headings = []
    for one in fields:
        copied = carry(one) if one.name.lower() == "dkim-signature" else None
        if copied is not None and not is_changed and _still_holds(one, fields, ours):
            headings.append(copied)
        elif copied is not None:
            headings.append(
                Heading("X-Original-DKIM-Signature", (fold(one.value, len("X-Original-DKIM-Signature: ")),))
            )
    return headings


def _still_holds(signature: Field, fields: Sequence[Field], ours: Sequence[Heading]) -> bool:
    """Whether every field it covers is there as often and just as it came."""
    for name in set(_signed_by(signature)):
        theirs = [whole_field(one) for one in fields if one.name.lower() == name]
        kept = [heading.pieces[0] if heading.came else b"" for heading in ours if heading.name.lower() == name]
        if theirs != kept:
            return False
    return True
