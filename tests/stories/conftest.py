"""The towns of the stories. When a story ends its accounts are drawn up: what is wrong fails it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailhub.db.session import Database
from mailhub.faults import arm
from tests.databases import empty, waits_for_no_disk
from tests.stories import accounts
from tests.stories.town import Town


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """The databases of this run, kept open: what SQLAlchemy has compiled once serves every story."""
    databases: dict[str, Database] = {}
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, opened: dict[str, Database], tmp_path_factory: pytest.TempPathFactory
) -> Database:
    """An empty database with every table, once on SQLite and once on PostgreSQL."""
    is_sqlite = request.param == "sqlite"
    if request.param not in opened and is_sqlite:
        opened["sqlite"] = Database(f"sqlite:///{tmp_path_factory.mktemp('stories') / 'mailhub.db'}")
        waits_for_no_disk(opened["sqlite"])
    elif request.param not in opened:
        opened["postgresql"] = Database(request.getfixturevalue("postgres_url"))
    found = opened[request.param]
    if is_sqlite:
        _begin_anew(found, request.getfixturevalue("sqlite_template"))
    else:
        empty(found)
    return found


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


def _begin_anew(database: Database, template: Path) -> None:
    database.close()  # the next connection finds another file
    path = Path(str(database.url.database))
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    shutil.copyfile(template, path)
