"""The town of the stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailhub.db.session import Database
from tests.stories.town import Town


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Iterator[Town]:
    """A town without groups, on SQLite and on PostgreSQL."""
    yield Town(tmp_path, database)
