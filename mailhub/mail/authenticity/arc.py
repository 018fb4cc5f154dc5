"""Reads the chain of seals of those a mail passed through (RFC 8617): for reports alone, it is never trusted."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailhub.mail.authenticity import canonical
from mailhub.mail.authenticity.canonical import RELAXED
from mailhub.mail.authenticity.signed import Fault, Message, Signature, names_of, over, stamped
from mailhub.mail.authenticity.tags import tags

RESULTS, SIGNATURE, SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
MOST_SETS = 50  # section 4.2.1
_INSTANCE = re.compile(r"[0-9]{1,2}")
_RESULTS_INSTANCE = re.compile(rb"\s*+i\s*+=\s*+([0-9]{1,2})\s*+;", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chain:
    """All seals that must hold; or why the chain is broken already. Neither: there is none."""

    must_hold: tuple[Signature, ...] = ()
    fault: str | None = None


NO_CHAIN = Chain()


@dataclass(frozen=True, slots=True)
class _Set:
    results: bytes
    signature: bytes
    seal: bytes


def read(message: Message) -> Chain:
    """The chain as its fields tell it, from the newest set back (section 5.2)."""
    try:
        sets = _sets(message)
        if not sets:
            return NO_CHAIN
        seals = [_seal(sets[: place + 1]) for place in range(len(sets))]
        return Chain((_newest_signature(message, sets[-1]), *reversed(seals)))
    except Fault as fault:
        return Chain(fault=fault.why)


def newest(message: Message) -> tuple[int, bool]:
    """The highest number of a set, and whether its seal says that the chain is broken; raises Fault."""
    numbers = [_instance(name, field) for name in (RESULTS, SIGNATURE, SEAL) for field in message.named(name)]
    seals = [field for field in message.named(SEAL) if _instance(SEAL, field) == max(numbers)]
    return max(numbers), any(_tags(seal).get("cv", "").lower() == "fail" for seal in seals)


def in_order(message: Message) -> list[bytes]:
    """All fields of a whole chain as seals are over them (section 5.1.1); raises Fault."""
    return [field for one in _sets(message) for field in (one.results, one.signature, one.seal)]


def _sets(message: Message) -> Sequence[_Set]:
    found: dict[bytes, dict[int, bytes]] = {}
    for name in (RESULTS, SIGNATURE, SEAL):
        fields = message.named(name)
        if len(fields) > MOST_SETS:
            raise Fault("there are too many sets")
        found[name] = {_instance(name, field): field for field in fields}
        if len(found[name]) != len(fields):
            raise Fault("two fields are of one set")
    count = len(found[SEAL])
    if any(sorted(of_kind) != list(range(1, count + 1)) for of_kind in found.values()):
        raise Fault("a set is not whole")
    return [_Set(found[RESULTS][i], found[SIGNATURE][i], found[SEAL][i]) for i in range(1, count + 1)]


def _instance(name: bytes, field: bytes) -> int:
    if name == RESULTS:
        match = _RESULTS_INSTANCE.match(field.partition(b":")[2])
        number = int(match[1]) if match else 0
    else:
        said = _tags(field).get("i", "")
        number = int(said) if _INSTANCE.fullmatch(said) else 0
    if not 1 <= number <= MOST_SETS:
        raise Fault("a field does not say to which set it belongs")
    return number


def _tags(field: bytes) -> dict[str, str]:
    found = tags(field.partition(b":")[2].decode("latin-1"))
    if found is None:
        raise Fault("the tags of a field cannot be read")
    return found


def _newest_signature(message: Message, newest: _Set) -> Signature:
    """The message as the last one sealed it: only this signature must still hold."""
    said = _tags(newest.signature)
    names = names_of(said)
    if SEAL in names:
        raise Fault("a signature is over seals")
    without_instance = {tag: value for tag, value in said.items() if tag != "i"}  # which is no identity here
    # Without c= seals are relaxed, as the suites of those who make them have it.
    sealed = over(message, newest.signature, without_instance, names, default="relaxed/relaxed")
    return replace(sealed, objection=None)


def _seal(sets: Sequence[_Set]) -> Signature:
    """The seal of the last of these sets, over all of them."""
    said = _tags(sets[-1].seal)
    if "h" in said:
        raise Fault("a seal names fields")
    if said.get("cv") != ("none" if len(sets) == 1 else "pass"):
        raise Fault("a seal says that the chain was broken")
    fields = [field for one in sets for field in (one.results, one.signature, one.seal)]
    fields[-1] = canonical.without_signature(fields[-1])
    signed = b"".join(canonical.field_in(RELAXED, field) for field in fields).removesuffix(b"\r\n")
    return replace(stamped(said), digest=hashlib.sha256(signed).digest())
