"""The village of these tests, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailhub.db.session import Database
from tests.lists.village import SITE, Village


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Iterator[Village]:
    """A village without groups."""
    with database.transaction() as session:
        yield Village(session, replace(SITE, data_dir=tmp_path))
