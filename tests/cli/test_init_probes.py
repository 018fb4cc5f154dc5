"""`mailhub init` looks round before it writes, and writes what each way to run a site needs; none outside is asked."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailhub import config
from mailhub.cli import outside
from mailhub.cli.main import main
from mailhub.inbound import mailbox as mailboxes
from mailhub.inbound.mailbox import Seen
from mailhub.mail.wire import split
from tests.cli.world import World

MX = ("example.net", "MX")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with a network, in which the organiser's domain receives mail."""
    found = World(
        {("org", "MX"): ((0, "x."),), ("example.org", "MX"): ((20, "b.example.org."), (10, "mx.example.org."))}
    )
    monkeypatch.setattr(outside, "real", found.real)
    return found


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "secret-of-mine"
    path.write_text("pietra-fiore\n")
    return path


def init(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["init", str(folder / "site"), "--domain", "example.net", *words])


def test_nothing_is_asked_without_a_terminal(tmp_path: Path, world: World) -> None:
    assert init(tmp_path).exit_code == 0
    assert world.asked == []


def test_a_domain_that_receives_mail_is_left_alone_and_another_proposed(tmp_path: Path, world: World) -> None:
    world.rows[MX] = ((10, "mx.example.net."),)
    said = init(tmp_path, "--probe", "--language", "en").output
    assert "example.net receives mail already, at mx.example.net. Groups want a domain of their own.\n" in said
    assert "Better: --domain lists.example.net\n" in said
    assert "Better" not in init(tmp_path / "two", "--probe", "--domain", "lists.example.net").output


def test_it_says_which_ways_lead_out(tmp_path: Path, world: World) -> None:
    said = init(tmp_path, "--probe").output
    assert "  port 25 to the world (mx.example.org): timed out\n" in said
    assert "! nothing leaves this machine by port 25; name a provider's relay instead" in said
    assert "! no mail server answers at 127.0.0.1:25 (timed out); install one" in said
    world.ports = {("mx.example.org", 25), ("127.0.0.1", 25)}
    said = init(tmp_path / "two", "--probe").output
    assert "  port 25 to the world (mx.example.org): open\n" in said
    assert "! " not in said


def test_of_a_relay_it_tries_the_ports_for_a_login(tmp_path: Path, world: World) -> None:
    world.ports = {("smtp.example.net", 465)}
    said = init(tmp_path, "--probe", "--relay", "smtp.example.net:587").output
    assert "! port 587, which you named, does not answer; take port 465\n" in said


def test_the_records_are_shown_as_they_are(tmp_path: Path, world: World) -> None:
    world.rows[MX[0], "TXT"] = (b"v=spf1 include:other.example -all", b"something else")
    said = init(tmp_path, "--probe").output
    assert "   State (Stato)          not there yet\n" in said
    assert "   State (Stato)          now v=spf1 include:other.example -all\n" in said


def test_without_a_network_it_says_so_and_writes_the_site(tmp_path: Path, world: World) -> None:
    world.is_silent = True
    result = init(tmp_path, "--probe")
    assert result.output.startswith("No name server answers, so nothing was looked at; `mailhub doctor` does it later.")
    assert (tmp_path / "site" / "config.toml").is_file()


def test_a_port_of_its_own_believes_what_is_proven(tmp_path: Path) -> None:
    init(tmp_path, "--way-in", "own", "--url", "https://lists.example.net")
    settings = config.load(tmp_path / "site" / "config.toml", {})
    assert (str(settings.inbound.smtp), settings.inbound.trust) == ("0.0.0.0:25", "own")
    assert settings.site.base_url == "https://lists.example.net"
    caddy = (tmp_path / "site" / "Caddyfile").read_text()
    assert caddy.startswith("lists.example.net {\n")
    assert "reverse_proxy 127.0.0.1:8080\n" in caddy


def test_behind_a_mail_server_it_writes_the_lines_of_that_server(tmp_path: Path, password: Path) -> None:
    words = ("--relay", "smtp.example.com:587", "--relay-user", "anna", "--relay-password-file", str(password))
    assert init(tmp_path, "--way-in", "relay", *words).exit_code == 0
    settings = config.load(tmp_path / "site" / "config.toml", {})
    assert (str(settings.inbound.lmtp), settings.inbound.smtp) == ("127.0.0.1:8024", None)
    assert (settings.outbound.security, settings.outbound.user) == ("starttls", "anna")
    assert "relay_transport = lmtp:inet:127.0.0.1:8024\n" in (tmp_path / "site" / "postfix-main.cf").read_text()
    assert stat.S_IMODE((tmp_path / "site" / "relay-password").stat().st_mode) == 0o600


def test_a_mailbox_is_read_with_its_password_and_needs_no_mx(tmp_path: Path, world: World, password: Path) -> None:
    world.rows[MX] = ((10, "mx.provider.example."),)
    words = ("--imap", "imap.example.net:993", "--imap-user", "hub@example.net", "--imap-password-file", str(password))
    result = init(tmp_path, "--way-in", "imap", "--plus", "--probe", *words)
    assert result.exit_code == 0
    settings = config.load(tmp_path / "site" / "config.toml", {})
    assert settings.site.address_style == "plus"
    assert settings.inbound.imap_password is not None
    assert settings.inbound.imap_password.get_secret_value() == "pietra-fiore"
    assert "pietra-fiore" not in result.output
    assert "receives mail already" not in result.output
    assert "Type (Tipo)            MX" not in result.output


def test_a_login_without_a_password_writes_nothing(tmp_path: Path) -> None:
    result = init(tmp_path, "--relay", "smtp.example.com:587", "--relay-user", "anna")
    assert result.stderr.startswith("anna needs a password: name a file that holds it, as --relay-password-file")
    assert not (tmp_path / "site").exists()


def test_an_unknown_way_in_is_told(tmp_path: Path) -> None:
    assert (
        init(tmp_path, "--way-in", "pigeon").stderr
        == "--way-in: 'pigeon' is no way in; write local, own, relay, imap\n"
    )


@pytest.mark.parametrize("writes", [True, False])
def test_it_learns_from_the_mailbox_what_the_provider_calls_itself(
    tmp_path: Path, world: World, password: Path, monkeypatch: pytest.MonkeyPatch, *, writes: bool
) -> None:
    hop = b"Received: from x by y; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
    top = b"Authentication-Results: mx.example.org; dkim=pass\r\n" + hop
    forged = b"Authentication-Results: evil.example; dkim=pass\r\n"
    monkeypatch.setattr(mailboxes, "peek", lambda _account: Seen(True, split(top + forged + b"\r\n")[0]))
    words = ["--way-in", "imap", "--imap", "imap.test:993", "--imap-user", "hub", "--imap-password-file", str(password)]
    said = init(tmp_path, *words, "--probe", *(["--write"] if writes else [])).output
    inbound = config.load(tmp_path / "site" / "config.toml", {}).inbound
    assert (inbound.trust, inbound.authserv_id) == (("relay", "mx.example.org") if writes else ("own", None))
    assert ("mx.example.org; changed " in said) is writes
    assert (
        "! mx.example.org writes down who sent a mail, and is not believed; write into [inbound]: trust" in said
    ) is not writes
