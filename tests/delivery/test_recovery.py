"""What a dead worker held is taken up again; what may have arrived is sent again or held, by class."""

from datetime import timedelta

import pytest

from mailhub.db.session import Database
from mailhub.delivery import claims, expand, recording, recovery
from mailhub.delivery.due import in_work
from mailhub.delivery.recovery import Recovered
from mailhub.delivery.tables import MailClass
from tests.delivery.outside import NOW, SITE, Office

LEASE = NOW + timedelta(minutes=15)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def leave_behind(office: Office, mail_class: MailClass) -> int:
    """A worker dies with two rows claimed and two announced."""
    people = office.people(4)
    post = office.posts(people, key=mail_class.value, mail_class=mail_class)
    with office.database.transaction() as session:
        expand.page(session, office.sources, now=NOW)
        batch = claims.claim(session, office.sources, SITE, post, 4, now=NOW, lease=LEASE)
        assert recording.intend(session, [c.delivery for c in batch.claimed[:2]], LEASE) == [True, True]
    return post


@pytest.mark.parametrize(
    ("mail_class", "recovered", "states"),
    [
        (MailClass.SERVICE, Recovered(2, 2, 0), {"ready": 4}),
        (MailClass.DISCUSSION, Recovered(2, 2, 0), {"ready": 4}),
        (MailClass.DIGEST, Recovered(2, 2, 0), {"ready": 4}),
        (MailClass.RELATIONAL, Recovered(2, 0, 2), {"ready": 2, "uncertain": 2}),
        (MailClass.PROMOTIONAL, Recovered(2, 0, 2), {"ready": 2, "uncertain": 2}),
    ],
)
def test_a_process_that_is_alone_takes_over_at_once(
    office: Office, mail_class: MailClass, recovered: Recovered, states: dict[str, int]
) -> None:
    post = leave_behind(office, mail_class)
    with office.database.transaction() as session:
        assert in_work(session)
        assert recovery.take_over(session) == recovered
        assert recovery.take_over(session) == Recovered()
        assert not in_work(session)
    assert office.states(post) == states


def test_others_wait_for_the_lease_to_end(office: Office) -> None:
    post = leave_behind(office, MailClass.DISCUSSION)
    with office.database.transaction() as session:
        assert session.scalar(recovery.NEXT_LEASE) == LEASE
        assert recovery.sweep(session, real=LEASE - timedelta(seconds=1)) == Recovered()
        assert recovery.sweep(session, real=LEASE) == Recovered(2, 2, 0)
        assert session.scalar(recovery.NEXT_LEASE) is None
    assert office.states(post) == {"ready": 4}


def test_two_workers_never_get_the_same_rows(office: Office) -> None:
    post = office.posts(office.people(6))
    with office.database.transaction() as session:
        expand.page(session, office.sources, now=NOW)
    with office.database.transaction() as first:
        one = claims.claim(first, office.sources, SITE, post, 3, now=NOW, lease=LEASE)
        if not office.database.is_sqlite:  # there the second would wait for the first to commit
            with office.database.transaction() as second:
                two = claims.claim(second, office.sources, SITE, post, 6, now=NOW, lease=LEASE)
    if office.database.is_sqlite:
        with office.database.transaction() as second:
            two = claims.claim(second, office.sources, SITE, post, 6, now=NOW, lease=LEASE)
    people = [{c.delivery.person_id for c in batch.claimed} for batch in (one, two)]
    assert [len(some) for some in people] == [3, 3]
    assert not people[0] & people[1]
