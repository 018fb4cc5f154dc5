"""The village of these tests, on both databases."""

from collections.abc import Iterator

import pytest

from mailhub.db.session import Database
from tests.lists.village import Village


@pytest.fixture
def village(database: Database) -> Iterator[Village]:
    """A village without groups."""
    with database.transaction() as session:
        yield Village(session)
