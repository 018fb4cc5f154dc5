"""The DNS records a site needs, named as the panels of providers name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from mailhub.mail import dkim
from mailhub.settings import Settings

PRIORITY = 10  # of the MX record
THIS_MACHINE = "(the public address of this machine)"


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a DNS panel."""

    why: str
    host: str
    type: str
    value: str
    priority: int | None = None


def needed(settings: Settings) -> list[Record]:
    """What must be published before mail goes out to the world."""
    domain = settings.site.domain
    records = [
        Record("where this machine is", domain, "A", THIS_MACHINE),
        Record("where mail for the groups goes", domain, "MX", domain, PRIORITY),
        Record("SPF: which servers send our mail", domain, "TXT", f"v=spf1 {_senders(settings.outbound.host)} -all"),
    ]
    if settings.dkim.selector and settings.dkim.key_file:
        public = "".join(dkim.record(settings.dkim.key_file.read_bytes()))
        host = f"{settings.dkim.selector}._domainkey.{domain}"
        records.append(Record("DKIM: the key that proves our signature", host, "TXT", public))
    policy = "v=DMARC1; p=none; adkim=r; aspf=r"
    records.append(Record("DMARC: what others do with forgeries", f"_dmarc.{domain}", "TXT", policy))
    return records


def _senders(relay: str) -> str:
    """What SPF says of the next hop: this machine itself, an address, or a server by its name."""
    try:
        number = ip_address(relay)
    except ValueError:
        return "mx" if relay == "localhost" else f"mx a:{relay}"
    return "mx" if number.is_loopback else f"mx ip{number.version}:{number}"


def as_table(records: Sequence[Record]) -> str:
    """For a terminal: one record after another, long values whole so that they can be copied."""
    lines = []
    for number, record in enumerate(records, 1):
        lines += [
            f"{number}. {record.why}",
            f"   Type (Tipo)            {record.type}",
            f"   Host name (Nome host)  {record.host}",
        ]
        if record.priority is not None:
            lines.append(f"   Priority (Priorità)    {record.priority}")
        lines += [f"   Value (Valore)         {record.value}", ""]
    lines += [
        "Many panels add the end of the host name by themselves: leave out there what they show behind the field."
    ]
    return "\n".join(lines) + "\n"
