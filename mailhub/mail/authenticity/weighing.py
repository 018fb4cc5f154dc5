"""What all checks together say about the one mailbox in From: the value that decides whether a mail proves its author.

Alignment is by RFC 9989: a signer, or the domain of the envelope, speaks for an author of its own organisation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailhub.mail.authenticity import dmarc, keys, spf
from mailhub.mail.authenticity.dmarc import Asked
from mailhub.mail.authenticity.lookups import NoAnswer, Resolver
from mailhub.mail.authenticity.marks import Marks
from mailhub.mail.authenticity.results import Result
from mailhub.mail.authenticity.verdicts import NOT_CHECKED, Checked, Verdict
from mailhub.mail.shown import Policy


@dataclass(frozen=True, slots=True)
class Sent:
    """Who handed a mail in: to us, or to the relay before us."""

    peer: str
    sender: str  # the envelope's; "" is the null sender
    helo: str = ""


@dataclass(frozen=True, slots=True)
class Authenticity:
    """Everything found out about where a mail comes from."""

    spf: Checked = NOT_CHECKED
    dkim: tuple[Checked, ...] = ()
    dmarc: Verdict = Verdict.NONE
    arc: Verdict = Verdict.NONE
    policy: Policy = Policy.UNKNOWN
    aligned: bool = False
    why: str = ""  # "dkim example.org", "spf example.org", "dmarc example.org" (the relay's word), or what is missing

    is_direct: bool = False  # its domain's own hosts handed it in; else anybody may have sent a signed mail once more
    is_signed: bool = False  # by a signature that speaks for the author
    is_uncertain: bool = False  # not proven, but might be once the DNS answers

    @property
    def is_judged(self) -> bool:
        return self.why != NOTHING.why

    @property
    def is_of_envelope(self) -> bool:
        """Whether the checks were of the certified envelope, and say nothing of the mail in it."""
        return self.why == ENVELOPED


BY_RELAY = "said by the relay"
ENVELOPED = "it came in a certified envelope (PEC), which proves its provider"
NOTHING = Authenticity(why="not judged")


def weigh(marks: Marks, sent: Sent, resolver: Resolver, real: datetime) -> Authenticity:
    """Judge a mail that came straight to us."""
    checked = NOT_CHECKED
    if spf.is_outside(sent.peer):
        checked = spf.check(sent.peer, sent.helo, sent.sender, resolver)
    return _weigh(marks, checked, _signatures(marks, resolver, real), resolver, real)


def weigh_relayed(marks: Marks, said: Sequence[Result], resolver: Resolver, real: datetime) -> Authenticity:
    """Judge a mail by what our front relay found; a signature that we find good as well counts too."""
    ours = _signatures(marks, resolver, real)
    theirs = [_dkim_of(result, marks) for result in said if result.method == "dkim"]
    heard = next((_spf_of(result) for result in said if result.method == "spf"), NOT_CHECKED)
    whole = next((_dmarc_of(result, marks) for result in said if result.method == "dmarc"), NOT_CHECKED)
    return _weigh(marks, heard, (*ours, *(one for one in theirs if one is not None)), resolver, real, whole)


def _signatures(marks: Marks, resolver: Resolver, real: datetime) -> tuple[Checked, ...]:
    return tuple(keys.judge(signature, resolver, real) for signature in marks.signatures)


def _dkim_of(result: Result, marks: Marks) -> Checked | None:
    """The relay's word on a signature, unless the mail itself shows that this one speaks for nobody."""
    domain = (result.properties.get("header.d") or result.properties.get("header.i", "").rpartition("@")[2]).lower()
    if not domain:
        return None
    of_domain = [one for one in marks.signatures if one.domain == domain]
    is_sound = any(one.fault is None and one.objection is None for one in of_domain)
    return Checked(_verdict(result), domain, BY_RELAY, may_speak=is_sound)


def _spf_of(result: Result) -> Checked:
    sender = result.properties.get("smtp.mailfrom") or result.properties.get("smtp.mail") or ""
    return Checked(_verdict(result), sender.rpartition("@")[2].lower(), BY_RELAY)


def _dmarc_of(result: Result, marks: Marks) -> Checked:
    """The relay's word on the whole, unless it may rest on a signature that speaks for nobody."""
    is_sound = all(one.objection is None for one in marks.signatures)
    return Checked(_verdict(result), result.properties.get("header.from", "").lower(), BY_RELAY, may_speak=is_sound)


def _verdict(result: Result) -> Verdict:
    return Verdict(result.result) if result.result in list(Verdict) else Verdict.NEUTRAL


