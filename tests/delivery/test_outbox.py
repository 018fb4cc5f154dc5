"""What is owed: once for each cause, and no longer than consent lasts."""

from datetime import timedelta

import pytest

from mailhub.db.session import Database
from mailhub.delivery import outbox
from mailhub.delivery.tables import Delivery, DeliveryState, MailClass, Mailing
from mailhub.people import consent
from mailhub.people.tables import Address, ConsentState
from tests.delivery.outside import NOW, SITE, Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def owe(office: Office, mailing_id: int, person: int, **more: object) -> None:
    with office.database.transaction() as session:
        outbox.owe(session, session.get_one(Mailing, mailing_id), person, now=NOW, **more)  # type: ignore[arg-type]


def test_a_repeat_is_harmless_and_keeps_what_was_frozen_first(office: Office) -> None:
    [person] = office.people(1)
    post = office.posts([person], reads=None)
    owe(office, post, person, slots={"text": "first"})
    owe(office, post, person, slots={"text": "second"})
    [row] = office.deliveries()
    assert row.slots == {"text": "first"}


def test_what_is_due_later_waits(office: Office) -> None:
    [person] = office.people(1)
    post = office.posts([person], reads=None)
    owe(office, post, person, due_at=NOW + timedelta(hours=1))
    assert office.works() == 0
    office.passes(hours=1)
    assert office.works() == 1


def test_mail_to_one_address_goes_there_and_other_mail_to_the_first(office: Office) -> None:
    [person] = office.people(1)
    with office.database.transaction() as session:
        second = Address(person_id=person, email="New@example.net", email_key="new@example.net", rank=1, created_at=NOW)
        session.add(second)
    post = office.posts([person], reads=None)
    owe(office, post, person, occurrence=1)
    owe(office, post, person, occurrence=2, address_id=second.id)
    office.works()
    went = {SITE.keys.read_bounce(copy.envid).occurrence: copy.envelope_to for copy in office.hop.taken}  # type: ignore[union-attr]
    assert went == {1: "p1@example.org", 2: "New@example.net"}


def test_taking_consent_away_cancels_what_is_owed_for_that_purpose_only(office: Office) -> None:
    people = office.people(2)
    ours = office.posts(people, key="ours", reads=None, purpose="list:1")
    other = office.posts(people, key="other", reads=None, purpose="list:2")
    for post in (ours, other):
        for person in people:
            owe(office, post, person)
    with office.database.transaction() as session:
        claimed = session.get_one(Delivery, (ours, people[0], 0))
        claimed.state, claimed.lease_until = DeliveryState.CLAIMED, NOW
    with office.database.transaction() as session:
        assert outbox.cancel(session, person_id=people[0], purpose="list:1", now=NOW, reason="left") == 1
        assert outbox.cancel(session, person_id=people[0], purpose="list:1", now=NOW, reason="left") == 0
    cancelled = [d for d in office.deliveries() if d.state is DeliveryState.CANCELLED]
    assert [(d.mailing_id, d.person_id, d.reply) for d in cancelled] == [(ours, people[0], "left")]


def test_a_promotional_mail_needs_consent_at_the_moment_it_leaves(office: Office) -> None:
    people = office.people(3)
    post = office.posts(people, mail_class=MailClass.PROMOTIONAL, purpose="news")
    with office.database.transaction() as session:
        for person in people[:2]:
            _agree(session, person, ConsentState.GIVEN)
        _agree(session, people[1], ConsentState.WITHDRAWN)
    office.works()
    assert office.states(post) == {"sent": 1, "cancelled": 2}
    assert list(office.hop.arrivals) == ["p1@example.org"]


def _agree(session: object, person: int, state: ConsentState) -> None:
    consent.record(session, person, "news", state, now=NOW, source="test", evidence={})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hard", "reached"), [(True, []), (False, ["service"])], ids=["a hard one stops everything", "a soft one bulk only"]
)
def test_a_suppressed_address_is_not_written_to(office: Office, hard: bool, reached: list[str]) -> None:
    [person] = office.people(1)
    for mail_class in (MailClass.SERVICE, MailClass.DISCUSSION, MailClass.PROMOTIONAL):
        office.posts([person], key=mail_class.value, mail_class=mail_class)
    with office.database.transaction() as session:
        consent.suppress(session, SITE, "P1@Example.org", "bounce", hard=hard, now=NOW)
    office.works()
    sent = [office.mailing(d.mailing_id).mail_class.value for d in office.deliveries() if d.state == "sent"]
    assert sent == reached
    assert {d.reply for d in office.deliveries() if d.state == "cancelled"} == {"suppressed: bounce"}


def test_somebody_without_an_address_is_not_waited_for(office: Office) -> None:
    post = office.posts([77], reads=None)
    owe(office, post, 77)
    office.works()
    assert [(d.state, d.reply) for d in office.deliveries()] == [("cancelled", "there is no address to write to")]
