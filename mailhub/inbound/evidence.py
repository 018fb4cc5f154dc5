"""Weighs who wrote a mail: what is proven, by the trust the operator has set.

Until authentication is built the only trust is `unsigned-loopback`: mail that a program on this machine hands in, and
that no other server has touched (no Received field), counts as its author's own; all other mail proves nothing.
"""

from ipaddress import ip_address

from mailhub.authority import Evidence
from mailhub.mail.message import Mail

UNSIGNED_LOOPBACK = "unsigned-loopback"


def weigh(mail: Mail, peer: str, protocol: str, trust: str, *, token: bool = False, mailbox: bool = False) -> Evidence:
    """What this mail proves about the one mailbox in its From; a mail without exactly one proves nothing."""
    if mail.author is None:
        return Evidence()
    aligned = trust == UNSIGNED_LOOPBACK and mail.received == 0 and _is_here(peer, protocol)
    return Evidence(aligned=aligned, token=token, mailbox=mailbox)


def _is_here(peer: str, protocol: str) -> bool:
    if protocol == "import":
        return False
    if peer == "local":
        return True
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
