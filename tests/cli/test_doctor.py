"""`mailhub doctor` says what is missing before mail works, and the cure; nothing here asks anybody outside."""

import json
from collections.abc import Iterator

import pytest

from mailhub import config
from mailhub.cli import outside
from mailhub.cli.outside import Rows
from mailhub.cli.records import needed
from mailhub.sandbox.sink import Sink
from tests.cli.conftest import Cli
from tests.cli.world import World

ADDRESS = "192.0.2.10"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    found = World()
    monkeypatch.setattr(outside, "real", found.real)
    return found


@pytest.fixture
def well(site: Cli) -> Iterator[Cli]:
    """A site that faces the world, with a relay beside it that takes its mail."""
    with Sink() as sink:
        text = site.config.read_text().replace("port = 1\n", f"port = {sink.port}\n")
        site.config.write_text(text.replace('trust = "unsigned-loopback"', 'trust = "own"'))
        yield site


def published(site: Cli) -> dict[tuple[str, str], Rows]:
    """The DNS once everything that is needed is in it."""
    rows: dict[tuple[str, str], Rows] = {
        ("10.2.0.192.in-addr.arpa", "PTR"): ("lists.test",),
    }
    for record in needed(config.load(site.config, {})):
        value = {"A": ADDRESS, "MX": (10, f"{record.value}.")}.get(record.type, record.value.encode())
        rows[(record.host, record.type)] = (value,)
    return rows


def told(site: Cli, *words: str) -> dict[str, tuple[str, str, str]]:
    """What it says in JSON, by what was looked at."""
    rows = json.loads(site.runs("doctor", "--json", *words).stdout)["rows"]
    return {row["what"]: (row["verdict"], row["found"], row["cure"]) for row in rows}


def test_where_all_is_there_it_says_so(well: Cli, world: World) -> None:
    world.rows, world.ports = published(well), {("lists.test", 25)}
    rows = told(well)
    assert {what: row[0] for what, row in rows.items() if row[0] != "ok"} in ({}, {"set-up": "warning"})
    assert rows["DNS PTR 192.0.2.10"] == ("ok", "lists.test", "")
    assert well.runs("doctor").exit_code == 0


def test_what_is_missing_is_named_with_its_cure(well: Cli, world: World) -> None:
    result = well.runs("doctor")
    assert result.exit_code == 1
    assert "error    DNS MX lists.test: not there (where mail for the groups goes)\n" in result.stdout
    assert "         → publish: 10 lists.test\n" in result.stdout
    assert "warning  port lists.test:25: timed out\n" in result.stdout


@pytest.mark.parametrize(
    ("name", "row", "cure"),
    [
        ("lists.test TXT", b"v=spf1 include:other.example -all", "have one such record, with these in it: v=spf1 mx"),
        ("lists.test MX", (5, "mx.other.example."), "change it to: 10 lists.test"),
        ("mailhub._domainkey.lists.test TXT", b"v=DKIM1; k=rsa; p=AAAA", "change it to: v=DKIM1; k=rsa; p="),
    ],
)
def test_what_stands_in_the_way_is_shown(well: Cli, world: World, name: str, row: object, cure: str) -> None:
    host, kind = name.split()
    world.rows = published(well) | {(host, kind): (row,)}
    verdict, _, said = told(well)[f"DNS {kind} {host}"]
    assert verdict == "error"
    assert said.startswith(cure)


def test_two_spf_records_are_none(well: Cli, world: World) -> None:
    world.rows = published(well)
    world.rows["lists.test", "TXT"] = (b"v=spf1 mx -all", b"v=spf1 a -all")
    assert told(well)["DNS TXT lists.test"][0] == "error"


def test_a_key_that_a_panel_has_cut_up_is_the_same_key(well: Cli, world: World) -> None:
    world.rows = published(well)
    name = ("mailhub._domainkey.lists.test", "TXT")
    [key] = world.rows[name] or ()
    world.rows[name] = (
        key.replace(b"; k=rsa; p=", b"; p= ")[:200] + b" " + key.replace(b"; k=rsa; p=", b"; p= ")[200:],
    )
    assert told(well)["DNS TXT mailhub._domainkey.lists.test"][0] == "ok"


def test_without_a_network_it_says_so_and_goes_on(well: Cli, world: World) -> None:
    world.is_silent, world.clock = True, None
    result = well.runs("doctor")
    assert "unknown  DNS MX lists.test: no name server answered" in result.stdout
    assert "unknown  clock: this machine does not say" in result.stdout
    assert result.exit_code == 0


def test_waiting_ends_when_the_records_are_there(well: Cli, world: World) -> None:
    whole = published(well)
    world.comes = [{}, {key: whole[key] for key in list(whole)[:2]}, whole]
    result = well.runs("doctor", "--wait")
    assert "Waiting for 5 DNS records" in result.stdout
    assert "ok       DNS MX lists.test: lists.test" in result.stdout
    assert world.waited == 15 + 30 + 60
    assert "error    mail out: the site does not run, so no mail could be sent" in result.stdout


def test_waiting_ends_with_its_time(well: Cli, world: World) -> None:
    result = well.runs("doctor", "--wait", "--at-most", "10")
    assert world.waited == 600
    assert result.exit_code == 1


def test_a_site_that_reads_a_mailbox_needs_nothing_that_leads_to_it(well: Cli, world: World) -> None:
    text = well.config.read_text().replace('smtp = "127.0.0.1:0"', 'smtp = ""\nimap = "127.0.0.1:1"\nimap_user = "hub"')
    (well.folder / "imap").write_text("secret\n")
    well.config.write_text(text.replace("imap_user", 'imap_security = "none"\nimap_password_file = "imap"\nimap_user'))
    rows = told(well)
    assert not any(what.startswith(("DNS MX", "DNS A", "port")) for what in rows)
    assert rows["DNS TXT _dmarc.lists.test"][0] == "error"
