"""Whether a column is one of many numbers, on both databases."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import sqlalchemy as sa

from mailhub.among import among
from mailhub.db.session import Database
from mailhub.people.tables import Person

PERSON = cast(sa.Table, Person.__table__)
ASKED = sa.select(PERSON.c.id).where(among(PERSON.c.id, "people"), PERSON.c.name != "Nobody").order_by(PERSON.c.id)
NAMES = ("Ada", "Bea", "Cleo")


@pytest.fixture
def people(database: Database) -> list[int]:
    """The ids of those who are there."""
    with database.transaction() as session:
        there = [Person(name=name, created_at=datetime(2026, 3, 1, tzinfo=UTC)) for name in NAMES]
        session.add_all(there)
        session.flush()
        return [person.id for person in there]


@pytest.mark.parametrize(("places", "found"), [([], []), ([1], [1]), ([2, 0, 2], [0, 2]), ([0, 1, 2], [0, 1, 2])])
def test_those_among_the_numbers_are_found(
    database: Database, people: list[int], places: list[int], found: list[int]
) -> None:
    asked = [people[place] for place in places]
    with database.reading() as session:
        assert list(session.connection().scalars(ASKED, {"people": asked})) == [people[place] for place in found]


def test_as_many_numbers_as_there_are(database: Database, people: list[int]) -> None:
    with database.reading() as session:
        assert list(session.connection().scalars(ASKED, {"people": range(people[-1], 100_000)})) == people[-1:]


def test_it_can_be_denied(database: Database, people: list[int]) -> None:
    others = sa.select(PERSON.c.id).where(sa.not_(among(PERSON.c.id, "people")))
    with database.reading() as session:
        assert list(session.connection().scalars(others, {"people": people[:2]})) == people[2:]


def test_the_statement_is_the_same_for_any_count_and_reads_by_the_key(database: Database) -> None:
    said: set[Any] = set()
    counts: tuple[Collection[int], ...] = ([1], [1, 2], range(300))
    with database.reading() as session:
        connection = session.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda *hears: said.add(hears[2]))
        for people in counts:
            connection.execute(ASKED, {"people": people}).all()
        assert len(said) == 1
        if database.is_sqlite:  # on PostgreSQL a table this small is read whole, whatever is asked
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said.pop()}", ("[1]", "Nobody")).all()
            assert not [row for row in plan if row[-1].startswith("SCAN person")], plan
