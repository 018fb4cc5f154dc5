"""Who somebody is, and where we write to them."""

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.errors import BadInput
from mailhub.people import persons
from mailhub.people.tables import Activity, Address, Person
from mailhub.site import Site


def test_a_newcomer_is_written_down_once_however_the_address_is_written(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, address = persons.meet(session, "Ana@Example.org", name="Ana", language="it", now=now)
        again, same = persons.meet(session, "ana@example.ORG", name="Somebody else", language="en", now=now)
        assert (again.id, same.id) == (ana.id, address.id)
        assert (ana.name, ana.language, address.email, address.rank) == ("Ana", "it", "Ana@Example.org", 0)
        assert address.confirmed_at is None
        found = persons.find(session, "ANA@example.org")
        assert found is not None
        assert found.id == ana.id
        assert persons.find(session, "nobody@example.org") is None
        assert persons.address_of(session, "nobody@example.org") is None


def test_two_mails_of_one_newcomer_read_at_once_make_one_person(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
    monkeypatch.setattr(persons, "address_of", lambda *_: None)  # a look from before the other's commit
    with database.transaction() as session:
        assert persons.meet(session, "ana@example.org", now=now)[0].id == ana.id
        assert persons.add_address(session, session.get_one(Person, ana.id), "ana@example.org", now=now) is None
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_we_write_to_the_address_of_rank_0(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, first = persons.meet(session, "ana@example.org", now=now)
        bruno, his = persons.meet(session, "bruno@example.org", now=now)
        second = persons.add_address(session, ana, "ana@work.example", now=now)
        assert second is not None
        assert {p: a.id for p, a in persons.write_to(session, [ana.id, bruno.id, 999]).items()} == {
            ana.id: first.id,
            bruno.id: his.id,
        }
        persons.make_first(session, second, now=now)
        assert persons.write_to(session, [ana.id])[ana.id].id == second.id
        assert [(a.email, a.rank) for a in persons.addresses_of(session, ana.id)] == [
            ("ana@work.example", 0),
            ("ana@example.org", 1),
        ]


def test_nobody_takes_an_address_that_is_somebody_elses(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        bruno, his = persons.meet(session, "bruno@example.org", now=now)
        assert persons.add_address(session, ana, "Bruno@example.org", now=now) is None
        own = persons.add_address(session, bruno, "bruno@example.org", now=now)
        assert own is not None
        assert own.id == his.id
        assert (ana.token_epoch, bruno.token_epoch) == (0, 0)


@pytest.mark.parametrize("change", [persons.add_address, None], ids=["added", "preferred"])
def test_a_change_of_addresses_ends_older_tokens(
    database: Database, now: datetime, change: Callable[..., Address | None] | None
) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        second = persons.add_address(session, ana, "ana@work.example", now=now)
        before = ana.token_epoch
        assert before == 1
        if change is not None:
            change(session, ana, "ana@third.example", now=now)
        else:
            assert second is not None
            persons.make_first(session, second, now=now)
            persons.make_first(session, second, now=now)  # it is the first already
        assert ana.token_epoch == before + 1


def test_the_first_confirmation_of_an_address_is_remembered(database: Database, now: datetime) -> None:
    later = now.replace(hour=20)
    with database.transaction() as session:
        ana, address = persons.meet(session, "ana@example.org", now=now)
        persons.confirm(session, address, now=now)
        persons.confirm(session, address, now=later)
        assert address.confirmed_at == now
        assert ana.token_epoch == 0
        session.flush()
        assert list(session.scalars(sa.select(Activity.what).order_by(Activity.id))) == [
            "person.met",
            "address.confirmed",
        ]


def test_language_and_time_zone_are_the_sites_until_the_person_has_their_own(
    database: Database, site: Site, now: datetime
) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        assert (persons.language_of(ana, site), persons.zone_of(ana, site)) == ("it", "Europe/Rome")
        persons.change(session, ana, name=" Ana B. ", language="en", time_zone="Europe/Lisbon", now=now)
        assert (persons.language_of(ana, site), persons.zone_of(ana, site)) == ("en", "Europe/Lisbon")
        persons.change(session, ana, language="", now=now)
        assert (ana.name, ana.language, persons.language_of(ana, site)) == ("Ana B.", None, "it")


def test_a_field_is_kept_replaced_and_forgotten_and_what_stood_there_is_told(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        assert persons.set_field(session, ana.id, "town", "Pietrafiore", now=now) == ""
        assert persons.set_field(session, ana.id, "town", "Valbruna", now=now) == "Pietrafiore"
        assert persons.fields_of(session, ana.id) == {"town": "Valbruna"}
        assert persons.set_field(session, ana.id, "town", "", now=now) == "Valbruna"
        assert persons.fields_of(session, ana.id) == {}


@pytest.mark.parametrize("name", ["", "Town", "1st", "home town", "è", "a" * 41])
def test_a_field_that_no_condition_could_name_is_refused(database: Database, now: datetime, name: str) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        with pytest.raises(BadInput, match="cannot name a field"):
            persons.set_field(session, ana.id, name, "x", now=now)


def test_no_two_people_have_one_address(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        for email in ("a@example.org", "A@EXAMPLE.ORG", "b@example.org"):
            persons.meet(session, email, now=now)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2
