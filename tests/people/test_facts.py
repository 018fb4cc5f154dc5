"""Facts about people: what conditions find must be what is written down."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions, findings
from mailhub.conditions import parse
from mailhub.db.session import Database
from mailhub.facts import Facts
from mailhub.people import facts, persons, roles
from mailhub.people.tables import Activity, Address, Person


def town(session: Session, now: datetime) -> Facts:
    """Two people: Ana of whom everything is known, Bruno of whom nothing is."""
    ana, address = persons.meet(session, "ana@example.org", name="ana", language="en", now=now)
    persons.confirm(session, address, now=now)
    persons.change(session, ana, time_zone="Europe/Lisbon", now=now)
    persons.set_field(session, ana.id, "town", "Pietrafiore", now=now)
    roles.grant(session, ana.id, roles.ORGANISER, origin="config", now=now)
    roles.grant(session, ana.id, roles.MODERATOR, 3, origin="file", now=now)
    persons.meet(session, "bruno@example.org", name="bruno", now=now - timedelta(days=30))
    session.flush()
    return Facts([*facts.FACTS, *facts.fields(session)])


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('person.language == "en"', ["ana"]),
        ("person.language is unknown", ["bruno"]),
        ('person.time_zone == "Europe/Lisbon"', ["ana"]),
        ("person.time_zone is unknown", ["bruno"]),
        ('person.field.town == "Pietrafiore"', ["ana"]),
        ('person.field.town != "Pietrafiore"', []),
        ("person.field.town is unknown", ["bruno"]),
        ('person.name = "ana"', ["ana"]),
        ("person.name is known", ["ana", "bruno"]),
        ("person.confirmed", ["ana"]),
        ("not person.confirmed", ["bruno"]),
        ("person.organiser", ["ana"]),
        ("not person.organiser", ["bruno"]),
        ("person.moderator", ["ana"]),
    ],
)
def test_a_condition_finds_who_it_is_about(database: Database, now: datetime, condition: str, found: list[str]) -> None:
    with database.transaction() as session:
        wanted = parse(condition, town(session, now))
        people = sa.select(Person.name).order_by(Person.name)
        addresses = people.join(Address, Address.person_id == Person.id)
        assert list(session.scalars(people.where(conditions.where(wanted, Person.id.expression)))) == found
        assert list(session.scalars(addresses.where(conditions.where(wanted, Address.person_id.expression)))) == found


def test_when_somebody_was_written_down_is_a_fact(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        created = town(session, now).get("person.created")
        assert created is not None
        found = session.execute(sa.select(Person.name, created.sql(Person.id.expression)).order_by(Person.name)).all()
        assert [tuple(row) for row in found] == [("ana", now), ("bruno", now - timedelta(days=30))]


def test_every_change_of_a_fact_is_an_activity_it_names(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        known = town(session, now)
        noted = set(session.scalars(sa.select(Activity.what)))
        assert noted == {
            "person.met",
            "person.changed",
            "address.confirmed",
            "organiser.granted",
            "moderator.granted",
        }
        for what in noted:
            assert known.changed_by(what), what


def test_an_empty_name_is_not_known(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        zoe, _ = persons.meet(session, "zoe@example.net", now=now)
        session.flush()

        assert findings.read(session, facts.FACTS, [zoe.id])[zoe.id] == {
            "person.name": None,
            "person.confirmed": False,
            "person.language": None,
            "person.time_zone": None,
            "person.created": now,
            "person.organiser": False,
            "person.moderator": False,
        }
