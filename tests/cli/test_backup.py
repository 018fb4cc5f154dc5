"""A backup is the whole site or none, and a restored site sends nothing until somebody has looked."""

import io
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub import config
from mailhub.archive import blobs, zstd
from mailhub.archive import raw as raws
from mailhub.archive.tables import Raw
from mailhub.cli.site import open_database
from mailhub.db import copying, migrate
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.hub.build import Hub, build_hub
from mailhub.hub.erasing import journal
from mailhub.jobs.assembly import worker_for
from mailhub.lists import reading
from mailhub.people import consent, persons
from tests.cli.conftest import Cli
from tests.cli.test_imports import MBOX, MEMBERS
from tests.db.test_migrate import empty
from tests.stories.town import Inboxes

__all__ = ["empty"]

LARGE = b"Subject: large\r\n\r\n" + b"x" * (raws.LARGE + 1)


@pytest.fixture
def lived(site: Cli) -> Cli:
    """A site with people, mail, and one mail so large that it is a file."""
    site.says("import", "members", site.file("m.csv", MEMBERS), "--list", "orto", "--basis", "fogli")
    site.says("import", "mbox", site.file("old.mbox", MBOX), "--list", "orto")
    hub = opened(site)
    with hub.database.transaction() as session:
        raws.keep(session, hub.site, LARGE, now=hub.clock.now())
    hub.close()
    return site


def opened(site: Cli) -> Hub:
    settings = config.load(site.config, {})
    return build_hub(settings, database=open_database(settings))


def backup(site: Cli) -> str:
    path = str(site.folder / "site.tar.zst")
    site.says("backup", path)
    return path


def test_a_site_comes_back_in_an_empty_folder_as_it_was(lived: Cli, tmp_path: Path) -> None:
    path = backup(lived)
    (tmp_path / "new").mkdir()
    new = Cli(tmp_path / "new")
    said = new.says("restore", path)
    assert said.startswith("Restored: Pietrafiore (lists.test) as it was at 20")
    for name in ("config.toml", "dkim.pem", "data/secret", "lists/orto.yaml"):
        assert (new.folder / name).read_bytes() == (lived.folder / name).read_bytes()
    for words in (("export", "members", "--list", "orto"), ("export", "mbox", "--list", "orto")):
        assert new.runs(*words).stdout == lived.runs(*words).stdout
    assert new.says("verify") == "3 mails and 0 attached files: nothing is damaged.\n"


def test_who_was_erased_after_a_backup_is_erased_again_after_its_restore(lived: Cli, tmp_path: Path) -> None:
    path = backup(lived)
    hub = opened(lived)
    hashes = [consent.key_hash(hub.site, "anna@example.org")]
    (tmp_path / "new" / "data").mkdir(parents=True)
    journal.add(hub.site, hashes, with_posts=False, asked_at=hub.clock.now())
    shutil.copy(hub.site.data_dir / journal.NAME, tmp_path / "new" / "data")
    hub.close()
    new = Cli(tmp_path / "new")
    new.says("restore", path)
    hub = opened(new)
    with hub.database.transaction() as session:
        assert journal.apply(session, hub.site, now=hub.clock.now()) == 1
    worker_for(hub, Inboxes()).settle()
    with hub.database.reading() as session:
        assert persons.find(session, "anna@example.org") is None
        assert persons.find(session, "bruno@example.org") is not None
    hub.close()


def test_a_backup_is_for_its_owner_alone(lived: Cli) -> None:
    assert Path(backup(lived)).stat().st_mode & 0o077 == 0


def test_a_restored_site_sends_nothing_until_it_is_told_to(site: Cli, tmp_path: Path) -> None:
    site.says("import", "members", site.file("m.csv", MEMBERS), "--list", "orto")  # each is owed a letter that asks
    path = backup(site)
    (tmp_path / "new").mkdir()
    new = Cli(tmp_path / "new")
    assert "Sending is held: " in new.says("restore", path)
    assert _sent_by(new) == []
    assert new.says("resume") == "Sending goes on; 2 copies wait to leave.\n"
    assert _sent_by(new) == ["anna@example.org", "bruno@example.org"]
    assert new.says("resume") == "Sending was not held.\n"


def test_a_site_in_use_is_never_restored_over(lived: Cli) -> None:
    path = backup(lived)
    refused = lived.refuses("restore", path)
    assert refused.startswith(f"{lived.folder / 'data'} holds ")
    assert refused.endswith("restore into an empty folder; nothing was restored\n")
    assert not (lived.folder / ".restore").exists()


