"""A site with a folder of its own, and an archive in it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mailhub.db.session import Database
from mailhub.site import Site
from mailhub.tokens import Keys

if TYPE_CHECKING:
    from tests.archive.writing import Archive

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(name="Town", domain="lists.test", keys=Keys(b"k" * 32), data_dir=tmp_path / "data")


@pytest.fixture
def archive(database: Database, site: Site) -> "Archive":
    from tests.archive.writing import Archive

    return Archive(database, site)
