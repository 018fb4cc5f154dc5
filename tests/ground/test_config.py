"""Settings: a small file works, every typo is named with place and cure, secrets never show."""

import tomllib
from datetime import time, timedelta
from pathlib import Path

import pytest

from mailhub.config import _PASSWORDS, Settings, key_lines, load
from mailhub.errors import BadInput
from mailhub.measures import HostPort, Rate, host_port, length, rate, size

SMALLEST = '[site]\nname = "Orto"\ndomain = "lists.test"\n'
MAILBOX = 'imap = "imap.example.org:993"\nimap_user = "hub@example.org"\nimap_password_file = "imap"'
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def settle(file: Path, text: str, **environ: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load(file, environ)


def complaint(file: Path, text: str, **environ: str) -> str:
    with pytest.raises(BadInput) as refused:
        settle(file, text, **environ)
    return str(refused.value).replace(f"{file}:", "config.toml:").replace(str(file), "config.toml")


def test_name_and_domain_are_enough(file: Path) -> None:
    settings = settle(file, SMALLEST)
    assert settings.database.url == f"sqlite:///{file.parent}/data/mailhub.db"
    assert settings.site.secret_file == file.parent / "data/secret"
    assert settings.content.dir == file.parent
    assert settings.inbound.smtp == HostPort("127.0.0.1", 8025)
    assert settings.inbound.lmtp is None
    assert settings.site.digest_hour == time(7, 30)
    assert settings.outbound.rate is None


def test_the_environment_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {"MAILHUB_SITE__NAME": "Orto", "MAILHUB_SITE__DOMAIN": "lists.test"})
    assert settings.site.data_dir == tmp_path / "data"


def test_the_file_is_found_as_the_manual_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text(SMALLEST)
    Path("other.toml").write_text(SMALLEST.replace("Orto", "Bosco"))
    assert load(None, {}).site.name == "Orto"
    assert load(None, {"MAILHUB_CONFIG": "other.toml"}).site.name == "Bosco"
    assert load(Path("config.toml"), {"MAILHUB_CONFIG": "other.toml"}).site.name == "Orto"


def test_everything_can_be_set(file: Path) -> None:
    settings = settle(
        file,
        """
        [site]
        name = "Orto di Pietrafiore"
        domain = "Orto.Località.example."
        base_url = "https://orto.example/"
        language = "en"
        time_zone = "Pacific/Auckland"
        organisers = ["bruno@pietrafiore.example"]
        digest_hour = 06:15:00
        address_style = "plus"
        data_dir = "/srv/orto"
        [database]
        url = "sqlite:///rows.db"
        [inbound]
        lmtp = "unix:run/lmtp.sock"
        smtp = ""
        max_bytes = "10 MB"
        trusted_relays = ["192.0.2.0/28"]
        [outbound]
        rate = "200/h"
        [web]
        bind = "[::1]:80"
        public = true
        """,
    )
    assert settings.site.domain == "orto.xn--localit-fwa.example"
    assert settings.site.base_url == "https://orto.example"
    assert settings.site.digest_hour == time(6, 15)
    assert settings.site.secret_file == Path("/srv/orto/secret")
    assert settings.database.url == f"sqlite:///{file.parent}/rows.db"
    assert settings.inbound.lmtp == file.parent / "run/lmtp.sock"
    assert (settings.inbound.smtp, settings.inbound.max_bytes) == (None, 10_000_000)
    assert settings.outbound.rate == Rate(200, timedelta(hours=1))
    assert settings.web.bind == HostPort("::1", 80)


