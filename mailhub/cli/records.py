"""The DNS records a site needs, named as the panels of providers name them, and what of them is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from mailhub.cli.outside import Rows
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
    domain, out = settings.site.domain, settings.outbound
    spf = Record("SPF: which servers send our mail", domain, "TXT", f"v=spf1 {_senders(out.host)} -all")
    records = [spf]
    if not reads_mailbox_only(settings):  # else mail goes to the provider of the mailbox, and stays there
        here = Record("where this machine is", domain, "A", THIS_MACHINE)
        records = [here, Record("where mail for the groups goes", domain, "MX", domain, PRIORITY), spf]
    if settings.dkim.selector and settings.dkim.key_file:
        public = "".join(dkim.record(settings.dkim.key_file.read_bytes()))
        host = f"{settings.dkim.selector}._domainkey.{domain}"
        records.append(Record("DKIM: the key that proves our signature", host, "TXT", public))
    policy = "v=DMARC1; p=none; adkim=r; aspf=r"
    records.append(Record("DMARC: what others do with forgeries", f"_dmarc.{domain}", "TXT", policy))
    return records


def reads_mailbox_only(settings: Settings) -> bool:
    """Whether no server hands mail in, so that nothing in the DNS need lead here."""
    inbound = settings.inbound
    return inbound.imap is not None and inbound.smtp is None and inbound.lmtp is None


class State(StrEnum):
    """What the DNS says of a record that is needed."""

    THERE = "there"
    MISSING = "missing"
    OTHER = "other"  # something else stands in its place
    UNKNOWN = "unknown"  # nobody answered


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that is needed, and what is there."""

    record: Record
    state: State
    found: tuple[str, ...] = ()


def look(records: Sequence[Record], ask: Callable[[str, str], Rows]) -> list[Seen]:
    """Ask the DNS for each."""
    return [_seen(record, ask(record.host, record.type)) for record in records]


def _seen(record: Record, rows: Rows) -> Seen:
    if rows is None:
        return Seen(record, State.UNKNOWN)
    found = tuple(text for text in map(_text, rows) if _is_of_its_sort(record, text))
    if not found:
        return Seen(record, State.MISSING)
    return Seen(record, State.THERE if _fits(record, found) else State.OTHER, found)


def _text(row: object) -> str:
    """A row as a panel shows it."""
    if isinstance(row, bytes):
        return row.decode("utf-8", "replace")
    return str(row[1]).rstrip(".").lower() if isinstance(row, tuple) else str(row)


def _is_of_its_sort(record: Record, text: str) -> bool:
    """Of all texts at a name only those that are meant for the same."""
    begins = next((start for start in ("v=spf1", "v=DMARC1") if record.value.startswith(start)), "")
    return text.lower().startswith(begins.lower())


def _fits(record: Record, found: tuple[str, ...]) -> bool:
    if record.value == THIS_MACHINE or record.value.startswith("v=DMARC1"):
        return True  # which policy is its owner's matter
    if record.type == "MX":
        return record.value in found
    if record.value.startswith("v=spf1"):
        senders = {word for word in record.value.split() if word != "-all"}
        return len(found) == 1 and senders <= set(found[0].lower().split())  # two such records are none (RFC 7208 4.5)
    return any(_key(record.value) == _key(text) for text in found)


def _key(record: str) -> str:
    """The public key in a DKIM record, however it was cut up."""
    tags = (tag.partition("=") for tag in record.split(";"))
    return next(("".join(value.split()) for name, _, value in tags if name.strip() == "p"), "")


def _senders(relay: str) -> str:
    """What SPF says of the next hop: this machine itself, an address, or a server by its name."""
    try:
        number = ip_address(relay)
    except ValueError:
        return "mx" if relay == "localhost" else f"mx a:{relay}"
    return "mx" if number.is_loopback else f"mx ip{number.version}:{number}"


_SAID = {
    State.THERE: "there already",
    State.MISSING: "not there yet",
    State.UNKNOWN: "not known: no name server answered",
}


def as_table(records: Sequence[Record], seen: Sequence[Seen] = ()) -> str:
    """For a terminal: one record after another, long values whole so that they can be copied."""
    lines = []
    for number, record in enumerate(records, 1):
        state = next((one for one in seen if one.record == record), None)
        lines += [
            f"{number}. {record.why}",
            f"   Type (Tipo)            {record.type}",
            f"   Host name (Nome host)  {record.host}",
        ]
        if record.priority is not None:
            lines.append(f"   Priority (Priorità)    {record.priority}")
        lines.append(f"   Value (Valore)         {record.value}")
        if state is not None:
            said = _SAID.get(state.state) or f"now {' and '.join(state.found)}"
            lines.append(f"   State (Stato)          {said}")
        lines.append("")
    lines += [
        "Many panels add the end of the host name by themselves: leave out there what they show behind the field."
    ]
    return "\n".join(lines) + "\n"
