"""`mailhub check` names what would stop a site before it does, each in one line with its cure."""

import re
import socket
import sqlite3
from collections.abc import Iterator

import pytest

from mailhub.jobs.lock import SiteLock
from mailhub.sandbox.sink import Sink
from tests.cli.conftest import Cli
from tests.inbound.dovecot import PASSWORD, client, dovecot, needed


@pytest.fixture
def well(site: Cli) -> Iterator[Cli]:
    """A site with nothing to say against it."""
    with Sink() as sink:
        text = site.config.read_text().replace("port = 1\n", f"port = {sink.port}\n")
        site.config.write_text(text.replace("[inbound]", 'base_url = "https://lists.test"\n\n[inbound]'))
        yield site


def change(site: Cli, old: str, new: str) -> None:
    assert old in site.config.read_text()
    site.config.write_text(site.config.read_text().replace(old, new))


def test_a_site_that_is_well_says_so(well: Cli) -> None:
    assert well.says("check") == "0 errors, 0 warnings.\n"


def test_a_fresh_site_is_well_too(cli: Cli) -> None:
    assert "is not there yet; `mailhub run` makes it" in cli.says("check")


def test_a_relay_that_does_not_answer_is_a_warning(well: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    change(well, "port = ", f"port = {port} # ")
    said = well.says("check")
    assert said.startswith(f"warning  127.0.0.1:{port} does not take our mail ([Errno 111] Connection refused)")
    assert said.endswith("0 errors, 1 warnings.\n")


def test_without_https_it_says_what_mails_lack(well: Cli) -> None:
    change(well, "https://lists.test", "http://lists.test")
    assert well.says("check").startswith(
        "note     [site] base_url is no https address: mails carry no https List-Unsub"
    )


def test_a_list_with_mistakes_is_told_by_its_lines(well: Cli) -> None:
    path = well.folder / "lists" / "orto.yaml"
    path.write_text(path.read_text() + "join: opne\n")
    lines = well.runs("check").stdout.splitlines()
    assert lines[0] == 'error    lists/orto.yaml:5: "join" is written twice, first in line 3; keep one of the two'
    assert lines[-1] == "1 errors, 0 warnings."
    assert well.runs("check").exit_code == 1


def test_places_with_mistakes_are_told_by_their_lines(well: Cli) -> None:
    path = well.folder / "lists" / "places.csv"
    path.write_text("name,aliases,lat,lon\nPietrafiore,,44.23,11.79\nValdirosa,,north,11.97\n")
    result = well.runs("check")
    cure = "write degrees from -90 to 90, such as 44.23"
    assert result.stdout.splitlines()[0] == f'error    lists/places.csv:3: "lat" is north; {cure}'
    assert result.exit_code == 1


def test_a_template_with_mistakes_is_told_by_its_lines(well: Cli) -> None:
    path = well.folder / "templates" / "welcome" / "welcome.it.md"
    path.write_text(path.read_text().replace("Se ti va, presentati", "Clicca qui e presentati"))
    said = well.says("check")
    assert said.startswith("warning  templates/welcome/welcome.it.md:19: the word 'Clicca'; say it otherwise")
    path.write_text(path.read_text().replace("{% endif %}\n", ""))
    result = well.runs("check")
    assert 'error    templates/welcome/welcome.it.md:14: this "if" is never closed; write {% endif %}' in result.stdout
    assert result.exit_code == 1


def test_a_journey_with_mistakes_is_told_by_its_lines(well: Cli) -> None:
    path = well.folder / "journeys" / "benvenuto.yaml"
    path.write_text(path.read_text().replace("send: {template: ben-arrivo", "send: {template: ben-arivo"))
    result = well.runs("check")
    assert 'there is no template "ben-arivo"; did you mean "ben-arrivo"?' in result.stdout
    assert result.exit_code == 1


def test_a_test_of_a_journey_that_fails_is_an_error_at_its_line(well: Cli) -> None:
    path = well.folder / "journeys" / "benvenuto.yaml"
    text = path.read_text().replace("person.field.town: Roccaspina", "person.field.town: Roccabruna")
    path.write_text(text)
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "expect_set" in each)
    result = well.runs("check")
    expected = "expected person.field.town to be Roccabruna; it is Roccaspina"
    assert (
        f'error    journeys/benvenuto.yaml:{line}: test "chi risponde trova il suo gruppo": {expected}' in result.stdout
    )
    assert result.exit_code == 1