def test_the_environment_wins_over_the_file(file: Path) -> None:
    settings = settle(
        file,
        SMALLEST + '[outbound]\nhost = "mail.example"\nport = 25\n',
        MAILHUB_OUTBOUND__PORT="2525",
        MAILHUB_SITE__ORGANISERS="a@x.example, b@x.example",
        MAILHUB_WEB__PUBLIC="false",
        MAILHUB_INBOUND__SMTP="",
        HOME="/root",
    )
    assert (settings.outbound.host, settings.outbound.port) == ("mail.example", 2525)
    assert settings.site.organisers == ("a@x.example", "b@x.example")
    assert settings.inbound.smtp is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[outbound]\n# a remark\nprot = 25\n", 'config.toml:6: [outbound] has no key "prot"; did you mean "port"?'),
        ("[outbound]\nselector = 'x'\n", 'config.toml:5: [outbound] has no key "selector"; it belongs under [dkim]'),
        ("[outbund]\nport = 25\n", 'config.toml:4: there is no section [outbund]; did you mean "outbound"?'),
        ("[storage]\nthing = 1\n", 'config.toml:5: [storage] has no key "thing"; its keys are: none yet'),
        ("[outbound]\nport = 'x'\n", "config.toml:5: outbound.port: should be a valid integer"),
        ("[outbound]\nport = 70000\n", "config.toml:5: outbound.port: should be less than or equal to 65535"),
        ("[outbound]\nsecurity = 'ssl'\n", "config.toml:5: outbound.security: should be 'none', 'starttls' or 'tls'"),
        ("[outbound]\nrate = '200'\n", "config.toml:5: outbound.rate: '200' is no rate; write it as \"200/h\""),
        ("[outbound]\nrate = '0/h'\n", "is no rate"),
        ("[inbound]\nmax_bytes = 'lots'\n", "config.toml:5: inbound.max_bytes: 'lots' is no size"),
        ("[inbound]\nsmtp = '127.0.0.1'\n", "config.toml:5: inbound.smtp: '127.0.0.1' is no host and port"),
        ("[inbound]\ntrusted_relays = [\n '10.0.0.0/8',\n 'x' ]\n", "config.toml:5: inbound.trusted_relays"),
        ("[database]\nurl = 'mysql://me:canary@h/x'\n", "config.toml:5: database.url: no such database"),
        ("[engine]\nworkers = 0\n", "config.toml:5: engine.workers: should be greater than or equal to 1"),
        ("[web]\npublic = true\n", "config.toml:5: public pages need an https base_url in [site]"),
        ("[dkim]\nselector = 'x'\n", "config.toml:5: selector and key_file come together"),
        ("[dkim]\nnext_key_file = 'x'\n", "config.toml:5: next_selector and next_key_file come together"),
        ("[outbound]\nuser = 'x'\n", "config.toml:5: a user needs a password"),
        ("[outbound]\npassword = 'x'\n", "config.toml:5: a password does not belong in the configuration"),
        ("[outbound]\npassword_file = 'none'\n", "config.toml:5: "),
        ("[inbound]\nlmtp = 'unix:" + "x" * 200 + "'\n", "too long for a socket"),
        ("[inbound\n", "config.toml:4: not TOML at column 9"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_cure(file: Path, text: str, said: str) -> None:
    heard = complaint(file, SMALLEST + text)
    assert said in heard
    assert "canary" not in heard


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("domain", "not a domain", "is no mail domain"),
        ("domain", "è" * 80 + ".example", "is no mail domain"),
        ("time_zone", "Europe/Roma", "is no time zone"),
        ("language", "fr", "should be 'it' or 'en'"),
        ("base_url", "lists.example.org", "is no web address"),
        ("base_url", "https://lists.example.org?x", "is no web address"),
        ("digest_hour", "25:00", "is no time of day"),
        ("address_style", "minus", "should be 'sub' or 'plus'"),
        ("name", "two\nlines", "must be one line"),
        ("organisers", "Anna <anna@example.org>", "is no address"),
    ],
)
def test_the_sites_own_keys_are_checked(file: Path, key: str, value: str, said: str) -> None:
    assert said in complaint(file, SMALLEST, **{f"MAILHUB_SITE__{key.upper()}": value})


def test_the_two_keys_without_a_default_are_asked_for(file: Path) -> None:
    assert complaint(file, "[site]\nname = 'Orto'\n").startswith('config.toml:1: [site] needs the key "domain"')
    assert '[site] needs the key "name"' in complaint(file, "")


def test_a_key_outside_its_section_is_sent_home(file: Path) -> None:
    assert complaint(file, 'domain = "x"\n' + SMALLEST).startswith(
        'config.toml:1: "domain" stands outside a section; it belongs under [site]'
    )
    assert "[web] is a section" in complaint(file, "web = 8080\n" + SMALLEST)
    assert "[web] is a section" in complaint(file, SMALLEST + "[[web]]\npublic = false\n")


@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("MAILHUB_SMPT__PORT", "MAILHUB_"),
        ("MAILHUB_OUTBOUND__PROT", "MAILHUB_OUTBOUND__PORT"),
        ("MAILHUB_OUTBOUND_PORT", "MAILHUB_OUTBOUND__PORT"),
        ("MAILHUB_CONFG", "MAILHUB_"),
    ],
)
def test_a_misspelt_variable_is_an_error(file: Path, variable: str, near: str) -> None:
    heard = complaint(file, SMALLEST, **{variable: "1"})
    assert heard.startswith(f"{variable}: there is no such setting")
    assert near in heard


