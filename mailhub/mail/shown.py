"""Under whose name a post leaves: the author's own From, or the relay address that stands for it (RFC 9989, 5322)."""

from dataclasses import dataclass
from enum import StrEnum

# They publish p=none and yet refuse list mail that comes from their addresses without their signature.
ALWAYS_RELAYED = frozenset({"gmail.com", "googlemail.com"})


class Policy(StrEnum):
    """What the author's domain asks of receivers when DMARC fails."""

    NONE = "none"  # p=none, or no record
    STRICT = "strict"  # quarantine or reject, by p, sp or np; t=y counts as strict
    UNKNOWN = "unknown"  # the DNS did not answer in time


class Case(StrEnum):
    """Which rule decided, for the log and the metric."""

    UNAUTHENTICATED = "unauthenticated"
    HIDDEN = "hidden"
    OWN_DOMAIN = "own-domain"
    SIGNATURE_KEPT = "signature-kept"
    ALWAYS_RELAYED = "always-relayed"
    STRICT = "strict"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    PLAIN = "plain"


class Reply(StrEnum):
    """Whom the Reply-To field names."""

    NOBODY = "nobody"  # no such field: answers go where From says
    LIST = "list"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Held:
    """It may not leave: what we rewrote and signed would lend our name to a forgery."""

    case: Case = Case.UNAUTHENTICATED


@dataclass(frozen=True, slots=True)
class Shown:
    """How the header names the author."""

    case: Case
    by_relay: bool  # From is the relay address; else as the author wrote it
    reply: Reply
    author_in_cc: bool = False
    names_author: bool = False  # X-Original-From and Author (RFC 9057) may say the address


@dataclass(frozen=True, slots=True)
class Rules:
    """What the group and the site have decided."""

    own_domain: str
    hides_addresses: bool = True
    replies_to_list: bool = True
    is_transparent: bool = False
    always_relayed: frozenset[str] = ALWAYS_RELAYED


def from_for(
    domain: str, rules: Rules, policy: Policy, *, is_authentic: bool, is_changed: bool, signature_holds: bool
) -> Shown | Held:
    """The From for a post of an author at `domain` (an A-label).

    `is_changed`: a footer, tag or link makes other content of it. `signature_holds`: the author's own aligned DKIM
    signature is valid and will be after us.
    """
    if not is_authentic:
        return Held()
    to_list = Reply.LIST if rules.replies_to_list else Reply.NOBODY
    if rules.hides_addresses:
        return Shown(Case.HIDDEN, by_relay=True, reply=to_list)
    case = _case(domain, rules, policy, is_changed, rules.is_transparent and signature_holds)
    if case in (Case.OWN_DOMAIN, Case.SIGNATURE_KEPT, Case.PLAIN):
        return Shown(case, by_relay=False, reply=Reply.NOBODY if rules.is_transparent else to_list)
    reply = Reply.LIST if rules.replies_to_list else Reply.AUTHOR
    return Shown(case, by_relay=True, reply=reply, author_in_cc=rules.replies_to_list, names_author=True)


def _case(domain: str, rules: Rules, policy: Policy, is_changed: bool, passes_by_itself: bool) -> Case:
    if domain == rules.own_domain:
        return Case.OWN_DOMAIN
    if passes_by_itself:
        return Case.SIGNATURE_KEPT
    if domain in rules.always_relayed:
        return Case.ALWAYS_RELAYED
    if policy is Policy.STRICT:
        return Case.STRICT
    if policy is Policy.UNKNOWN:
        return Case.UNKNOWN
    # Without a policy a receiver would let a broken signature pass, but nothing would vouch for this From either.
    return Case.CHANGED if is_changed else Case.PLAIN
