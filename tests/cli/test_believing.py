"""What a provider calls itself is learnt from the top of a mail alone, and written down when that is wished."""

import pytest

from mailhub import config
from mailhub.cli import believing, outside
from mailhub.inbound import mailbox as mailboxes
from mailhub.inbound.mailbox import Account, Seen, Unreachable
from mailhub.mail.authenticity.results import said_by
from mailhub.mail.wire import split
from mailhub.settings import Settings
from tests.cli.conftest import Cli
from tests.cli.world import World

OURS = b"Authentication-Results: mx.provider.example; dkim=pass header.d=example.org\r\n"
SPF = b"Authentication-Results: mx.provider.example; spf=pass\r\n"
HOSTILE = b"Authentication-Results: evil.example; dkim=pass header.d=example.org\r\n"
HOP = b"Received: from x by mx.provider.example; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
FORGED_HOP = HOP.replace(b"mx.provider", b"evil")
NAME = "mx.provider.example"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (OURS + HOP, NAME),
        (SPF + OURS + HOP + HOSTILE + FORGED_HOP, NAME),  # several of one server, and the sender's below
        (OURS + HOP + FORGED_HOP + HOSTILE, NAME),
        (OURS + HOSTILE + HOP, NAME),  # the topmost, whatever was left there
        (b"Delivered-To: hub\r\nX-Spam: no\r\n" + OURS + HOP, NAME),
        (HOP + HOSTILE + FORGED_HOP, None),  # the provider writes none, so the sender's is the first there is
        (HOP + OURS + FORGED_HOP, None),  # below, as at Gmail: it cannot be told from a sender's
        (HOSTILE, None),  # nobody says that it came in
        (HOSTILE + OURS, None),
        (b"Authentication-Results: mx.provider.example x y\r\n" + HOP + HOSTILE, None),
    ],
)
def test_only_the_topmost_field_above_the_servers_own_hop_names_it(header: bytes, name: str | None) -> None:
    assert said_by(split(header + b"\r\nHello\r\n")[0]) == name


@pytest.fixture
def header(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The header of the newest mail in the mailbox; a test may put another in its place."""
    found = [SPF + OURS + HOP + HOSTILE]

    def peek(_account: Account) -> Seen:
        if not found:
            raise Unreachable("nobody answers")
        return Seen(True, split(found[-1] + b"\r\n")[0])

    monkeypatch.setattr(mailboxes, "peek", peek)
    monkeypatch.setattr(outside, "real", World().real)
    return found


@pytest.fixture
def reader(site: Cli) -> Cli:
    """A site that reads a mailbox, and does not know its provider's name yet."""
    (site.folder / "imap").write_text("secret\n")
    mailbox = 'smtp = ""\nimap = "imap.test:993"\nimap_user = "hub"\nimap_password_file = "imap"\n'
    text = site.config.read_text().replace('smtp = "127.0.0.1:0"\n', mailbox)
    site.config.write_text(text.replace('trust = "unsigned-loopback"', 'trust = "own"   # for now'))
    return site


def test_without_a_terminal_it_says_what_to_write_and_changes_nothing(reader: Cli, header: list[bytes]) -> None:
    before = reader.config.read_bytes()
    said = reader.runs("doctor").stdout
    assert f"warning  judged by: {NAME} writes down who sent a mail, and is not believed\n" in said
    assert f'→ write into [inbound]: trust = "relay" and authserv_id = "{NAME}"; or let it be done: --write\n' in said
    assert reader.config.read_bytes() == before


def test_with_the_flag_it_is_written_and_told_and_then_all_is_well(reader: Cli, header: list[bytes]) -> None:
    before = reader.config.read_text()
    said = reader.runs("doctor", "--write").stdout
    assert f'judged by: {NAME}; changed {reader.config}: [inbound] trust = "relay" (was "own");' in said
    assert "→ start the service again\n" in said
    after = before.replace('"own"   # for now\n', f'"relay"   # for now\nauthserv_id = "{NAME}"\n')
    assert reader.config.read_text() == after
    assert "judged by" not in reader.runs("doctor", "--write").stdout


@pytest.mark.parametrize(("answer", "trust"), [("y\n", "relay"), ("n\n", "own")])
def test_at_a_terminal_it_asks_first(
    reader: Cli, header: list[bytes], monkeypatch: pytest.MonkeyPatch, answer: str, trust: str
) -> None:
    asked: list[str] = []

    def confirm(text: str) -> bool:
        asked.append(text)
        return answer == "y\n"

    monkeypatch.setattr(believing, "at_terminal", lambda: confirm)
    reader.runs("doctor")
    [question] = asked
    assert question.endswith(f'Write trust = "relay" and authserv_id = "{NAME}" into {reader.config}?')
    assert config.load(reader.config, {}).inbound.trust == trust
    reader.runs("doctor", "--json")
    assert len(asked) == 1  # a program is asked nothing


@pytest.mark.parametrize(
    "top",
    [
        b"",
        HOP + HOSTILE,
        b'Authentication-Results: "x\\" y"; none\r\n' + HOP,
        HOSTILE.replace(b"evil.", b"ev;il.") + HOP,
    ],
)
def test_where_nothing_can_be_learnt_nothing_is_written(reader: Cli, header: list[bytes], top: bytes) -> None:
    header.append(top)
    before = reader.config.read_bytes()
    assert "judged by" not in reader.runs("doctor", "--write").stdout
    assert reader.config.read_bytes() == before


def test_a_mailbox_that_does_not_open_is_no_reason_to_stop(reader: Cli, header: list[bytes]) -> None:
    header.clear()
    assert "judged by" not in reader.runs("doctor", "--write").stdout


def test_what_the_environment_sets_is_not_written_into_a_file(
    reader: Cli, header: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILHUB_INBOUND__TRUST", "own")
    before = reader.config.read_bytes()
    assert "(not into a file: MAILHUB_INBOUND__TRUST is set)" in reader.runs("doctor", "--write").stdout
    assert reader.config.read_bytes() == before


def test_what_cannot_be_written_is_told(reader: Cli, header: list[bytes]) -> None:
    text = reader.config.read_text()
    reader.config.write_text(text.replace('trust = "own"   # for now', 'trust = """own"""'))
    said = reader.runs("doctor", "--write").stdout
    assert "nothing was written: line " in said
    assert f'→ write into [inbound]: trust = "relay" and authserv_id = "{NAME}"\n' in said


@pytest.mark.parametrize(
    ("protocol", "trust", "name"),
    [
        ("imap", "own", NAME),
        ("lmtp", "own", NAME),
        ("smtp", "own", None),  # at a port 25 of our own anybody's server hands mail in
        ("smtp", "relay", NAME),
    ],
)
def test_who_hands_mail_in_at_our_own_port_judges_nothing(
    reader: Cli, protocol: str, trust: str, name: str | None
) -> None:
    settings = _with(config.load(reader.config, {}), trust)
    assert believing.learnt(settings, {"protocol": protocol, "authserv_id": NAME}) == name


def _with(settings: Settings, trust: str) -> Settings:
    return settings.model_copy(update={"inbound": settings.inbound.model_copy(update={"trust": trust})})


def test_a_name_that_is_believed_is_not_learnt_again(reader: Cli) -> None:
    settings = _with(config.load(reader.config, {}), "relay")
    known = settings.inbound.model_copy(update={"authserv_id": NAME.upper()})
    known_settings = settings.model_copy(update={"inbound": known})
    assert believing.learnt(known_settings, {"protocol": "imap", "authserv_id": NAME}) is None
