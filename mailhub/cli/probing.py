"""What `init` looks at before it writes: whether the domain receives mail already, and which ways out are open."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailhub.cli.outside import Outside
from mailhub.cli.ways import Answers, WayIn

SUBMISSION = (465, 587)
_PREFIX = {"it": "gruppi", "en": "lists"}


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at, in a sentence."""

    text: str
    is_trouble: bool = False


def is_online(outside: Outside) -> bool:
    """Whether any name server answers."""
    return outside.ask("org", "MX") is not None


def servers_of(domain: str, outside: Outside) -> list[str]:
    """Where mail for this domain goes now, nearest first; none where it receives none."""
    rows = outside.ask(domain, "MX") or ()
    named = [(preference, str(host).rstrip(".").lower()) for preference, host in rows]
    return [host for _, host in sorted(named) if host]


def proposal(told: Answers, outside: Outside) -> tuple[str, list[str]] | None:
    """A domain of the groups' own where the one that was named receives mail already, and who receives it."""
    taken = [host for host in servers_of(told.domain, outside) if host != told.domain]
    if told.way_in is WayIn.IMAP or not taken:
        return None  # in a mailbox of that domain it is just so
    return f"{_PREFIX[told.language]}.{told.domain}", taken


def ways_out(told: Answers, outside: Outside) -> Iterator[Look]:
    """Which ports lead out of here: 25 to a server that takes the organiser's mail, 465 and 587 to the relay."""
    if told.relay.is_loopback:
        yield from _own(told, outside)
        return
    open_ones = [port for port in SUBMISSION if outside.reach(told.relay.host, port) is None]
    for port in SUBMISSION:
        yield Look(f"port {port} of {told.relay.host}: {'open' if port in open_ones else 'no answer'}")
    if told.relay.port in SUBMISSION and told.relay.port not in open_ones:
        other = f"; take port {open_ones[0]}" if open_ones else ""
        yield Look(f"port {told.relay.port}, which you named, does not answer{other}", is_trouble=True)
    elif told.relay.port not in SUBMISSION and (why := outside.reach(told.relay.host, told.relay.port)) is not None:
        yield Look(f"port {told.relay.port} of {told.relay.host}: {why}", is_trouble=True)


def _own(told: Answers, outside: Outside) -> Iterator[Look]:
    servers = servers_of(told.organiser.rpartition("@")[2], outside)
    if servers:
        why = outside.reach(servers[0], 25)
        yield Look(f"port 25 to the world ({servers[0]}): {'open' if why is None else why}")
        if why is not None:
            cure = "name a provider's relay instead, such as smtp.example.net:587"
            yield Look(f"nothing leaves this machine by port 25; {cure}", is_trouble=True)
    if (why := outside.reach(told.relay.host, told.relay.port)) is not None:
        cure = "install one (apt install postfix), or name a provider's relay"
        yield Look(f"no mail server answers at {told.relay} ({why}); {cure}", is_trouble=True)
