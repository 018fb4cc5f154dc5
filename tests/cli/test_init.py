"""A site that is written once, whole, and runs as it stands."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailhub import config, content, tokens
from mailhub.cli.main import main
from mailhub.cli.records import needed
from tests.cli.conftest import Cli


def init(*words: str) -> Result:
    return CliRunner().invoke(main, ["init", *words])


def test_without_a_terminal_it_takes_flags_and_defaults(tmp_path: Path) -> None:
    assert init(str(tmp_path / "site"), "--domain", "gruppi.example.net").exit_code == 0
    settings = config.load(tmp_path / "site" / "config.toml", {})
    assert settings.site.domain == "gruppi.example.net"
    assert (settings.site.language, settings.outbound.port) == ("it", 25)
    assert settings.site.organisers == ("organiser@example.org",)


def test_secrets_are_made_and_only_ours_to_read(written: Path) -> None:
    tokens.load_keys(written / "data" / "secret")
    for secret in (written / "data" / "secret", written / "dkim.pem"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((written / "data").stat().st_mode) == 0o700


def test_two_sites_have_two_secrets(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert init(str(tmp_path / name)).exit_code == 0
    one, two = ((tmp_path / name / "data" / "secret").read_text() for name in ("one", "two"))
    assert one != two


def test_the_starters_come_along(tmp_path: Path) -> None:
    assert init(str(tmp_path / "site")).exit_code == 0
    home = content.starter()
    for path in (*home.glob("lists/*"), *home.glob("journeys/*"), home / "config.example.toml"):
        copied = tmp_path / "site" / path.relative_to(home)
        assert copied.exists() is not path.name.startswith(".")
    assert Cli(tmp_path / "site").says("plan").startswith("lists/")


def test_the_records_to_publish_are_named_as_panels_name_them(tmp_path: Path) -> None:
    said = init(str(tmp_path / "site"), "--domain", "gruppi.example.net", "--relay", "192.0.2.7:587").output
    for line in (
        "Type (Tipo)            MX",
        "Priority (Priorità)    10",
        "Host name (Nome host)  mailhub._domainkey.gruppi.example.net",
        "Host name (Nome host)  _dmarc.gruppi.example.net",
        "Value (Valore)         v=spf1 mx ip4:192.0.2.7 -all",
    ):
        assert line in said
    assert "v=DKIM1; k=rsa; p=MII" in said


def test_spf_names_the_server_that_takes_our_mail_on(written: Path) -> None:
    settings = config.load(written / "config.toml", {"MAILHUB_OUTBOUND__HOST": "smtp.example.net"})
    [spf] = [record.value for record in needed(settings) if record.value.startswith("v=spf1")]
    assert spf == "v=spf1 mx a:smtp.example.net -all"


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--domain", "orto", "--domain: 'orto' is no mail domain; write it as \"lists.example.org\"\n"),
        ("--relay", "smtp", '--relay: \'smtp\' is no host and port; write it as "127.0.0.1:8025" or "[::1]:8025"\n'),
        ("--organiser", "Olga", "--organiser: 'Olga' is no address; write it as \"anna@example.org\"\n"),
        ("--language", "de", "--language: 'de' is not spoken here; write it or en\n"),
        ("--name", " ", "--name: write one line\n"),
    ],
)
def test_a_wrong_answer_writes_nothing(tmp_path: Path, flag: str, value: str, said: str) -> None:
    result = init(str(tmp_path / "site"), flag, value)
    assert (result.exit_code, result.stderr) == (1, said)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_time_zone_writes_nothing(tmp_path: Path) -> None:
    result = init(str(tmp_path / "site"), "--time-zone", "Mars/Olympus")
    assert result.exit_code == 1
    assert f"{tmp_path / 'site' / 'config.toml'}:7: site.time_zone: 'Mars/Olympus' is no time zone" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(cli: Cli) -> None:
    before = cli.config.read_bytes()
    result = init(str(cli.folder))
    assert result.exit_code == 1
    assert "this folder is not empty" in result.stderr
    assert cli.config.read_bytes() == before


def test_the_folder_one_stands_in_may_be_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert init(".").exit_code == 0
    assert Path("config.toml").is_file()


def test_quotes_in_a_name_stay_quotes(tmp_path: Path) -> None:
    assert init(str(tmp_path / "site"), "--name", 'Orto "in \\ alto"').exit_code == 0
    assert config.load(tmp_path / "site" / "config.toml", {}).site.name == 'Orto "in \\ alto"'