def test_a_wrong_value_names_the_variable_it_came_from(file: Path) -> None:
    text = SMALLEST + "[outbound]\nport = 25\n"
    assert complaint(file, text, MAILHUB_OUTBOUND__PORT="x").startswith("MAILHUB_OUTBOUND__PORT: outbound.port: should")


def test_variables_that_are_no_settings_are_left_alone(file: Path) -> None:
    settle(file, SMALLEST, MAILHUB_CONFIG="x", MAILHUB_FAULTS="", MAILHUB_TEST_POSTGRES="x", MAILHUBBER="x")


def test_every_problem_is_told_at_once(file: Path) -> None:
    heard = complaint(file, SMALLEST + "[outbound]\nprot = 1\nport = 'x'\n", MAILHUB_WEB__BINDD="x").splitlines()
    assert len(heard) == 3


def test_a_missing_or_unreadable_file_is_told_in_a_line(file: Path) -> None:
    with pytest.raises(BadInput, match="mailhub init"):
        load(file, {})
    file.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(BadInput, match="not UTF-8"):
        load(file, {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("INBOUND__SMTP", "0.0.0.0:25"),
        ("INBOUND__SMTP", "mail.example.org:25"),
        ("INBOUND__LMTP", "[::]:24"),
        ("WEB__BIND", "192.0.2.1:80"),
    ],
)
def test_without_authentication_every_door_stays_on_this_machine(file: Path, key: str, value: str) -> None:
    assert "can be reached from outside" in complaint(file, SMALLEST, **{f"MAILHUB_{key}": value})


@pytest.mark.parametrize("value", ["127.0.0.1:25", "127.8.8.8:25", "[::1]:25", "localhost:0"])
def test_loopback_is_this_machine(file: Path, value: str) -> None:
    smtp = settle(file, SMALLEST, MAILHUB_INBOUND__SMTP=value).inbound.smtp
    assert str(smtp) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ENGINE__KIND", "dramatiq"),
        ("ENGINE__BROKER", "x"),
    ],
)
def test_what_is_not_built_says_so(file: Path, key: str, value: str) -> None:
    assert "not built yet" in complaint(file, SMALLEST, **{f"MAILHUB_{key}": value})


def test_a_seal_needs_a_key(file: Path) -> None:
    text = SMALLEST + "[outbound]\narc = true\n"
    assert "is made with the key of DKIM" in complaint(file, text)
    assert settle(file, text + '[dkim]\nselector = "s"\nkey_file = "k.pem"\n').outbound.arc


@pytest.mark.parametrize(
    ("settings", "complains"),
    [
        ('trust = "own"\nsmtp = "0.0.0.0:25"', None),
        ('trust = "relay"\nauthserv_id = "mx.example.org"\ntrusted_relays = ["192.0.2.25"]', None),
        ('trust = "relay"\nauthserv_id = "mx.example.org"\nlmtp = "unix:lmtp.sock"', None),
        ('trust = "relay"\ntrusted_relays = ["192.0.2.25"]', "needs the name in its Authentication-Results"),
        ('trust = "relay"\nauthserv_id = "mx; x"\ntrusted_relays = ["::1"]', "needs the name in its"),
        ('trust = "relay"\nauthserv_id = "mx.example.org"', "needs the addresses mail is handed in from"),
        ('trust = "everybody"', "inbound.trust"),
        ('trust = "relay"\nauthserv_id = "mx.example.org"\nsmtp = ""\n' + MAILBOX, None),
        ('trust = "own"\n' + MAILBOX, None),
        ('trust = "relay"\nauthserv_id = "mx.example.org"\n' + MAILBOX, "needs the addresses mail is handed in from"),
        ('trust = "own"\nimap = "imap.example.org:993"', "a mailbox needs imap_user"),
        ('trust = "own"\nimap_security = "none"\n' + MAILBOX, "never sent unencrypted"),
        (MAILBOX, "has come from outside"),
        ('imap_password = "x"', "a password does not belong in the configuration"),
    ],
)
def test_whom_a_site_trusts_is_said_whole_or_refused(file: Path, settings: str, complains: str | None) -> None:
    text = f"{SMALLEST}[inbound]\n{settings}\n"
    (file.parent / "imap").write_text("canary\n")
    if complains is None:
        assert settle(file, text).inbound.trust in settings
    else:
        assert complains in complaint(file, text)


