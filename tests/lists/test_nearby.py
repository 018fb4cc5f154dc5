"""Within so many km of a place: read with the site's places, judged alike by both evaluators, cheap for many."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from mailhub.conditions import Condition, Reach, explain, holds, parse, where, written
from mailhub.content import BadContent
from mailhub.db.session import Database
from mailhub.facts import Facts
from mailhub.lists import asking
from mailhub.lists.gazetteer import Place, Places
from mailhub.people import persons
from mailhub.people.facts import field
from mailhub.people.tables import Person

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
PLACES = Places(
    [
        Place("Bra", 44.6980, 7.8540),
        Place("Alba", 44.7000, 8.0350, ("Alba Pompeia",)),  # 14 km from Bra
        Place("Borgo San Teo", 44.6400, 7.8600),  # 6 km
        Place("Torino", 45.0703, 7.6869, ("Turin",)),  # 43 km
    ]
)
GROUPS = (("orto", "Alba"), ("piazza-alta", None), ("vecchio", "Atlantide"))
KNOWN = asking.of_groups(GROUPS, PLACES).plus([field("town")])
TOWNS = ("Bra", "bra", "ALBA", "Alba Pompeia", "borgo san teo", "Torino", "Turin", "Alba ", "Brà", None)


def read(text: str, known: Facts = KNOWN) -> Condition:
    return parse(text, known, file="segments/near.yaml", line=3)


@pytest.fixture
def people(database: Database) -> Sequence[str | None]:
    """Somebody in each of these towns, and somebody of whom it is not known; their numbers are their places + 1."""
    with database.transaction() as session:
        for number, town in enumerate(TOWNS, 1):
            session.add(Person(id=number, created_at=NOW))
            session.flush()
            if town is not None:
                persons.set_field(session, number, "town", town, now=NOW)
    return TOWNS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("person.field.town within 1 km of Bra", ["Bra", "bra"]),
        ("person.field.town within 10 km of bra", ["Bra", "bra", "borgo san teo"]),
        ("person.field.town entro 10 km da Bra", ["Bra", "bra", "borgo san teo"]),
        ('person.field.town within 0.5km of "alba pompeia"', ["ALBA", "Alba Pompeia"]),
        ("person.field.town within 1 km of list.orto", ["ALBA", "Alba Pompeia"]),
        ("person.field.town within 60 km of Turin and not person.field.town within 20 km of Bra", ["Torino", "Turin"]),
    ],
)
def test_those_who_live_so_near_are_found_by_all_three_ways(
    database: Database, people: Sequence[str | None], text: str, found: list[str]
) -> None:
    condition = read(text)
    assert [town for town in people if holds(condition, {"person.field.town": town})] == found
    for whole in (False, True):
        asked = sa.select(Person.id).where(where(condition, Person.id.expression, whole=whole)).order_by(Person.id)
        with database.reading() as session:
            assert [people[number - 1] for number in session.scalars(asked)] == found


def test_a_town_nobody_wrote_down_is_farther_away_and_one_that_is_not_known_is_neither(
    database: Database, people: Sequence[str | None]
) -> None:
    condition = read("not person.field.town within 1000 km of Bra")
    away = [town for town in people if holds(condition, {"person.field.town": town})]
    asked = sa.select(Person.id).where(where(condition, Person.id.expression, whole=True)).order_by(Person.id)
    with database.reading() as session:
        assert [people[number - 1] for number in session.scalars(asked)] == away
    assert None not in away
    assert "Brà" in away


def test_it_is_written_back_and_explained_as_it_was_said() -> None:
    condition = read("person.field.town within 25 km of Bra")
    assert written(condition) == 'person.field.town within 25 km of "Bra"'
    assert read(written(condition)) == condition
    assert written(read("person.field.town within 12.50 km of list.orto")) == (
        "person.field.town within 12.5 km of list.orto"
    )
    [told] = explain(condition, {"person.field.town": "Alba"}, "en", now=NOW, zone="UTC")
    assert told == 'person.field.town within 25 km of "Bra" is true: person.field.town is "Alba"'


def test_the_places_are_part_of_what_was_read() -> None:
    condition = read("person.field.town within 10 km of Bra")
    assert condition.reach == Reach(Decimal(10), "Bra")  # type: ignore[union-attr]
    assert condition != read("person.field.town within 11 km of Bra")


@pytest.mark.parametrize(
    ("text", "what", "cure"),
    [
        ("person.field.town within 25 km of Brra", '"Brra" is no place', 'did you mean "Bra"'),
        ("person.field.town within 25 km of Atlantide", '"Atlantide" is no place', "add a line for it"),
        ("person.field.town within 25 km of list.vecchio", '"Atlantide", where list.vecchio is', "add a line for it"),
        ("person.field.town within 25 km of list.piazza_alta", "is at no place", '"place: …" to lists/piazza-alta'),
        ("person.field.town within 25 km of list.orti", 'no group "orti"', 'did you mean "orto"'),
        ("person.field.town within 25 km Bra", "a distance is from some place", "25 km of Faenza"),
        ("person.field.town within 25 km of", "nothing is no place", "name a place"),
        ("person.field.town within 25 km of 3", "3 is no place", "name a place"),
        ("person.field.town within 0 km of Bra", "0 is no distance", "up to 1000 km"),
        ("person.field.town within -1 km of Bra", "-1 is no distance", "up to 1000 km"),
        ("person.field.town within 1001 km of Bra", "1001 is no distance", "up to 1000 km"),
        ("person.field.town within Bra km of Bra", "Bra is no distance", "up to 1000 km"),
        ("posts.count within 25 km of Bra", "is a number, which is no place", "person.field.town"),
        ("person.field.town within 25 miles of Bra", "which is never within a length of time", "= instead"),
    ],
)
def test_a_distance_that_means_nothing_is_refused_with_its_cure(text: str, what: str, cure: str) -> None:
    with pytest.raises(BadContent) as refused:
        read(text)
    [problem] = refused.value.problems
    assert (problem.file, problem.line) == ("segments/near.yaml", 3)
    assert what in problem.what
    assert cure in problem.cure


def test_where_no_place_is_known_that_is_said() -> None:
    with pytest.raises(BadContent, match=r"none is known here; write lists/places\.csv"):
        read("person.field.town within 25 km of Bra", Facts([field("town")]))


def test_who_lives_where_is_looked_up_by_place(database: Database, people: Sequence[str | None]) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL decides by what is in its tables")
    condition = where(read("person.field.town within 25 km of Bra"), Person.id.expression, whole=True)
    with database.reading() as session:
        said = sa.select(sa.func.count()).select_from(Person).where(condition)
        text = said.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
    assert any("ix_person_field_value (name=? AND value=?)" in line for line in plan), plan
