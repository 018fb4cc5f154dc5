"""Seals the copies of a post (RFC 8617): what we found when it came is vouched for, whatever a copy changes.

A frame to be sealed holds the chain that came, the results and a seal that is begun: `i=2; cv=pass`. It is finished
over the bytes of each copy, by two more signatures with the key of DKIM.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailhub.mail.authenticity import arc
from mailhub.mail.authenticity.signed import Fault, Message
from mailhub.mail.authenticity.verdicts import Checked, Verdict
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.mail.dkim import Signer
from mailhub.mail.frame import Heading
from mailhub.mail.heading import fold, token
from mailhub.mail.relaxed import relaxed_field
from mailhub.mail.wire import Field

RESULTS, SIGNATURE, SEAL = "ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"
CHAIN = frozenset({RESULTS.lower(), SIGNATURE.lower(), SEAL.lower()})
_BEGUN = re.compile(rb"i=([0-9]{1,2}); cv=(none|pass|fail)")
_NAMEABLE = re.compile(r"[A-Za-z0-9._-]{1,253}")
_DKIM = b"dkim-signature"


@dataclass(frozen=True, slots=True)
class Sealing:
    """Who vouches for what they found of a mail, to be said in the seal of its copies."""

    domain: str
    found: Authenticity
    author_domain: str = ""


def begun(fields: Sequence[Field], sealing: Sealing, *, is_named: bool) -> list[Heading]:
    """The new set of a copy's chain; none where the one that came cannot be continued.

    Where the author is not to be named no chain goes along, since those who sealed it name them: ours is the first.
    """
    chain = [one for one in fields if one.name.lower() in CHAIN] if is_named else []
    came = Verdict.NONE
    number = 0
    if chain:
        came = sealing.found.arc
        try:
            number, has_ended = arc.newest(Message(chain, b""))
        except Fault:
            return []
        # Section 4.4: nothing follows a seal that calls its chain broken; and nobody knows of one that was not judged.
        if has_ended or came not in (Verdict.PASS, Verdict.FAIL) or number >= arc.MOST_SETS:
            return []
    said = f"i={number + 1}; {_results(sealing, is_named=is_named)}"
    return [
        Heading(RESULTS, (fold(token(said), len(RESULTS) + 2),)),
        Heading(SEAL, (f"i={number + 1}; cv={came.value}".encode(),)),
    ]


def _results(sealing: Sealing, *, is_named: bool) -> str:
    """As in Authentication-Results (RFC 8601), domains only where the author is named."""
    found = sealing.found
    told = [_result("dkim", one, "header.d") for one in found.dkim] or ["dkim=none"]
    told.append(_result("spf", found.spf, "smtp.mailfrom"))
    told.append(_result("dmarc", Checked(found.dmarc, sealing.author_domain), "header.from"))
    told.append(f"arc={found.arc.value}")
    if not is_named:
        told = [one.partition(" ")[0] for one in told]
    return "; ".join((sealing.domain, *dict.fromkeys(told)))


def _result(method: str, checked: Checked, named: str) -> str:
    name = f" {named}={checked.domain}" if _NAMEABLE.fullmatch(checked.domain) else ""
    return f"{method}={checked.verdict.value}{name}"


def is_begun(heading: Heading) -> bool:
    """Whether it is of the set that each copy finishes, and not of the chain that came."""
    return not heading.came and heading.name in (RESULTS, SEAL)


class Seal:
    """The seal of one frame's copies: what is the same in all of them is canonical once."""

    def __init__(self, ours: Sequence[Heading], others: Sequence[Heading]) -> None:
        value = {heading.name: b"".join(one for one in heading.pieces if isinstance(one, bytes)) for heading in ours}
        match = _BEGUN.fullmatch(value[SEAL])
        assert match is not None, "begun by us"
        self._instance, self._chain = int(match[1]), match[2]
        self._results = b"%s: %s\r\n" % (RESULTS.encode(), value[RESULTS])
        fields = [
            Field(one.name, b"".join(p for p in one.pieces if isinstance(p, bytes))) for one in others if one.came
        ]
        # Section 5.1.2: a seal that calls the chain broken is over its own set alone.
        earlier = arc.in_order(Message(fields, b"")) if self._chain == b"pass" else []
        self._before = b"".join(relaxed_field(one) for one in (*earlier, self._results))
        theirs = [one.raw for one in fields if one.name.lower().encode() == _DKIM]
        self._signatures = b"".join(relaxed_field(one) for one in reversed(theirs))
        self._names = (_DKIM + b":") * (len(theirs) + 1) + b"\r\n\t"

    def fields(
        self, signer: Signer, signature: bytes, names: bytes, signed: bytes, body: bytes, now: datetime
    ) -> bytes:
        """The whole set, to stand above a copy's own `signature`, of which the rest is what it was made of."""
        over = self._signatures + relaxed_field(signature) + signed
        start = b"%s: i=%d; a=rsa-sha256; c=relaxed/relaxed; " % (SIGNATURE.encode(), self._instance)
        message = signer.message(start, self._names + names, over, body, now)
        begun = b"%s: i=%d; a=rsa-sha256; cv=%s; " % (SEAL.encode(), self._instance, self._chain)
        return signer.seal(begun, self._before + relaxed_field(message), now) + message + self._results


def of(headings: Sequence[Heading]) -> Seal | None:
    """The seal that a frame with these headings has begun."""
    ours = [heading for heading in headings if is_begun(heading)]
    return Seal(ours, [heading for heading in headings if not is_begun(heading)]) if ours else None
