"""A mailing's life: opened once, due, paused, cancelled, done."""

from datetime import timedelta

import pytest

from mailhub.db.session import Database
from mailhub.delivery import expand, mailings, outbox, switch
from mailhub.delivery.due import next_due
from mailhub.delivery.tables import Mailing
from tests.delivery.outside import NOW, Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_a_cause_that_comes_twice_makes_one_mailing(office: Office) -> None:
    people = office.people(2)
    assert office.posts(people) == office.posts(people, frames={"it": b"another text"}) != office.posts(people, key="b")
    office.works()
    assert office.states() == {"sent": 4}


def test_a_mailing_opens_when_it_is_due_and_not_before(office: Office) -> None:
    post = office.posts(office.people(2), due_at=NOW + timedelta(minutes=2))
    assert office.works() == 0
    assert office.mailing(post).state == "scheduled"
    with office.database.reading() as session:
        assert next_due(session) == NOW + timedelta(minutes=2)
    office.passes(minutes=2)
    assert office.works() == 2
    with office.database.reading() as session:
        assert next_due(session) is None


def test_a_site_that_sends_nothing_names_nothing_to_send(office: Office) -> None:
    [person] = office.people(1)
    standing = office.posts([person], reads=None)
    with office.database.transaction() as session:
        outbox.owe(session, session.get_one(Mailing, standing), person, now=NOW)
        assert next_due(session) == NOW
        switch.hold(session, "restored", now=NOW)
        assert next_due(session) is None


def test_a_site_that_sends_nothing_owes_what_it_would_send(office: Office) -> None:
    office.posts(office.people(3))
    with office.database.transaction() as session:
        switch.hold(session, "restored", now=NOW)
    assert office.works() == 0
    with office.database.transaction() as session:
        assert switch.waiting(session) == 3
        switch.let_go(session)
    assert office.works() == 3


def test_a_mailing_withdrawn_in_time_reaches_nobody(office: Office) -> None:
    post = office.posts(office.people(2), due_at=NOW + timedelta(minutes=2))
    with office.database.transaction() as session:
        mailing = session.get_one(Mailing, post)
        assert mailings.cancel(session, mailing, now=NOW, reason="withdrawn")
        assert mailing.state == "cancelled"
        assert not mailings.cancel(session, mailing, now=NOW, reason="again")
    office.passes(minutes=3)
    assert office.works() == 0
    assert office.states() == {}


def test_a_cancelled_mailing_leaves_nothing_waiting_however_large(office: Office) -> None:
    people = office.people(1_200)
    post = office.posts(people)
    with office.database.transaction() as session:
        expand.page(session, office.sources, now=NOW)
    with office.database.transaction() as session:
        mailings.cancel(session, session.get_one(Mailing, post), now=NOW, reason="recalled")
    assert office.states() == {"cancelled": 500, "ready": 700}
    for _ in range(2):
        assert office.works() == 0
    assert office.states() == {"cancelled": 1_200}
    assert office.deliveries()[0].reply == "recalled"


def test_pausing_and_resuming_say_whether_they_did_anything(office: Office) -> None:
    post = office.posts(office.people(1))
    with office.database.transaction() as session:
        mailing = session.get_one(Mailing, post)
        assert not mailings.resume(session, mailing)
        assert mailings.pause(session, mailing)
        assert not mailings.pause(session, mailing)
        assert mailing.state == "paused"
    assert office.works() == 0
    with office.database.transaction() as session:
        assert mailings.resume(session, session.get_one(Mailing, post))
    assert office.works() == 1


def test_a_standing_mailing_is_never_done(office: Office) -> None:
    [person] = office.people(1)
    standing = office.posts([person], key="standing", reads=None)
    for occurrence in (7, 8, 8):
        with office.database.transaction() as session:
            outbox.owe(session, session.get_one(Mailing, standing), person, now=NOW, occurrence=occurrence)
        office.works()
    assert office.states() == {"sent": 2}
    assert office.mailing(standing).state == "open"


def test_a_mailing_nobody_reads_is_done_at_once(office: Office) -> None:
    post = office.posts([90, 99])
    office.works()
    assert office.mailing(post).state == "done"


def test_opening_a_mailing_wakes_the_sender_after_the_commit(office: Office) -> None:
    bells: list[str] = []
    office.database.on_commit = bells.append
    office.posts(office.people(1))
    assert bells == ["delivery"]