def test_a_password_comes_from_its_file_or_the_environment_and_never_shows(file: Path) -> None:
    (file.parent / "password").write_text("canary-1\n")
    text = SMALLEST + '[outbound]\nuser = "x"\npassword_file = "password"\n'
    for settings, password in (
        (settle(file, text), "canary-1"),
        (settle(file, text, MAILHUB_OUTBOUND__PASSWORD="canary-2"), "canary-2"),
    ):
        assert settings.outbound.password is not None
        assert settings.outbound.password.get_secret_value() == password
        assert "canary" not in repr(settings) + str(settings)
    assert "canary" not in repr(settle(file, SMALLEST + '[database]\nurl = "postgresql://me:canary@h/x"\n'))


def test_a_password_is_never_sent_in_the_clear_to_another_machine(file: Path) -> None:
    text = SMALLEST + '[outbound]\nhost = "mail.example"\nuser = "x"\n'
    assert "never sent unencrypted" in complaint(file, text, MAILHUB_OUTBOUND__PASSWORD="canary")
    assert settle(file, text + 'security = "tls"\n', MAILHUB_OUTBOUND__PASSWORD="x").outbound.security == "tls"


def test_a_secret_of_calls_needs_its_provider_and_some_length(file: Path) -> None:
    assert "name the provider" in complaint(file, SMALLEST, MAILHUB_OUTBOUND__WEBHOOK_SECRET="x" * 16)
    text = SMALLEST + '[outbound]\nprovider = "ses"\n'
    assert "16 characters at least" in complaint(file, text, MAILHUB_OUTBOUND__WEBHOOK_SECRET="short")
    assert settle(file, text, MAILHUB_OUTBOUND__WEBHOOK_SECRET="x" * 16).outbound.provider == "ses"


def test_settings_are_frozen(file: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        settle(file, SMALLEST).site.name = "other"  # type: ignore[misc]


def test_the_example_names_every_key_and_only_those() -> None:
    written = {(section, key) for section, keys in tomllib.loads(EXAMPLE.read_text()).items() for key in keys}
    known = {
        (section, key)
        for section, shape in Settings.model_fields.items()
        for key in shape.annotation.model_fields  # type: ignore[union-attr]
    }
    assert written == known - set(_PASSWORDS)  # which must not stand in a file
    assert list(tomllib.loads(EXAMPLE.read_text())) == list(Settings.model_fields)


def test_the_example_holds_the_defaults(file: Path) -> None:
    example = settle(file, EXAMPLE.read_text())
    site = f'[site]\nname = "{example.site.name}"\ndomain = "{example.site.domain}"\n'
    assert example == settle(file, site)


def test_every_key_of_the_example_says_why() -> None:
    settings_lines = [line for line in EXAMPLE.read_text().splitlines() if " = " in line and not line.startswith("#")]
    assert all(len(line.partition("  # ")[2]) > 10 and len(line) <= 120 for line in settings_lines)


def test_lines_are_found_in_odd_toml() -> None:
    source = '# x = 1\na.b = 1\n[ "c" . d ] # [no]\ne = """\nf = 2\n"""\ng = [\n "h = 3", # ]\n]\ni = {j = 1}\n'
    source += "[[k]]\nl=1.5\n"
    assert key_lines(source) == {
        ("a", "b"): 2,
        ("c", "d"): 3,
        ("c", "d", "e"): 4,
        ("c", "d", "g"): 7,
        ("c", "d", "i"): 10,
        ("k",): 11,
        ("k", "l"): 12,
    }


def test_measures_are_read_as_people_write_them() -> None:
    assert [length(t) for t in ("30 min", "2h", "3d", "0 min", "1.5 h", "2 days")] == [
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(days=3),
        timedelta(),
        timedelta(minutes=90),
        timedelta(days=2),
    ]
    assert [size(t) for t in ("25 MB", "25MiB", "200 kB", "1 B")] == [25_000_000, 26_214_400, 200_000, 1]
    assert rate("5/s") == Rate(5, timedelta(seconds=1))
    assert rate("2000/day") == Rate(2000, timedelta(days=1))
    assert host_port("[::1]:25") == HostPort("::1", 25)


@pytest.mark.parametrize("text", ["", "min", "30", "-1 min", "30 parsecs", "1e9 h", "30 min 2", "٣ min"])
def test_what_is_no_measure_is_refused(text: str) -> None:
    for read in (length, size, rate, host_port):
        with pytest.raises(ValueError, match="write it as"):
            read(text)


@pytest.mark.parametrize("text", ["::1:25", "[::1]", "host:", ":25", "host:99999", "host:٣", "[host]:25"])
def test_what_is_no_door_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as"):
        host_port(text)