def test_a_look_of_ones_own_is_looked_at(well: Cli) -> None:
    path = well.folder / "templates" / "layouts" / "notice.mjml"
    path.write_text(path.read_text().replace('<mj-text color="#1f2a24"', '<mj-text color="#a0a0a0"'))
    assert ":32: #a0a0a0 on #fbfaf6 has a contrast of 2.5; choose colours of 4.5" in well.says("check")


def test_a_key_that_others_can_read_is_an_error(well: Cli) -> None:
    (well.folder / "dkim.pem").chmod(0o644)
    result = well.runs("check")
    assert "others on this machine can read this secret; chmod 600" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dkim.pem", "dkim.pem: the DKIM key is unreadable: give an RSA private key in PEM"),
        ("data/secret", "each line must be 64 hexadecimal digits"),
    ],
)
def test_a_key_that_is_none_is_an_error(well: Cli, name: str, said: str) -> None:
    (well.folder / name).write_text("no key at all\n")
    result = well.runs("check")
    assert said in result.stdout
    assert result.exit_code == 1


def test_a_port_in_use_is_an_error(well: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        change(well, 'smtp = "127.0.0.1:0"', f'smtp = "127.0.0.1:{port}"')
        result = well.runs("check")
    assert result.stdout.startswith(f"error    127.0.0.1:{port} cannot be used (Address already in use)")
    assert result.exit_code == 1


def test_the_doors_of_a_running_site_are_its_own(well: Cli) -> None:
    lock = SiteLock(well.folder / "data")
    assert lock.take("run")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        change(well, 'smtp = "127.0.0.1:0"', f'smtp = "127.0.0.1:{taken.getsockname()[1]}"')
        assert well.says("check") == "0 errors, 0 warnings.\n"
    lock.release()


def test_a_database_of_another_release_is_an_error(well: Cli) -> None:
    database = sqlite3.connect(well.folder / "data" / "mailhub.db")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    result = well.runs("check")
    assert "which a newer release made; install that release" in result.stdout
    assert result.exit_code == 1
    assert "which a newer release made" in well.refuses("plan")


def test_nobody_to_organise_is_a_warning(well: Cli) -> None:
    change(well, 'organisers = ["olga@example.org"]', "organisers = []")
    assert "warning  [site] names no organisers" in well.says("check")


def test_who_checks_mail_behind_another_server_hears_what_that_cannot_see(well: Cli) -> None:
    change(well, 'trust = "unsigned-loopback"', 'trust = "own"')
    assert "sees signatures (DKIM) but no sending hosts (SPF)" in well.says("check")


@pytest.fixture(scope="module")
def mailbox() -> Iterator[int]:
    """The port of a real Dovecot, with one mail."""
    with dovecot(needed()) as port:
        with client(port, "hub@lists.test") as owner:
            mail = b"Authentication-Results: mx.provider.example; spf=pass\r\nReceived: from a by b\r\n\r\nHello\r\n"
            owner.append("INBOX", "", "", mail)
        yield port


def reads_mailbox(site: Cli, port: int, rest: str) -> None:
    (site.folder / "imap").write_text(PASSWORD)
    (site.folder / "imap").chmod(0o600)
    keys = (
        f'imap = "127.0.0.1:{port}"\nimap_user = "hub@lists.test"\nimap_password_file = "imap"\nimap_security = "none"'
    )
    text = re.sub(r"(?m)^(smtp|trust) = .*$", "", site.config.read_text())
    site.config.write_text(text.replace("[inbound]", f'[inbound]\nsmtp = ""\n{keys}\n{rest}'))


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        ('trust = "relay"\nauthserv_id = "MX.provider.example"', "0 errors, 0 warnings."),
        (
            'trust = "relay"\nauthserv_id = "mx.other.example"',
            'and the newest mail was judged by "mx.provider.example"; if',
        ),
        ('trust = "own"', 'trust = "relay" and authserv_id = "mx.provider.example" in [inbound] would count it too'),
    ],
)
def test_a_mailbox_says_what_its_provider_calls_itself(well: Cli, mailbox: int, trust: str, said: str) -> None:
    reads_mailbox(well, mailbox, trust)
    assert said in well.says("check")


def test_a_mailbox_that_does_not_open_is_a_warning(well: Cli) -> None:
    reads_mailbox(well, 1, 'trust = "own"')
    said = well.says("check")
    assert (
        "hub@lists.test: this mailbox cannot be read (127.0.0.1:1: [Errno 111] Connection refused); look at the" in said
    )
    assert "Until it opens, mail waits there" in said
