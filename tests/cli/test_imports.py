"""People and old mail come in from files: what is refused is named, and nothing is half done."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub import config
from mailhub.cli.firstrun import prepare
from mailhub.cli.imports import import_mbox, import_members
from mailhub.cli.site import open_database
from mailhub.hub.build import Hub, build_hub
from mailhub.jobs.control import HungUp, Terminal
from mailhub.lists.tables import Subscription, SubscriptionState
from mailhub.people import importing
from mailhub.people.tables import ImportJob, ImportRow, Person
from tests.cli.conftest import Cli

MEMBERS = "Nome;E-mail;Lingua;Telefono\nAnna;anna@example.org;it;333\nBruno;bruno@example.org;en;\n;bad@;;\n"
MBOX = (
    b"From anna@example.org Mon Mar  9 09:00:00 2026\nFrom: anna@example.org\nSubject: Uno\n"
    b"Message-ID: <1@example.org>\n"
    b"Date: Mon, 09 Mar 2026 09:00:00 +0100\n\nUno\n\n"
    b"From bruno@example.org Mon Mar  9 09:00:00 2026\nFrom: bruno@example.org\nSubject: Re: Uno\n"
    b"Message-ID: <2@example.org>\nIn-Reply-To: <1@example.org>\nDate: Mon, 09 Mar 2026 10:00:00 +0100\n\nDue\n\n"
)


@pytest.fixture
def hub(site: Cli) -> Iterator[Hub]:
    """The same site, opened."""
    settings = config.load(site.config, {})
    opened = build_hub(settings, database=open_database(settings))
    yield opened
    opened.close()


def terminal(hub: Hub, content: bytes, *, pages: int = sys.maxsize) -> Terminal:
    """Somebody who reads on for so many pages, then hangs up."""
    left = iter(range(pages))

    def check() -> None:
        if next(left, None) is None:
            raise HungUp("gone")

    return Terminal(io.StringIO(), io.StringIO(), {"in": io.BytesIO(content)}, check)


def count(hub: Hub, kind: type) -> int:
    with hub.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0


def test_members_come_in_and_refusals_are_numbered(site: Cli) -> None:
    said = site.says("import", "members", site.file("m.csv", MEMBERS), "--list", "orto", "--basis", "fogli firmati")
    assert said.splitlines() == [
        "Columns: name; address; language; other detail: telefono.",
        "line 4: ;bad@;;: the address is not written right",
        "3 lines: 2 imported, 1 refused (1 bad-address).",
    ]
    exported = site.says("export", "members", "--list", "orto").splitlines()
    assert exported[0] == "email,name,language,time_zone,delivery,state,joined_at,telefono"
    assert [line.split(",")[:6] for line in exported[1:3]] == [
        ["anna@example.org", "Anna", "it", "", "digest", "active"],
        ["bruno@example.org", "Bruno", "en", "", "digest", "active"],
    ]


def test_the_same_file_again_changes_nothing(site: Cli) -> None:
    path = site.file("m.csv", MEMBERS)
    site.says("import", "members", path, "--list", "orto", "--basis", "fogli")
    said = site.says("import", "members", path, "--list", "orto", "--basis", "fogli")
    assert said.splitlines()[-1] == "3 lines: 0 imported, 3 refused (2 member, 1 bad-address)."


def test_a_dry_run_says_the_same_and_writes_nothing(site: Cli) -> None:
    path = site.file("m.csv", MEMBERS)
    said = site.says("import", "members", path, "--list", "orto", "--dry-run")
    assert "3 lines: 2 would be imported, 1 refused (1 bad-address)." in said
    assert site.says("export", "members", "--list", "orto").splitlines() == [
        "email,name,language,time_zone,delivery,state,joined_at",
        "0 people.",
    ]


def test_without_a_basis_people_are_asked_first(site: Cli, hub: Hub) -> None:
    hub.database.close()
    said = site.says("import", "members", site.file("m.csv", MEMBERS), "--list", "orto")
    assert said.endswith("No --basis says where their consent comes from: each gets one letter that asks.\n")
    with hub.database.reading() as session:
        assert set(session.scalars(sa.select(Subscription.state))) == {SubscriptionState.UNASKED}


def test_standard_input_is_a_file_too(site: Cli) -> None:
    said = site.says("import", "members", "-", "--list", "orto", "--basis", "fogli", input=MEMBERS)
    assert "2 imported" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"Nome,Telefono\nAnna,333\n", "no column"),
    ],
)
def test_a_file_that_is_no_list_of_people_is_one_line(site: Cli, content: bytes, said: str) -> None:
    path = site.file("m.csv", content)
    refused = site.refuses("import", "members", path, "--list", "orto")
    assert refused.startswith(f"{path}: ")
    assert said in refused
    assert refused.count("\n") == 1


def test_a_group_that_is_not_there_is_named_with_its_neighbour(site: Cli) -> None:
    refused = site.refuses("import", "members", site.file("m.csv", MEMBERS), "--list", "otro")
    assert refused == '--list otro: there is no such group; did you mean "orto"?\n'


def test_a_file_that_is_not_there_is_one_line(site: Cli) -> None:
    refused = site.refuses("import", "members", "none.csv", "--list", "orto")
    assert refused.startswith("none.csv: this file cannot be read (No such file or directory)")


def test_suppressed_addresses_are_refused_afterwards(site: Cli) -> None:
    said = site.says("import", "suppressions", site.file("s.csv", "email,reason\nanna@example.org,bounced\n"))
    assert said.splitlines()[-1] == "1 lines: 1 suppressed, 0 refused."
    said = site.says("import", "members", site.file("m.csv", MEMBERS), "--list", "orto", "--basis", "fogli")
    assert "line 2: Anna;anna@example.org;it;333: we do not write to this address any more" in said


def test_hanging_up_while_a_file_is_checked_leaves_nothing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "STAGE_AT_ONCE", 2)
    args = {"name": "m.csv", "list": "orto", "dry_run": False, "basis": "fogli"}
    people = "email\n" + "".join(f"member{n}@example.org\n" for n in range(20))
    before = count(hub, Person)
    with pytest.raises(HungUp):
        import_members(hub, args, terminal(hub, people.encode(), pages=3))
    assert (count(hub, Person), count(hub, ImportJob), count(hub, ImportRow)) == (before, 0, 0)


def test_hanging_up_after_it_has_begun_to_happen_completes_it(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "APPLY_AT_ONCE", 2)
    args = {"name": "m.csv", "list": "orto", "dry_run": False, "basis": "fogli"}
    people = "email\n" + "".join(f"member{n}@example.org\n" for n in range(20))
    before = count(hub, Person)
    with pytest.raises(HungUp):
        import_members(hub, args, terminal(hub, people.encode(), pages=3))
    assert (count(hub, Person) - before, count(hub, ImportRow)) == (20, 0)


def test_a_start_completes_what_a_killed_process_left(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "APPLY_AT_ONCE", 2)
    args = {"name": "m.csv", "list": "orto", "dry_run": False, "basis": "fogli"}
    people = "email\n" + "".join(f"member{n}@example.org\n" for n in range(20))
    before = count(hub, Person)
    apply_page = importing.Importer._apply_page
    pages = iter(range(2))

    def killed(*given: object) -> object:
        if next(pages, None) is None:
            raise SystemError("the power is cut")
        return apply_page(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(importing.Importer, "_apply_page", killed)
    with pytest.raises(SystemError):
        import_members(hub, args, terminal(hub, people.encode()))
    assert count(hub, Person) - before == 4
    monkeypatch.setattr(importing.Importer, "_apply_page", apply_page)
    prepare(hub)
    assert (count(hub, Subscription), count(hub, ImportRow)) == (20, 0)


def test_an_archive_goes_in_and_comes_out(site: Cli) -> None:
    path = site.file("old.mbox", MBOX)
    said = site.says("import", "mbox", path, "--list", "orto")
    assert said == "2 messages read: 2 added, 0 were there already, 0 left out. 0 are damaged.\n"
    assert site.says("import", "mbox", path, "--list", "orto").startswith("2 messages read: 0 added, 2 were there")
    site.says("export", "mbox", "--list", "orto", str(site.folder / "out.mbox"))
    written = (site.folder / "out.mbox").read_bytes()
    assert _without_stamps(written) == _without_stamps(MBOX)
    threads = site.runs("export", "threads", "--list", "orto").stdout
    assert '{"message_id": "2@example.org", "parent": "1@example.org", "thread": "1@example.org"}' in threads


def test_damaged_mail_is_named_with_its_place(site: Cli) -> None:
    path = site.file("old.mbox", MBOX + b"From x Mon Mar  9 09:00:00 2026\n\nno header at all\n\n")
    said = site.says("import", "mbox", path, "--list", "orto")
    assert said.startswith("message 3 (line ")
    assert said.endswith("1 are damaged.\n")


def test_what_is_no_mbox_is_one_line(site: Cli) -> None:
    path = site.file("old.mbox", b"PK\x03\x04" * 100)
    refused = site.refuses("import", "mbox", path, "--list", "orto")
    assert refused.startswith(f"{path}: the file is no mbox")


def test_hanging_up_keeps_the_pages_that_are_in_and_repeating_goes_on(hub: Hub) -> None:
    mails = b"".join(MBOX.replace(b"@example.org>", b"%d@example.org>" % n) for n in range(40))
    args = {"name": "old.mbox", "list": "orto", "dry_run": False}
    with pytest.raises(HungUp):
        import_mbox(hub, args, terminal(hub, mails, pages=1))
    again = terminal(hub, mails)
    import_mbox(hub, args, again)
    assert isinstance(again.out, io.StringIO)
    [read, there] = (int(again.out.getvalue().split()[place]) for place in (0, 5))
    assert read == 80
    assert 0 < there < 80


def test_an_export_writes_over_nothing(site: Cli) -> None:
    path = site.file("there.mbox", "mine")
    assert "this file is there already" in site.refuses("export", "mbox", "--list", "orto", path)
    assert Path(path).read_text() == "mine"


def test_an_export_that_fails_leaves_no_file(site: Cli) -> None:
    site.refuses("export", "mbox", "--list", "none", str(site.folder / "new.mbox"))
    assert not (site.folder / "new.mbox").exists()


def _without_stamps(mbox: bytes) -> list[bytes]:
    return [line for line in mbox.splitlines() if not line.startswith(b"From ")]