def test_another_sites_key_is_never_overwritten(lived: Cli, tmp_path: Path) -> None:
    path = backup(lived)
    (tmp_path / "new").mkdir()
    new = Cli(tmp_path / "new")
    new.config.write_text(lived.config.read_text())
    (new.folder / "data").mkdir()
    (new.folder / "data" / "secret").write_text("ab" * 32)
    assert "is another key than the backup's; move it away. Nothing was restored" in new.refuses("restore", path)
    assert sorted(each.name for each in new.folder.iterdir()) == ["config.toml", "data"]


@pytest.mark.parametrize("damage", ["cut", "changed", "none"])
def test_a_damaged_backup_restores_nothing(lived: Cli, tmp_path: Path, damage: str) -> None:
    whole = Path(backup(lived)).read_bytes()
    content = {"cut": whole[: len(whole) // 2], "changed": _changed(whole), "none": b"not a backup"}[damage]
    path = lived.file("damaged.tar.zst", content)
    (tmp_path / "new").mkdir()
    refused = Cli(tmp_path / "new").refuses("restore", path)
    assert "nothing was restored" in refused
    assert refused.count("\n") == 1
    assert list((tmp_path / "new").iterdir()) == []


def test_a_backup_can_be_made_before_an_upgrade(lived: Cli) -> None:
    database = sqlite3.connect(lived.folder / "data" / "mailhub.db")
    database.execute("UPDATE alembic_version SET version_num = '0000'")
    database.commit()
    database.close()
    assert "install that release" in lived.refuses("plan")
    assert Path(backup(lived)).is_file()


def test_a_backup_that_fails_leaves_no_file(lived: Cli) -> None:
    (lived.folder / "data" / "secret").rename(lived.folder / "data" / "hidden")
    lived.refuses("backup", str(lived.folder / "site.tar.zst"))
    assert not (lived.folder / "site.tar.zst").exists()


def test_verify_finds_what_changed_and_what_is_gone(lived: Cli) -> None:
    hub = opened(lived)
    with hub.database.transaction() as session:
        first = session.scalars(sa.select(Raw).where(Raw.body.is_not(None)).order_by(Raw.id).limit(1)).one()
        first.body, first.codec = b"something else", raws.KEPT
    blobs.path(hub.site, blobs.sha256_of(LARGE)).unlink()
    hub.close()
    result = lived.runs("verify")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "has changed in the database since it was kept" in lines[0]
    assert "this file is missing; bring it back from a backup" in lines[1]
    assert lines[2] == "3 mails and 0 attached files: 2 are damaged."


def test_rows_move_whole_from_one_database_to_another(lived: Cli, empty: Database, tmp_path: Path) -> None:
    """What `backup` and `restore` do with rows; PostgreSQL's copies are filled into an empty database."""
    if empty.is_sqlite:
        pytest.skip("SQLite is copied as a file, see above")
    _fill(empty, opened(lived))
    copy, again = tmp_path / "copy", tmp_path / "again"
    copy.mkdir()
    again.mkdir()
    copying.copy(empty, copy, lambda _done, _of: None)
    before = _counts(empty)
    with empty.writer.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    copying.fill(empty, copy, lambda _done, _of: None)
    assert _counts(empty) == before
    assert migrate.current(empty) == migrate.newest()
    with empty.transaction() as session:
        group = reading.by_slug(session, "orto")
        assert group is not None
        raws_before = session.scalar(sa.select(sa.func.max(Raw.id))) or 0
        session.add(Raw(sha256="0", size=0, kept_at=group.created_at, codec="kept", body=b""))
        session.flush()
        assert session.scalar(sa.select(sa.func.max(Raw.id))) == raws_before + 1


def _sent_by(site: Cli) -> list[str]:
    """Work until nothing is due; who got a copy."""
    hub, transport = opened(site), Inboxes()
    worker_for(hub, transport).settle()
    hub.close()
    return sorted(copy.envelope_to for copy in transport.copies)


def _fill(target: Database, source: Hub) -> None:
    """Copy every row of a SQLite site, as they are."""
    migrate.ensure(target)
    with source.database.reading() as reading_session, target.writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row._mapping) for row in reading_session.execute(sa.select(table))]
            if rows:
                connection.execute(sa.insert(table), rows)
    source.close()


def _counts(database: Database) -> dict[str, int]:
    with database.reader.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def _changed(packed: bytes) -> bytes:
    """The same backup with one file changed and its manifest left as it was."""
    out = io.BytesIO()
    packing = zstd.packing(out)
    with (
        tarfile.open(fileobj=zstd.unpacked(io.BytesIO(packed)), mode="r|") as old,
        tarfile.open(fileobj=packing, mode="w|") as new,
    ):
        for member in old:
            source = old.extractfile(member)
            assert source is not None
            content = source.read()
            if member.name == "keys/secret":
                content = content.replace(content[:1], b"f" if content[:1] != b"f" else b"e")
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    packing.close()
    return out.getvalue()
