"""SPF (RFC 7208): whether a domain lets this address send for it. The only module that knows pyspf.

Its own resolver is replaced by ours; explanations are not fetched, since we repeat nobody's text.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import spf as pyspf

from mailhub.mail.authenticity.lookups import NoAnswer, Resolver
from mailhub.mail.authenticity.verdicts import Checked, Verdict

_VOID_AT_MOST = 2  # section 4.6.4
_LONGEST_RECORD = 8_192
# Nobody in the Internet sends from these, whatever a record says of them.
_NEVER_JUDGED = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "0.0.0.0/8")
) + tuple(ip_network(text) for text in ("::1/128", "fc00::/7", "fe80::/10", "::/128"))


def check(peer: str, helo: str, sender: str, resolver: Resolver) -> Checked:
    """Judge the host `peer` as a sender for the domain of `sender`, or of `helo` where the sender is null."""
    domain = _domain(sender, helo)
    if not domain:
        return Checked(Verdict.NONE)
    try:
        verdict, _, why = _Query(peer, sender, helo or "unknown", resolver).check()
        return Checked(Verdict(verdict), domain, why if verdict.endswith("error") else "")
    except NoAnswer:
        return Checked(Verdict.TEMPERROR, domain, "the DNS did not answer")
    except Exception as fault:  # whatever pyspf trips over in a hostile record, it is not a yes
        return Checked(Verdict.PERMERROR, domain, f"the record cannot be understood ({type(fault).__name__})")


def is_outside(peer: str) -> bool:
    """Whether this is a host in the Internet: one of this machine or of a private network speaks for no domain."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not any((mapped or address) in network for network in _NEVER_JUDGED)


def _domain(sender: str, helo: str) -> str:
    return (sender.rpartition("@")[2] if sender else helo).lower().rstrip(".")


class _Query(pyspf.query):  # type: ignore[misc]
    """pyspf's check with our DNS."""

    def __init__(self, address: str, sender: str, helo: str, resolver: Resolver) -> None:
        super().__init__(i=address, s=sender, h=helo, strict=True)
        self._ask: dict[str, Callable[[str], Sequence[Any]]] = {
            "A": resolver.a,
            "AAAA": resolver.aaaa,
            "MX": resolver.mx,
            "PTR": resolver.ptr,
            "TXT": lambda name: [[text] for text in resolver.txt(name) if len(text) <= _LONGEST_RECORD],
        }

    def dns(self, name: str, qtype: str, _cnames: object = None, ignore_void: bool = False) -> list[Any]:
        name = name.lower().removesuffix(".")
        if not all(0 < len(label) < 64 for label in name.split(".")):
            return []
        found = list(self._ask[qtype](name))
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > _VOID_AT_MOST:
                raise pyspf.PermError(f"more than {_VOID_AT_MOST} names were not there")
        return found

    def get_explanation(self, _spec: str) -> None:
        return None
