"""Pages over the town of the stories: a garden whose members are Ana and Bea, on a site with an https address."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from mailhub import tokens
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.lists import reading
from mailhub.people import persons
from mailhub.tokens import Kind, Token
from mailhub.web.app import make_app
from tests.stories.town import Town

BASE = "https://pages.test"
ANA = "ana@example.org"
TITLE = {"it": "Orto", "en": "Garden"}


@dataclass
class Pages:
    """A browser before the pages of one town."""

    town: Town
    garden: int
    client: FlaskClient

    def person(self, email: str) -> int:
        with self.town.hub.database.reading() as session:
            found = persons.find(session, email)
            assert found is not None
            return found.id

    def link(self, kind: Kind, email: str, thing: int) -> str:
        """The path of a token as a mail would carry it."""
        with self.town.hub.database.reading() as session:
            person = persons.find(session, email)
            assert person is not None
            epoch = 0 if kind.lasting else person.token_epoch
        return self.town.hub.site.keys.issue_link(Token(kind, person.id, thing), epoch=epoch)

    def leave_link(self, email: str = ANA) -> str:
        return f"/u/{self.link(tokens.LEAVE, email, self.garden)}"

    def belongs(self, email: str = ANA) -> bool:
        with self.town.hub.database.reading() as session:
            return self.garden in reading.lists_of(session, self.person(email))

    def rows(self) -> dict[str, int]:
        """How many rows every table has: what «nothing changed» means."""
        with self.town.hub.database.reading() as session:
            counted = {t.name: sa.select(sa.func.count()).select_from(t) for t in Base.metadata.sorted_tables}
            return {name: session.scalar(count) or 0 for name, count in counted.items()}


def has_garden(town: Town) -> int:
    return town.opens_list("garden", members=[ANA, "bea@example.org"], title=TITLE)


def open_pages(folder: Path, database: Database, begins: Callable[[Town], int] = has_garden) -> Pages:
    """`begins` says what happened before, and gives the garden."""
    town = Town(folder, database, {"MAILHUB_SITE__BASE_URL": BASE})
    return Pages(town, begins(town), make_app(town.hub).test_client())


@pytest.fixture
def pages(tmp_path: Path, database: Database) -> Pages:
    """Once on SQLite and once on PostgreSQL."""
    return open_pages(tmp_path, database)


def open_quickly(folder: Path, template: Path) -> Pages:
    path = folder / "quick.db"
    path.write_bytes(template.read_bytes())
    return open_pages(folder, Database(f"sqlite:///{path}"))


@pytest.fixture
def quick_pages(tmp_path: Path, sqlite_template: Path) -> Iterator[Pages]:
    """On SQLite alone, for what asks the database nothing of its own."""
    opened = open_quickly(tmp_path, sqlite_template)
    yield opened
    opened.town.hub.database.close()


@pytest.fixture(scope="session")
def still_pages(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Pages]:
    """One for all tests that leave everything as it is."""
    opened = open_quickly(tmp_path_factory.mktemp("still"), sqlite_template)
    yield opened
    opened.town.hub.database.close()
