"""Owing a mailing to its audience in pages."""

import time

import pytest

from mailhub import faults
from mailhub.db.session import Database
from mailhub.delivery import expand
from mailhub.delivery.tables import MailClass
from tests.delivery.outside import NOW, Office


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def page(office: Office) -> int:
    with office.database.transaction() as session:
        return expand.page(session, office.sources, now=NOW)


def test_pages_owe_everybody_once_and_keep_their_place(office: Office) -> None:
    people = office.people(4_500)
    post = office.posts(people)
    assert [page(office) for _ in range(4)] == [2_000, 2_000, 500, 0]
    assert office.states(post) == {"ready": 4_500}
    mailing = office.mailing(post)
    assert (mailing.place, mailing.expanded_at) == (people[-1], NOW)


def test_a_page_that_was_cut_off_is_owed_again_from_its_start(office: Office) -> None:
    post = office.posts(office.people(2_100))
    page(office)
    faults.arm("mailing.owed=raise")
    try:
        with pytest.raises(faults.Injected):
            office.works()
    finally:
        faults.arm("")
    assert office.states(post) == {"ready": 2_000}
    assert page(office) == 100
    assert office.states(post) == {"ready": 2_100}


def test_a_page_takes_less_than_50_ms_of_the_writer(office: Office) -> None:
    office.posts(office.people(8_000))
    took = []
    for _ in range(4):
        started = time.thread_time()
        page(office)
        took.append(time.thread_time() - started)
    assert min(took) < 0.05


def test_the_most_pressing_mailing_is_owed_first(office: Office) -> None:
    people = office.people(3)
    campaign = office.posts(people, key="campaign", mail_class=MailClass.PROMOTIONAL)
    post = office.posts(people, key="post")
    page(office)
    assert (office.states(post), office.states(campaign)) == ({"ready": 3}, {})


def test_people_who_appear_twice_in_an_audience_get_one_row(office: Office) -> None:
    people = office.people(3)
    once = office.source.audience
    office.source.audience = lambda mailing: once(mailing).union_all(once(mailing))  # type: ignore[assignment, return-value]
    post = office.posts(people)
    page(office)
    assert office.states(post) == {"ready": 3}
