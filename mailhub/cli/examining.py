"""What stands between a site and its mail: each thing that is needed, whether it is there, and the cure where not."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from mailhub.cli import check, records
from mailhub.cli.outside import Outside, Rows
from mailhub.cli.records import Seen, State
from mailhub.settings import Settings

FULL = 0.05  # of the disk: below it the door says 452
NARROW = 0.15


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"  # it could not be looked at


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    found: str
    cure: str = ""


_WEIGHTS = {check.Weight.ERROR: Verdict.ERROR, check.Weight.WARNING: Verdict.WARNING, check.Weight.NOTE: Verdict.OK}
_STATES = {
    State.THERE: Verdict.OK,
    State.MISSING: Verdict.ERROR,
    State.OTHER: Verdict.ERROR,
    State.UNKNOWN: Verdict.UNKNOWN,
}


def examine(settings: Settings, outside: Outside) -> Iterator[Row]:
    """Everything, nearest things first."""
    yield from _set_up(settings)
    yield _disk(settings)
    yield _clock(outside)
    yield from dns(settings, outside)
    yield from _back(settings, outside)
    yield from _ports(settings, outside)


def _set_up(settings: Settings) -> Iterator[Row]:
    """What `check` finds: configuration, content, database, keys, doors, the mailbox, TLS and login at the relay."""
    findings = list(check.look(settings))
    if not any(finding.weight is not check.Weight.NOTE for finding in findings):
        yield Row("set-up", Verdict.OK, "configuration, groups, database, keys, doors; the relay takes our mail")
    for finding in findings:
        yield Row("set-up", _WEIGHTS[finding.weight], finding.text)


def _disk(settings: Settings) -> Row:
    folder = next(path for path in (settings.site.data_dir, *settings.site.data_dir.parents) if path.exists())
    usage = shutil.disk_usage(folder)
    left = usage.free / usage.total
    said = f"{left:.0%} free at {folder}"
    if left >= NARROW:
        return Row("disk", Verdict.OK, said)
    verdict = Verdict.ERROR if left < FULL else Verdict.WARNING
    return Row("disk", verdict, said, f"make room: below {FULL:.0%} no mail is taken")


def _clock(outside: Outside) -> Row:
    is_set = outside.clock_is_set()
    if is_set is None:
        return Row("clock", Verdict.UNKNOWN, "this machine does not say whether its clock is set")
    if is_set:
        return Row("clock", Verdict.OK, "set by a time server")
    cure = "apt install systemd-timesyncd; signatures and letters depend on the hour"
    return Row("clock", Verdict.WARNING, "no time server sets it", cure)


def dns(settings: Settings, outside: Outside) -> Iterator[Row]:
    """The records that must be published."""
    for seen in records.look(records.needed(settings), outside.ask):
        yield _record(seen)


def _record(seen: Seen) -> Row:
    record, what = seen.record, f"DNS {seen.record.type} {seen.record.host}"
    wanted = f"{record.priority} {record.value}" if record.priority is not None else record.value
    if seen.state is State.THERE:
        return Row(what, Verdict.OK, " and ".join(seen.found))
    if seen.state is State.UNKNOWN:
        return Row(what, Verdict.UNKNOWN, "no name server answered", "look at the network of this machine")
    if seen.state is State.MISSING:
        return Row(what, Verdict.ERROR, f"not there ({record.why})", f"publish: {wanted}")
    cure = f"change it to: {wanted}"
    if record.value.startswith("v=spf1"):
        cure = f"have one such record, with these in it: {wanted}"
    return Row(what, Verdict.ERROR, " and ".join(seen.found), cure)


def _back(settings: Settings, outside: Outside) -> Iterator[Row]:
    """The name of this machine's address, where it sends by itself: others refuse mail from addresses without one."""
    if records.reads_mailbox_only(settings) or not _sends_itself(settings):
        return
    addresses: Rows = outside.ask(settings.site.domain, "A")
    for address in addresses or ():
        number = ip_address(address)
        asked = outside.ask(number.reverse_pointer, "PTR")
        names = tuple(str(name).rstrip(".").lower() for name in asked or ())
        what, cure = f"DNS PTR {address}", f"ask whoever rents you the machine to name it {settings.site.domain}"
        if asked is None:
            yield Row(what, Verdict.UNKNOWN, "no name server answered")
        elif not any(address in (outside.ask(name, "A") or ()) for name in names):
            yield Row(what, Verdict.WARNING, " and ".join(names) or "no name leads back to it", cure)
        else:
            yield Row(what, Verdict.OK, " and ".join(names))


def _sends_itself(settings: Settings) -> bool:
    return settings.outbound.host in ("localhost", "127.0.0.1", "::1")


def _ports(settings: Settings, outside: Outside) -> Iterator[Row]:
    """What the world must reach; seen from this machine, so that a firewall farther out may still be in the way."""
    domain, base_url = settings.site.domain, settings.site.base_url
    if not records.reads_mailbox_only(settings) and settings.inbound.trust != "unsigned-loopback":
        yield _port(outside, domain, 25, "mail cannot come in; look at the firewall, and whether `mailhub run` runs")
    if base_url is not None:
        parts = urlsplit(base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        yield _port(outside, parts.hostname or domain, port, "links in mails lead nowhere; look at your web server")


def _port(outside: Outside, host: str, port: int, cure: str) -> Row:
    why = outside.reach(host, port)
    verdict = Verdict.OK if why is None else Verdict.WARNING
    return Row(f"port {host}:{port}", verdict, why or "answers", "" if why is None else cure)