def _weigh(
    marks: Marks,
    checked_spf: Checked,
    checked_dkim: Sequence[Checked],
    resolver: Resolver,
    real: datetime,
    whole: Checked = NOT_CHECKED,
) -> Authenticity:
    found = Authenticity(spf=checked_spf, dkim=tuple(checked_dkim))
    if marks.author_domain is None:
        found = replace(found, policy=Policy.NONE, why="From does not name exactly one mailbox")
    else:
        found = _aligned(found, whole, dmarc.ask(marks.author_domain, resolver), resolver)
    if marks.is_enveloped:
        found = replace(_unproven(found), why=ENVELOPED)
    return replace(found, arc=keys.judge_chain(marks.chain, resolver, real).verdict)


def _unproven(found: Authenticity) -> Authenticity:
    """The same checks, which speak for whoever wrapped the mail and not for its author."""
    return replace(found, dmarc=Verdict.NONE, aligned=False, is_direct=False, is_signed=False, is_uncertain=False)


def _aligned(found: Authenticity, whole: Checked, asked: Asked, resolver: Resolver) -> Authenticity:
    """Whether anything that holds speaks for the author's domain: a signature first, which nobody can borrow."""
    record = asked.record

    def speaks(one: Checked, is_strict: bool) -> bool:
        return one.proves and _speaks(one.domain, asked, is_strict, resolver)

    signer = next((one for one in found.dkim if speaks(one, record is not None and record.strict_dkim)), None)
    is_direct = speaks(found.spf, record is not None and record.strict_spf)
    proof = f"dkim {signer.domain}" if signer else f"spf {found.spf.domain}" if is_direct else ""
    if not proof and speaks(whole, True):
        proof = f"dmarc {whole.domain}"
    return replace(
        found,
        dmarc=_dmarc(bool(proof), asked),
        policy=asked.policy,
        aligned=bool(proof),
        why=proof or _missing(found, asked),
        is_direct=is_direct,
        is_signed=signer is not None,
        is_uncertain=not proof and _waits(found, asked),
    )


def _waits(found: Authenticity, asked: Asked) -> bool:
    """Whether an answer that the DNS still owes could show who speaks for the author."""
    checks = (*found.dkim, found.spf)
    is_open = any(one.verdict is Verdict.TEMPERROR for one in checks)
    return is_open or (not asked.is_known and any(one.proves for one in checks))


def _speaks(domain: str, asked: Asked, is_strict: bool, resolver: Resolver) -> bool:
    if domain == asked.domain:
        return True
    if is_strict or not asked.is_known or not _share(domain, asked.organisation):
        return False
    try:
        return dmarc.organisation(domain, resolver) == asked.organisation
    except NoAnswer:
        return False


def _share(domain: str, organisation: str) -> bool:
    return domain == organisation or domain.endswith(f".{organisation}")


def _dmarc(is_aligned: bool, asked: Asked) -> Verdict:
    if is_aligned:
        return Verdict.PASS if asked.record or not asked.is_known else Verdict.NONE
    if not asked.is_known:
        return Verdict.TEMPERROR
    return Verdict.FAIL if asked.record else Verdict.NONE


def _missing(found: Authenticity, asked: Asked) -> str:
    """For people who look: why nothing speaks for the author."""
    passed = [one for one in (*found.dkim, found.spf) if one.verdict is Verdict.PASS]
    if any(not one.may_speak for one in passed):
        return next(one.why for one in passed if not one.may_speak)
    if passed:
        return f"{passed[0].domain} does not speak for {asked.domain}"
    return "no signature and no sending host of its domain"


def as_row(found: Authenticity) -> dict[str, object]:
    """As it is kept with the mail and shown by `explain`."""
    return {
        "spf": {"result": found.spf.verdict.value, "domain": found.spf.domain, "why": found.spf.why},
        "dkim": [
            {"result": one.verdict.value, "domain": one.domain, "selector": one.selector, "why": one.why}
            for one in found.dkim
        ],
        "dmarc": found.dmarc.value,
        "arc": found.arc.value,
        "policy": found.policy.value,
        "aligned": found.aligned,
        "direct": found.is_direct,
        "signed": found.is_signed,
        "why": found.why,
    }


def from_row(row: Mapping[str, Any] | None) -> Authenticity:
    """What was kept with the mail; the single checks are there to be told, and prove nothing a second time."""
    if not row or "policy" not in row:
        return NOTHING
    return Authenticity(
        spf=_told(row["spf"]),
        dkim=tuple(_told(one) for one in row["dkim"]),
        dmarc=Verdict(row["dmarc"]),
        arc=Verdict(row["arc"]),
        policy=Policy(row["policy"]),
        aligned=row["aligned"],
        why=row["why"],
        is_direct=row["direct"],
        is_signed=row["signed"],
    )


def _told(row: Mapping[str, Any]) -> Checked:
    return Checked(Verdict(row["result"]), row["domain"], row["why"], row.get("selector", ""), may_speak=False)
