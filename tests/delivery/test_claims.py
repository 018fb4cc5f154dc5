"""Claims: judged, addressed, in the reader's language, and never more than one worker's."""

from datetime import timedelta

import pytest

from mailhub.db.session import Database
from mailhub.delivery import claims, expand, outbox, recording
from mailhub.delivery.claims import Batch
from mailhub.delivery.recording import Answer
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing
from tests.delivery.outside import NOW, SITE, TAKEN, UNKNOWN, Office

LEASE = NOW + timedelta(minutes=15)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def posted(office: Office, count: int, key: str = "post", **changes: object) -> int:
    post = office.posts(office.people(count), key=key, **changes)
    with office.database.transaction() as session:
        expand.page(session, office.sources, now=NOW)
    return post


def claim(office: Office, post: int, limit: int = 200) -> Batch:
    with office.database.transaction() as session:
        return claims.claim(session, office.sources, SITE, post, limit, now=NOW, lease=LEASE)


def test_only_open_mailings_with_something_due_are_candidates(office: Office) -> None:
    post = posted(office, 2)
    posted(office, 2, key="later", due_at=NOW + timedelta(hours=1))
    [standing] = [office.posts([1], key="standing", reads=None)]
    with office.database.transaction() as session:
        outbox.owe(session, session.get_one(Mailing, standing), 1, now=NOW, due_at=NOW + timedelta(hours=1))
    with office.database.reading() as session:
        assert [c.mailing_id for c in claims.candidates(session, now=NOW)] == [post]
    claim(office, post)
    with office.database.reading() as session:
        assert claims.candidates(session, now=NOW) == []
        assert [c.mailing_id for c in claims.candidates(session, now=NOW + timedelta(hours=1))] == [standing]


def test_a_claim_takes_so_many_and_raises_their_epoch(office: Office) -> None:
    post = posted(office, 5)
    batch = claim(office, post, 3)
    assert (len(batch.claimed), batch.looked_at) == (3, 3)
    assert {c.delivery.epoch for c in batch.claimed} == {1}
    rows = [d for d in office.deliveries() if d.state is DeliveryState.CLAIMED]
    assert [(d.epoch, d.lease_until) for d in rows] == [(1, LEASE)] * 3
    assert claim(office, post, 3).looked_at == 2
    assert claim(office, post, 3).looked_at == 0


def test_what_is_put_back_is_claimed_under_another_epoch(office: Office) -> None:
    post = posted(office, 1)
    [first] = claim(office, post).claimed
    with office.database.transaction() as session:
        claims.release(session, [first.delivery])
    [second] = claim(office, post).claimed
    assert (first.delivery.epoch, second.delivery.epoch) == (1, 2)
    with office.database.transaction() as session:
        claims.release(session, [first.delivery])  # too late: it is another's now
        assert recording.intend(session, [first.delivery, second.delivery], LEASE) == [False, True]


def test_a_fenced_outcome_changes_nothing_and_tells_nobody(office: Office) -> None:
    post = posted(office, 1)
    [first] = claim(office, post).claimed
    with office.database.transaction() as session:
        claims.release(session, [first.delivery])
    batch = claim(office, post)
    late = Answer(batch.mailing, first.delivery, UNKNOWN)
    with office.database.transaction() as session:
        recording.record(session, office.sources, [late], NOW)
    assert office.states() == {"claimed": 1}
    assert office.source.settled_people == []
    in_time = Answer(batch.mailing, batch.claimed[0].delivery, TAKEN)
    with office.database.transaction() as session:
        recording.record(session, office.sources, [in_time], NOW)
    assert office.states() == {"sent": 1}
    assert len(office.source.settled_people) == 1


def test_slots_frozen_when_owed_win_over_those_of_the_source(office: Office) -> None:
    [person] = office.people(1)
    standing = office.posts([person], reads=None)
    with office.database.transaction() as session:
        outbox.owe(session, session.get_one(Mailing, standing), person, now=NOW, slots={"word": "frozen"})
    office.source.slots = lambda *_: [{"word": "fresh", "more": "x"}]  # type: ignore[method-assign]
    [claimed] = claim(office, standing).claimed
    assert claimed.slots == {"word": "frozen", "more": "x"}


@pytest.mark.parametrize(
    ("delivery", "person", "frame"),
    [("en", "it", "en"), (None, "en", "en"), (None, None, "it"), ("de", "fr", "it"), (None, "fr", "it")],
)
def test_the_text_is_in_the_language_owed_else_the_persons_else_the_sites(
    office: Office, delivery: str | None, person: str | None, frame: str
) -> None:
    [reader] = office.people(1, language=person)
    standing = office.posts([reader], reads=None)
    with office.database.transaction() as session:
        outbox.owe(session, session.get_one(Mailing, standing), reader, now=NOW, language=delivery)
    [claimed] = claim(office, standing).claimed
    assert claimed.language == frame


def test_a_room_that_fails_to_settle_does_not_stop_the_mail(office: Office) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("not my day")

    office.source.settled = fail  # type: ignore[method-assign, assignment]
    office.posts(office.people(3))
    assert office.works() == 3
    assert office.states() == {"sent": 3}


def test_claimed_values_live_in_no_session(office: Office) -> None:
    [claimed] = claim(office, posted(office, 1)).claimed
    assert isinstance(claimed.delivery, Delivery)
    with office.database.transaction() as session:
        assert claimed.delivery not in session
