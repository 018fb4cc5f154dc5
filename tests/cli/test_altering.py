"""Single texts of a configuration are changed, and no other byte of it."""

import os
import stat
from pathlib import Path

import pytest

from mailhub import config
from mailhub.cli import altering
from mailhub.cli.altering import alter, altered
from mailhub.errors import BadInput

NEW = {"trust": "relay", "authserv_id": "mx.example.net"}
SITE = '[site]\nname = "x"\ndomain = "example.org"\n\n'
MAILBOX = 'smtp = ""\nimap = "imap.example.net:993"\nimap_user = "hub"\nimap_password_file = "password"\n'
OWN = f'{SITE}# ours\n[inbound]  # doors\n{MAILBOX}trust = "own"   # until we know\n\n[outbound]\nport=25\t# no space\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text("secret\n")
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[inbound]\ntrust = "own"\n', '[inbound]\ntrust = "relay"\nauthserv_id = "mx.example.net"\n'),
        (
            "[inbound]\n  trust='own'# why\nmax_bytes = 1\n",
            '[inbound]\n  trust="relay"# why\nauthserv_id = "mx.example.net"\nmax_bytes = 1\n',
        ),
        (
            '[inbound]\nauthserv_id = "" # empty\n# trust = "no"\ntrust = "own"\n',
            '[inbound]\nauthserv_id = "mx.example.net" # empty\n# trust = "no"\ntrust = "relay"\n',
        ),
        ('[inbound]\ntrust = "own"', '[inbound]\ntrust = "relay"\nauthserv_id = "mx.example.net"\n'),
        (
            '[a]\r\n[inbound]\r\ntrust = "own"\r\n[b]\r\n',
            '[a]\r\n[inbound]\r\ntrust = "relay"\r\nauthserv_id = "mx.example.net"\r\n[b]\r\n',
        ),
        (
            '[inbound] # x\nsmtp = ""\n',
            '[inbound] # x\ntrust = "relay"\nauthserv_id = "mx.example.net"\nsmtp = ""\n',
        ),
        ("[a]\nb = 1", '[a]\nb = 1\n\n[inbound]\ntrust = "relay"\nauthserv_id = "mx.example.net"\n'),
        (
            '[a]\ntrust = "own"\n[inbound]\ntrust = "own"\nx = """\n[a]\ntrust = "own"\n"""\n',
            '[a]\ntrust = "own"\n[inbound]\ntrust = "relay"\nauthserv_id = "mx.example.net"\n'
            'x = """\n[a]\ntrust = "own"\n"""\n',
        ),
    ],
)
def test_a_key_is_changed_where_it_stands_or_added_beside_the_other(before: str, after: str) -> None:
    assert altered(before, "inbound", NEW) == after


@pytest.mark.parametrize(
    "text",
    [
        'inbound.trust = "own"\n',
        'inbound = {trust = "own"}\n',
        '[inbound]\ntrust = """own"""\n',
        '[inbound]\ntrust = """\nown"""\n',
        'inbound = {smtp = ""}\n',
    ],
)
def test_what_is_written_in_another_way_is_left_to_a_person(text: str) -> None:
    with pytest.raises(BadInput):
        altered(text, "inbound", NEW)


@pytest.mark.parametrize("name", ['x"\ntrust = "own', "mx\\", "mx.example.net\nsmtp", "è", ""])
def test_no_name_can_write_a_second_line(name: str) -> None:
    with pytest.raises(BadInput):
        altered('[inbound]\ntrust = "own"\n', "inbound", {"authserv_id": name})


def test_the_file_is_replaced_and_says_what_was_changed(file: Path) -> None:
    file.chmod(0o640)
    said = alter(file, "inbound", NEW, {})
    assert said == [
        f'{file}: [inbound] trust = "relay" (was "own")',
        f'{file}: [inbound] authserv_id = "mx.example.net" (new)',
    ]
    right = OWN.replace(
        'trust = "own"   # until we know\n', 'trust = "relay"   # until we know\nauthserv_id = "mx.example.net"\n'
    )
    assert file.read_text() == right
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in file.parent.iterdir()) == ["config.toml", "password"]
    assert alter(file, "inbound", NEW, {}) == []


def test_a_byte_order_mark_and_a_link_stay(file: Path) -> None:
    real = file.rename(file.parent / "real.toml")
    real.write_bytes(b"\xef\xbb\xbf" + OWN.encode())
    file.symlink_to(real)
    alter(file, "inbound", NEW, {})
    assert file.is_symlink()
    assert real.read_bytes().startswith(b"\xef\xbb\xbf[site]")
    assert config.load(file, {}).inbound.authserv_id == "mx.example.net"


def test_what_would_no_longer_be_a_configuration_is_not_written(file: Path) -> None:
    file.write_text(OWN.replace('smtp = ""', 'smtp = "0.0.0.0:25"'))
    before = file.read_bytes()
    with pytest.raises(BadInput, match=r"config\.toml:\d+: .* needs the addresses mail is handed in from"):
        alter(file, "inbound", NEW, {})
    assert file.read_bytes() == before
    assert not (file.parent / ".config.toml.new").exists()


def test_a_change_that_reads_otherwise_is_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = altering.altered
    monkeypatch.setattr(altering, "altered", lambda *of: honest(*of).replace("port=25", "port=26"))
    with pytest.raises(BadInput, match="would no longer read"):
        alter(file, "inbound", NEW, {})
    assert file.read_text() == OWN


def test_where_the_power_fails_the_old_file_is_there(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_of: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(BadInput, match="cannot be written"):
        alter(file, "inbound", NEW, {})
    assert file.read_text() == OWN
    assert not (file.parent / ".config.toml.new").exists()
