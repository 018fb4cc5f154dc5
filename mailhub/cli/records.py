"""The DNS records a site needs, named as the panels of providers name them."""

from dataclasses import dataclass

from mailhub.mail import dkim
from mailhub.settings import Settings


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a DNS panel."""

    host: str
    type: str
    value: str
    why: str


def needed(settings: Settings) -> list[Record]:
    """What must be published before mail goes out to the world."""
    domain, relay = settings.site.domain, settings.outbound.host
    through = f"a:{relay}" if not relay.startswith("127.") and relay != "localhost" else "a"
    records = [
        Record(domain, "MX", f"10 {domain}", "mail for your groups finds this machine"),
        Record(domain, "TXT", f"v=spf1 mx {through} -all", "SPF: who may send in your name"),
        Record(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=none", "DMARC: what others do with forgeries"),
    ]
    if settings.dkim.selector and settings.dkim.key_file:
        public = dkim.record(settings.dkim.key_file.read_bytes())
        name = f"{settings.dkim.selector}._domainkey.{domain}"
        records.append(Record(name, "TXT", "".join(public), "DKIM: the key that proves our signature"))
    return records


def as_table(records: list[Record]) -> str:
    """For a terminal: one record after another, long values whole so that they can be copied."""
    lines = []
    for number, record in enumerate(records, 1):
        lines += [
            f"{number}. {record.why}",
            f"   Host name (Nome host)  {record.host}",
            f"   Type (Tipo)            {record.type}",
            f"   Value (Valore)         {record.value}",
            "",
        ]
    return "\n".join(lines)
