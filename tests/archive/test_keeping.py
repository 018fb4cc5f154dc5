"""Bytes that were received are kept exactly, wherever they lie."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import faults
from mailhub.archive import blobs, packing
from mailhub.archive import raw as raws
from mailhub.archive.tables import Raw
from mailhub.db.session import Database
from mailhub.site import Site
from tests.archive.conftest import NOW

SMALL = b"Subject: one\r\n\r\n" + b"The same words again and again. " * 40
MIDDLE = b"Subject: two\r\n\r\n" + os.urandom(20_000)
LARGE = b"Subject: three\r\n\r\n" + os.urandom(raws.LARGE)
NOISE = os.urandom(400)


def files_of(site: Site) -> set[str]:
    return {file.name for file in (site.data_dir / "blobs").glob("*/*")}


def keep(database: Database, site: Site, *contents: bytes) -> list[int]:
    with database.transaction() as session:
        return [raws.keep(session, site, content, now=NOW).id for content in contents]


def read(database: Database, site: Site, ids: list[int]) -> list[bytes]:
    with database.reading() as session:
        return [raws.read(session, site, raw_id) for raw_id in ids]


def waits(session: Session) -> bool:
    return any(session.scalar(each) is not None for each in packing.WAITS)


def test_bytes_come_back_as_they_were_before_and_after_packing(database: Database, site: Site) -> None:
    everything = [SMALL, MIDDLE, LARGE, NOISE, b"", b"\0\r\n\xff"]
    ids = keep(database, site, *everything)

    assert read(database, site, ids) == everything
    with database.transaction() as session:
        assert waits(session)
        while packing.page(session, site, now=NOW):
            pass
        assert not waits(session)
        codecs = list(session.scalars(sa.select(Raw.codec).order_by(Raw.id)))
    assert codecs == ["zstd", "file", "file", "kept", "kept", "kept"]
    assert read(database, site, ids) == everything


def test_a_large_mail_is_on_disk_before_its_row(database: Database, site: Site) -> None:
    with database.transaction() as session:
        raws.keep(session, site, LARGE, now=NOW)
        session.rollback()  # the power fails before the commit

    assert files_of(site) == {blobs.sha256_of(LARGE)}


@pytest.mark.parametrize("where", ["blob.written", "blob.in-place"])
def test_power_that_fails_while_packing_loses_nothing(database: Database, site: Site, where: str) -> None:
    ids = keep(database, site, MIDDLE)
    faults.arm(f"{where}=raise")
    try:
        with pytest.raises(faults.Injected), database.transaction() as session:
            packing.page(session, site, now=NOW)
    finally:
        faults.arm("")

    assert read(database, site, ids) == [MIDDLE]
    with database.transaction() as session:
        packing.page(session, site, now=NOW)
    assert read(database, site, ids) == [MIDDLE]
    assert files_of(site) == {blobs.sha256_of(MIDDLE)}


def test_a_changed_file_is_never_served_as_what_was_kept(database: Database, site: Site) -> None:
    ids = keep(database, site, LARGE)
    blobs.path(site, blobs.sha256_of(LARGE)).write_bytes(b"something else")

    with pytest.raises(blobs.Damaged, match=blobs.sha256_of(LARGE)):
        read(database, site, ids)


def test_a_changed_row_is_never_served_as_what_was_kept(database: Database, site: Site) -> None:
    ids = keep(database, site, SMALL, SMALL)
    with database.transaction() as session:
        session.execute(sa.update(Raw).where(Raw.id == ids[0]).values(body=b"something else"))
        session.execute(sa.update(Raw).where(Raw.id == ids[1]).values(body=b"no frame", codec="zstd"))

    for raw_id in ids:
        with pytest.raises(blobs.Damaged, match=str(raw_id)):
            read(database, site, [raw_id])


def age(site: Site) -> None:
    for file in (site.data_dir / "blobs").glob("*/*"):
        long_ago = (NOW - timedelta(days=2)).timestamp()
        os.utime(file, (long_ago, long_ago))


def test_only_files_no_row_has_named_for_a_day_are_deleted(database: Database, site: Site) -> None:
    ids = keep(database, site, LARGE)
    blobs.put(site, b"an orphan")
    half = blobs.path(site, blobs.sha256_of(LARGE)).parent / ".half-written"
    half.write_bytes(b"half")
    age(site)
    blobs.put(site, b"not committed yet")

    with database.reading() as session:
        assert packing.reap(session, site, real_now=NOW) == 2

    assert files_of(site) == {blobs.sha256_of(LARGE), blobs.sha256_of(b"not committed yet")}
    assert read(database, site, ids) == [LARGE]


def test_content_put_again_while_the_reaper_looks_stays(site: Site) -> None:
    sha256 = blobs.put(site, b"found again")
    age(site)
    [found] = blobs.old_files(site, real_now=NOW)
    blobs.put(site, b"found again")

    assert not blobs.remove(found, real_now=NOW)
    assert blobs.get(site, sha256) == b"found again"


def test_a_reaper_cut_short_gives_back_what_it_held(database: Database, site: Site) -> None:
    ids = keep(database, site, LARGE)
    home = blobs.path(site, blobs.sha256_of(LARGE))
    home.rename(Path(f"{home}.reaped"))
    age(site)

    with database.reading() as session:
        packing.reap(session, site, real_now=NOW)

    assert read(database, site, ids) == [LARGE]
