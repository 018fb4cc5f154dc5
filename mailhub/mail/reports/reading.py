"""What a mail that says that mail failed says: whom it did not reach, why, and which mail of ours it was.

Nothing of it is evidence of who wrote it: who may act on a report is judged by what we signed (D-60).
"""

import re
from dataclasses import dataclass, replace

from mailhub.mail.reports import lasthelp, notice, parts, phrases, status, text, verdicts
from mailhub.mail.reports.address import addresses_in
from mailhub.mail.reports.parts import Material
from mailhub.mail.reports.status import Told
from mailhub.mail.reports.verdicts import Verdict

_FIELD = re.compile(
    r"^(from|sender|return-path|reply-to|to|cc|x-failed-recipients|delivered-to|x-envelope-to):", re.IGNORECASE
)
_WRITERS = ("from", "sender", "return-path", "reply-to")
_SENT_TO = ("to", "cc", "x-envelope-to", "delivered-to")


@dataclass(frozen=True, slots=True)
class Failed:
    """One recipient of the mail that failed. `action` is the server's word: failed, delayed, delivered, …"""

    address: str
    status: str
    action: str
    diagnostic: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Report:
    """A bounce, read."""

    recipients: tuple[Failed, ...]
    returned_message_id: str | None
    mark: str | None  # our X-Mailhub-Delivery in the returned part, unverified
    is_final: bool  # nobody tries any longer

    @property
    def verdict(self) -> Verdict:
        """What it means for the one recipient of one of our copies: the mildest that is said."""
        said = {one.verdict for one in self.recipients}
        order = (Verdict.POLICY, Verdict.SOFT, Verdict.HARD)
        return next((verdict for verdict in order if verdict in said), Verdict.UNKNOWN)


def read(raw: bytes) -> Report:
    """Read a bounce from its bytes; raises mail.wire.Unreadable when a limit is passed, and nothing else."""
    material = parts.take_apart(raw)
    fields, returned = _by_name(material.header), _by_name(parts.head(material.returned))
    told = _told(raw, material, fields, returned)
    recipients = tuple(_judged(one, material.notice, alone=len(told) == 1) for one in told)
    return Report(
        recipients=recipients,
        returned_message_id=parts.returned_id(material),
        mark=parts.mark(material),
        is_final=any(one.action != "delayed" for one in recipients),
    )


def _told(raw: bytes, material: Material, fields: dict[str, list[str]], returned: dict[str, list[str]]) -> list[Told]:
    """By the first way that finds anybody."""
    writers = _named(returned, _WRITERS) | _named(fields, ("from", "to", "reply-to", "return-path"))
    sent_to = _named(returned, _SENT_TO)
    in_words = text.find(material.notice, writers=writers - sent_to, sent_to=sent_to)
    known = {one.address.lower(): one for one in in_words}
    stated = status.read(material.status) or notice.find(material.notice)
    if stated:
        return [_with_words(one, known.get(one.address.lower())) for one in stated]
    failed = sorted(_named(fields, ("x-failed-recipients",)))
    if failed and (not known or known.keys() & set(failed)):
        return [known.get(address, Told(address, "", "", "")) for address in failed]
    if in_words:
        return list(in_words)
    helped = [Told(address, "", "", "") for address in lasthelp.failures(raw)]
    if helped:
        return helped
    if len(sent_to) == 1:
        return [Told(address, "", "", "") for address in sent_to]
    return list(text.guess(material.notice, writers=writers))


def _with_words(stated: Told, said: Told | None) -> Told:
    """Fields that give no reason take it from what the words say of the same recipient."""
    if said is None or verdicts.gives_reason(stated.status, stated.diagnostic):
        return stated
    return replace(stated, diagnostic=f"{stated.diagnostic}\n{said.diagnostic}".strip())


def _judged(one: Told, notice: str, *, alone: bool) -> Failed:
    """With the words beside the address; where they say nothing, with all there are."""
    status = verdicts.number(one.status, one.diagnostic)
    verdict = verdicts.judge(one.status, one.diagnostic, one.action)
    if verdict is Verdict.UNKNOWN and alone and one.action not in ("delivered", "relayed", "expanded"):
        verdict = verdicts.judge(one.status, f"{one.diagnostic}\n{notice}", one.action)
        status = status or verdicts.enhanced(notice)
    diagnostic = " ".join(one.diagnostic.split())[:500]
    action = one.action or ("delayed" if phrases.DELAYED.search(notice) else "failed")
    return Failed(one.address, status, action, diagnostic, verdict)


def _by_name(header: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    last = ""
    for line in header.split("\n")[:300]:
        match = _FIELD.match(line.lstrip("> "))
        if match:
            last = match[1].lower()
        elif line[:1] not in (" ", "\t"):
            last = ""
        if last:
            found.setdefault(last, []).extend(addresses_in(line))
    return found


def _named(fields: dict[str, list[str]], names: tuple[str, ...]) -> set[str]:
    return {address.lower() for name in names for address in fields.get(name, [])}
