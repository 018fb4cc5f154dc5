"""Puts the workers of a hub together: the sender with its transport, the inbound worker, the chores."""

from mailhub.clock import Clock
from mailhub.delivery.making import Maker
from mailhub.delivery.opening import NextHop, Security
from mailhub.delivery.sender import Sender
from mailhub.delivery.transport import SmtpRelay, Transport
from mailhub.hub.build import Hub
from mailhub.jobs.worker import Worker
from mailhub.journeys.calling import Caller
from mailhub.settings import OutboundSection


def worker_for(hub: Hub, transport: Transport | None = None) -> Worker:
    """The worker of this hub; without a transport it sends where the settings say."""
    sender = Sender(
        hub.database,
        hub.sources,
        hub.site,
        hub.clock,
        transport or relay(hub.settings.outbound, hub.site.domain, hub.clock),
        Maker(hub.site, hub.signing, hub.helpers),
        hub.settings.outbound.rate,
    )
    return Worker(hub, sender, Caller(hub.database, hub.site, hub.verbs, hub.clock, hub.fetcher))


def relay(out: OutboundSection, domain: str, clock: Clock) -> SmtpRelay:
    """SMTP to the next hop of the settings."""
    return SmtpRelay(next_hop(out, domain), out.connections, clock)


def next_hop(out: OutboundSection, domain: str) -> NextHop:
    """Where everything leaves to, as the settings say."""
    password = out.password.get_secret_value() if out.password else ""
    return NextHop(
        out.host, out.port, security=Security(out.security), user=out.user or "", password=password, helo_name=domain
    )
