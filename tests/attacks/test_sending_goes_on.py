"""Sending goes on when the clock is put right, and a short list need not wait for a long one."""

import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.delivery import expand
from mailhub.delivery.tables import Mailing
from tests.delivery.outside import GONE, Hop, Office


def test_a_rest_ends_though_the_clock_was_a_day_ahead_when_it_was_taken(database: Database) -> None:
    office = Office(database, Hop(everywhere=GONE))
    office.posts(office.people(20))
    office.works()  # finds nobody there, and takes a rest
    office.passes(days=1)
    office.works()  # and another
    office.hop.everywhere = None
    office.passes(days=-1)
    office.passes(hours=1)
    assert office.works() == 20


def test_a_short_list_is_owed_its_post_before_the_second_page_of_a_long_one(database: Database) -> None:
    office = Office(database)
    people = office.people(2 * expand.PAGE + 20)
    office.posts(people[:-20], key="long", list_id=1)
    short = office.posts(people[-20:], key="short", list_id=2)
    for _ in range(2):
        with database.transaction() as session:
            expand.page(session, office.sources, now=office.clock.now())
    with database.reading() as session:
        assert session.scalar(sa.select(Mailing.expanded_at).where(Mailing.id == short)) is not None
