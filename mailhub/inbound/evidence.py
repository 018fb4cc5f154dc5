"""What a mail proves about its author, by what the site trusts.

`own`: we judge SPF, DKIM and DMARC ourselves. `relay`: the same, and for mail that a front relay of ours hands in its
Authentication-Results say what it saw. `unsigned-loopback`, for development and the sandbox: mail that a program of
this machine handed in, and that went through nobody's hands before, counts as its author's own.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address

from mailhub.authority import Evidence
from mailhub.inbound.tables import InboundMail
from mailhub.mail.address import canonical
from mailhub.mail.authenticity import results, spf, weighing
from mailhub.mail.authenticity.lookups import Resolver
from mailhub.mail.authenticity.marks import Marks
from mailhub.mail.authenticity.verdicts import Verdict
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity, Sent
from mailhub.mail.message import Mail
from mailhub.settings import InboundSection

UNSIGNED_LOOPBACK, RELAY = "unsigned-loopback", "relay"
MAILBOX = "imap"  # the protocol of mail that was read from a mailbox: its provider is the relay
LOCAL = "local"  # the peer on a socket in the file system
FRESH = timedelta(hours=72)  # a signed mail may be sent again by anybody; after this its author is asked (S-02)


def judge(
    mail: Mail, marks: Marks, receipt: InboundMail, settings: InboundSection, resolver: Resolver, real: datetime
) -> Authenticity:
    """Find out where a mail comes from; asks the DNS, so never within a transaction."""
    if settings.trust == UNSIGNED_LOOPBACK or receipt.protocol == "import":
        return NOTHING
    if settings.trust == RELAY and settings.authserv_id and _is_relayed(receipt, settings):
        # Of a certified envelope the header in hand is the one inside, where its author may have written anything.
        said = () if marks.is_enveloped else results.of_relay(mail.headers, settings.authserv_id)
        return weighing.weigh_relayed(marks, said, resolver, real)
    return weighing.weigh(marks, Sent(receipt.peer, receipt.envelope_from), resolver, real)


def sends_for(sender: str, peer: str, settings: InboundSection, resolver: Resolver) -> bool:
    """Whether this host may send for the domain of an envelope sender: all there is to ask before the body has come."""
    if settings.trust == UNSIGNED_LOOPBACK:
        return peer == LOCAL or _is_loopback(peer)
    if settings.trust == RELAY and _is_of_relay(peer, settings):
        return True
    return spf.is_outside(peer) and spf.check(peer, "", sender, resolver).verdict is Verdict.PASS


def weigh(
    mail: Mail, receipt: InboundMail, found: Authenticity, trust: str, recipient: str, *, token: bool, mailbox: bool
) -> Evidence:
    """What this mail proves about the one mailbox in its From; a mail without exactly one proves nothing."""
    if mail.author is None:
        return Evidence()
    if trust == UNSIGNED_LOOPBACK:
        aligned = is_from_here(mail, receipt.peer, receipt.protocol)
    else:
        aligned = found.aligned and (found.is_direct or is_meant(mail, recipient, receipt.received_at))
    return Evidence(aligned=aligned, token=token, mailbox=mailbox)


def is_from_here(mail: Mail, peer: str, protocol: str) -> bool:
    """Whether a program of this machine wrote it."""
    return protocol not in ("import", MAILBOX) and not mail.received and (peer == LOCAL or _is_loopback(peer))


def is_meant(mail: Mail, recipient: str, received_at: datetime) -> bool:
    """Whether what only a signature vouches for was written lately, and to this address."""
    is_named = any(_is_same(box.email, recipient) for box in (*mail.to, *mail.cc))
    return is_named and mail.date is not None and abs(received_at - mail.date) <= FRESH


def _is_same(named: str, recipient: str) -> bool:
    """Whether an address is this one of ours, be it at the domain above or below, from where mail is passed on."""
    (local, _, domain), (own, _, ours) = (canonical(one).rpartition("@") for one in (named, recipient))
    above, below = sorted((domain, ours), key=len)
    return local == own and (above == below or ("." in above and below.endswith(f".{above}")))


def _is_relayed(receipt: InboundMail, settings: InboundSection) -> bool:
    # Who may write to that mailbox or socket is a matter of its provider or its folder.
    return receipt.protocol == MAILBOX or _is_of_relay(receipt.peer, settings)


def _is_of_relay(peer: str, settings: InboundSection) -> bool:
    if peer == LOCAL:
        return True
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in settings.trusted_relays)


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
