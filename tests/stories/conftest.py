"""The towns of the stories. When a story ends its accounts are drawn up: what is wrong fails it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailhub.db.session import Database
from mailhub.faults import arm
from tests.stories import accounts
from tests.stories.town import Town


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Iterator[Town]:
    """A town without groups whose language is English, on SQLite and on PostgreSQL."""
    yield from _town(Town(tmp_path, database))


@pytest.fixture
def paese(tmp_path: Path, database: Database) -> Iterator[Town]:
    """The same, in Italian."""
    yield from _town(Town(tmp_path, database, {"MAILHUB_SITE__LANGUAGE": "it"}))


def _town(town: Town) -> Iterator[Town]:
    yield town
    arm("")
    found = accounts.faults(town)
    assert not found, "\n".join(["the accounts of this story do not add up:", *found])
