"""Whether a signature holds, by the key its domain publishes (RFC 6376 section 3.6.1, RFC 8301, RFC 8463)."""

import base64
import binascii
from datetime import datetime, timedelta

from mailhub.mail import dkim
from mailhub.mail.authenticity.arc import Chain
from mailhub.mail.authenticity.lookups import NoAnswer, Resolver
from mailhub.mail.authenticity.signed import Fault, Objection, Signature
from mailhub.mail.authenticity.tags import packed, tags
from mailhub.mail.authenticity.verdicts import Checked, Verdict

CLOCKS_DIFFER_BY = timedelta(minutes=5)


def judge(signature: Signature, resolver: Resolver, real: datetime) -> Checked:
    """Judge one signature at this real time."""
    verdict, why, is_test = _judge(signature, resolver, real)
    objection = signature.objection or (Objection.TESTING if is_test else None)
    if verdict is Verdict.PASS and objection is not None:
        why = objection.value
    return Checked(verdict, signature.domain, why, signature.selector, may_speak=objection is None)


def judge_chain(chain: Chain, resolver: Resolver, real: datetime) -> Checked:
    """Judge a chain of seals; only for reports."""
    if chain.fault is not None or not chain.must_hold:
        return Checked(Verdict.FAIL if chain.fault else Verdict.NONE, why=chain.fault or "")
    for signature in chain.must_hold:
        verdict, why, _ = _judge(signature, resolver, real)
        if verdict is not Verdict.PASS:
            told = verdict if verdict is Verdict.TEMPERROR else Verdict.FAIL
            return Checked(told, signature.domain, why, may_speak=False)
    return Checked(Verdict.PASS, chain.must_hold[0].domain, may_speak=False)


def _judge(signature: Signature, resolver: Resolver, real: datetime) -> tuple[Verdict, str, bool]:
    if signature.fault is not None:
        return Verdict.PERMERROR, signature.fault, False
    second = int(real.timestamp())
    if signature.expires_at is not None and signature.expires_at < second:
        return Verdict.FAIL, "it has expired", False
    if signature.signed_at is not None and signature.signed_at > second + CLOCKS_DIFFER_BY.total_seconds():
        return Verdict.FAIL, "it is from the future", False
    if signature.is_broken:
        return Verdict.FAIL, "the body is not the one that was signed", False
    try:
        octets, is_test = _key(signature, resolver)
        holds = dkim.holds(signature.algorithm, octets, signature.digest, signature.value)
    except NoAnswer:
        return Verdict.TEMPERROR, "the DNS did not give the key", False
    except (Fault, dkim.UnusableKey) as fault:
        return Verdict.PERMERROR, str(fault), False
    return (Verdict.PASS, "", is_test) if holds else (Verdict.FAIL, "the header is not the one that was signed", False)


def _key(signature: Signature, resolver: Resolver) -> tuple[bytes, bool]:
    """The public key, and whether its domain only tries things out; raises NoAnswer and Fault."""
    records = resolver.txt(f"{signature.selector}._domainkey.{signature.domain}")
    if len(records) != 1:
        raise Fault("there are several keys under its name" if records else "there is no such key")
    said = tags(records[0].decode("latin-1"))
    if said is None or said.get("v", "DKIM1") != "DKIM1" or "p" not in said:
        raise Fault("the record of the key cannot be read")
    flags = _several(said, "t")
    if said.get("k", "rsa").lower() != signature.algorithm.partition("-")[0]:
        raise Fault("the key is of another kind")
    if not {"*", "email"} & set(_several(said, "s") or ["*"]) or "sha256" not in (_several(said, "h") or ["sha256"]):
        raise Fault("the key is not meant for this")
    if "s" in flags and signature.identity not in ("", signature.domain):
        raise Fault("its i= is of another domain")
    return _octets(said["p"]), "y" in flags


def _several(said: dict[str, str], tag: str) -> list[str]:
    return [one.strip().lower() for one in said.get(tag, "").split(":") if one.strip()]


def _octets(text: str) -> bytes:
    if not text:
        raise Fault("the key has been revoked")
    try:
        return base64.b64decode(packed(text), validate=True)
    except (binascii.Error, ValueError):
        raise Fault("the record of the key cannot be read") from None
