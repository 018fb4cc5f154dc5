"""What a domain asks for its mail, and which domains are one organisation (DMARC, RFC 9989: the tree walk)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailhub.mail.authenticity.lookups import NoAnswer, Resolver
from mailhub.mail.authenticity.tags import tags
from mailhub.mail.shown import Policy

QUERIES_AT_MOST = 8  # of one walk
_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(;|$)")
_URI = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:[^\s,!]+")
_POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class Record:
    """A published policy, as far as anybody here asks."""

    domain: str
    p: str
    sp: str
    np: str
    psd: str  # "y": a public suffix, "n": an organisation of its own, "u": not said
    strict_dkim: bool = False
    strict_spf: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the walk from a domain found: the policy that applies, and the organisation it belongs to."""

    domain: str
    organisation: str
    policy: Policy
    record: Record | None = None
    is_known: bool = True  # false: the DNS did not answer, so the organisation is a guess


def ask(domain: str, resolver: Resolver) -> Asked:
    """Walk from the domain of an author upwards (section 4.10)."""
    try:
        records = _walk(domain, resolver)
        organisation = _organisation(domain, records)
        record = _applying(domain, organisation, records)
        return Asked(domain, organisation, _policy(domain, record, resolver), record)
    except NoAnswer:
        return Asked(domain, domain, Policy.UNKNOWN, is_known=False)


def organisation(domain: str, resolver: Resolver) -> str:
    """The organisation a signer or sender belongs to; raises NoAnswer."""
    return _organisation(domain, _walk(domain, resolver))


def names(domain: str) -> Sequence[str]:
    """What is asked about, in order: the domain, then its last seven labels and those above."""
    labels = domain.split(".")
    above = min(len(labels) - 1, QUERIES_AT_MOST - 1)
    return [domain, *(".".join(labels[-count:]) for count in range(above, 0, -1))]


def _walk(domain: str, resolver: Resolver) -> Sequence[Record]:
    found = []
    for name in names(domain):
        record = read(name, resolver.txt(f"_dmarc.{name}"))
        if record is not None:
            found.append(record)
            if record.psd in ("y", "n"):
                break
    return found


def read(domain: str, texts: Sequence[bytes]) -> Record | None:
    """The policy among these records; several are as good as none (section 4.7)."""
    ours = [text.decode("latin-1") for text in texts if _VERSION.match(text.decode("latin-1"))]
    if len(ours) != 1:
        return None
    said = {tag.lower(): value.lower() for tag, value in (tags(_tolerant(ours[0])) or {}).items()}
    if not said:
        return None
    p = said.get("p", "")
    if p not in _POLICIES:  # missing or misspelt: whoever takes reports wants to watch
        p = "none" if _URI.match(said.get("rua", "")) else ""
    sp = _valid(said.get("sp"), p)
    return Record(
        domain,
        p,
        sp,
        _valid(said.get("np"), sp),
        _psd(said.get("psd", "u")),
        said.get("adkim") == "s",
        said.get("aspf") == "s",
    )


def _tolerant(text: str) -> str:
    """Only the tags that can be read: an unknown or broken one is no reason to ignore the others."""
    return ";".join(dict.fromkeys(part for part in text.split(";") if tags(part)))


def _valid(said: str | None, otherwise: str) -> str:
    return said if said in _POLICIES else otherwise


def _psd(said: str) -> str:
    return said if said in ("y", "n") else "u"


def _organisation(domain: str, records: Sequence[Record]) -> str:
    """Section 4.10.2; the records are from the bottom up."""
    if not records:
        return domain
    top = records[-1]
    if top.psd == "y" and top.domain != domain:
        depth = top.domain.count(".") + 2
        return ".".join(domain.split(".")[-depth:])
    return top.domain


def _applying(domain: str, organisation: str, records: Sequence[Record]) -> Record | None:
    """The record of the domain itself, else of its organisation, else of the public suffix above (section 4.10.1)."""
    by_name = {record.domain: record for record in records}
    suffix = records[-1] if records and records[-1].psd == "y" else None
    return by_name.get(domain) or by_name.get(organisation) or suffix


def _policy(domain: str, record: Record | None, resolver: Resolver) -> Policy:
    """p of its own record; sp of one above, or np where the domain does not exist. `t=y` changes nothing here."""
    if record is None:
        return Policy.NONE
    asked = record.p
    if record.domain != domain:
        asked = record.sp
        if record.np != record.sp and not _exists(domain, resolver):
            asked = record.np
    return Policy.STRICT if asked in ("quarantine", "reject") else Policy.NONE


def _exists(domain: str, resolver: Resolver) -> bool:
    return bool(resolver.mx(domain) or resolver.a(domain) or resolver.aaaa(domain))
