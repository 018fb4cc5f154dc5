"""Two workers that pack at once leave every mail as it came."""

from collections.abc import Iterable
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.archive import packing
from mailhub.archive import raw as raws
from mailhub.archive.tables import Raw
from mailhub.db.session import Database
from mailhub.site import Site
from mailhub.tokens import Keys
from tests.stories.town import START

MAIL = b"Subject: hello\r\n\r\n" + b"Hello, hello, hello.\r\n" * 40


def test_a_mail_that_two_workers_pack_at_once_stays_what_was_received(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    site = Site(name="Pietrafiore", domain="lists.test", keys=Keys(b"k" * 32), data_dir=tmp_path)
    with database.transaction() as session:
        raw_id = raws.keep(session, site, MAIL, now=START).id
    choose = packing._within_page

    def overtaken(rows: Iterable[tuple[int, int]]) -> list[int]:
        """Another worker packs the same page just after this one has chosen its rows."""
        ids = choose(rows)
        monkeypatch.setattr(packing, "_within_page", choose)
        with database.transaction() as other:
            packing.page(other, site, now=START)
        return ids

    monkeypatch.setattr(packing, "_within_page", overtaken)
    with database.transaction() as session:
        packing.page(session, site, now=START)
    with database.reading() as session:
        assert raws.read(session, site, raw_id) == MAIL
        assert session.scalar(sa.select(Raw.codec)) == raws.ZSTD
