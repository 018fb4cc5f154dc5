"""Journeys begin by the clock, by a day of people's own, and by what comes to be so of them: once for each cause."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from mailhub.journeys.tables import Enrolment, JourneyRow, SegmentMember
from mailhub.people import persons
from mailhub.people.tables import Person
from tests.stories.journeys import publishes
from tests.stories.town import Inboxes, Town

OLGA, NIVES, PIA = "olga@example.org", "nives@example.org", "pia@example.org"
HEAD = "title: Hello\nlist: garden\nsteps: [{id: rest, wait: 1 min}]\n"


@pytest.fixture
def garden(town: Town) -> Town:
    town.opens_list("garden", organiser=OLGA, moderate="nobody")
    town.joins("garden", NIVES, PIA)
    town.settles()  # what happened until now is known
    return town


def number(town: Town, email: str) -> int:
    person = town.person(email)
    assert person is not None
    return person.id


def came(town: Town, email: str = NIVES) -> list[datetime]:
    """When somebody came in."""
    with town.database.reading() as session:
        mine = sa.select(Enrolment.began_at).join(Person, Person.id == Enrolment.person_id)
        found = mine.where(Person.id == number(town, email)).order_by(Enrolment.id)
        return list(session.scalars(found))


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]


def goes_to(town: Town, moment: datetime) -> None:
    town.worker.turn(moment - town.clock.now())


def test_a_schedule_brings_in_everybody_who_fits_and_nobody_else(garden: Town) -> None:
    garden.opens_list("elsewhere", organiser=OLGA)
    garden.joins("elsewhere", "zoe@example.net")
    publishes(garden, HEAD + 'trigger: {at: "9:30", days: [wed], where: person.name != "Pia"}\n', {})
    goes_to(garden, at(2026, 3, 17, 8))
    assert came(garden) == [at(2026, 3, 11, 8, 30)]  # a Wednesday, half past nine in Rome
    assert (came(garden, PIA), came(garden, "zoe@example.net")) == ([], [])
    goes_to(garden, at(2026, 3, 19, 8))
    assert came(garden) == [at(2026, 3, 11, 8, 30), at(2026, 3, 18, 8, 30)]


@pytest.mark.parametrize(
    ("before", "slots"),
    [
        (at(2026, 3, 28), [at(2026, 3, 28, 1, 30), at(2026, 3, 29, 1), at(2026, 3, 30, 0, 30)]),  # 2:30 is left out
        (at(2026, 10, 24), [at(2026, 10, 24, 0, 30), at(2026, 10, 25, 0, 30), at(2026, 10, 26, 1, 30)]),  # it is twice
    ],
)
def test_a_slot_comes_once_also_when_clocks_are_changed(garden: Town, before: datetime, slots: list[datetime]) -> None:
    goes_to(garden, before)
    publishes(garden, HEAD + 'trigger: {at: "2:30"}\n', {})
    goes_to(garden, before + timedelta(days=3))
    assert came(garden) == slots


def test_of_two_workers_one_fires(garden: Town) -> None:
    publishes(garden, HEAD + 'trigger: {at: "9:30"}\nentry: {reentry: every key}\n', {})
    garden.settles()
    other = garden.another_worker(Inboxes())
    for _ in range(3):
        garden.clock.turn(timedelta(days=1))
        for worker in (garden.worker, other, garden.worker):
            worker.chores()
    garden.settles()
    assert len(came(garden)) == 3


def test_a_slot_that_is_long_past_is_passed_over(garden: Town) -> None:
    publishes(garden, HEAD + 'trigger: {at: "9:30"}\ntiming: {overdue: {grace: 2 h, then: skip}}\n', {})
    garden.settles()
    garden.clock.turn(timedelta(hours=10))  # nobody was there to fire it
    garden.settles()
    assert came(garden) == []
    goes_to(garden, at(2026, 3, 10, 9))
    assert came(garden) == [at(2026, 3, 10, 8, 30)]


def test_a_day_of_ones_own_comes_by_ones_own_clock(garden: Town) -> None:
    with garden.database.transaction() as session:
        session.execute(sa.update(Person).where(Person.id == number(garden, PIA)).values(time_zone="America/New_York"))
    publishes(garden, HEAD + 'trigger: {date: list.garden.joined_at, offset: 21 d, at: "10:00"}\n', {})
    garden.joins("garden", "later@example.net")
    goes_to(garden, at(2026, 4, 29))
    assert came(garden) == [at(2026, 3, 30, 8)]  # summer time has begun
    assert came(garden, PIA) == [at(2026, 3, 30, 14)]
    assert came(garden, "later@example.net") == [at(2026, 3, 30, 8)]


def test_who_moves_before_that_day_lives_it_where_they_are(garden: Town) -> None:
    publishes(garden, HEAD + 'trigger: {date: list.garden.joined_at, offset: 21 d, at: "10:00"}\n', {})
    garden.settles()
    with garden.database.transaction() as session:
        person = session.get_one(Person, number(garden, NIVES))
        persons.change(session, person, time_zone="America/New_York", now=garden.clock.now())
    garden.settles()
    with garden.database.reading() as session:
        mine = sa.select(SegmentMember.flips_at).where(SegmentMember.person_id == person.id)
        assert session.scalar(mine) == at(2026, 3, 30, 14)
    goes_to(garden, at(2026, 4, 2))
    assert came(garden) == [at(2026, 3, 30, 14)]


def test_who_moves_on_that_day_does_not_live_it_twice(garden: Town) -> None:
    publishes(garden, HEAD + 'trigger: {date: list.garden.joined_at, offset: 21 d, at: "10:00"}\n', {})
    goes_to(garden, at(2026, 3, 30, 9))
    with garden.database.transaction() as session:
        session.execute(sa.update(Person).values(time_zone="America/New_York"))
        session.execute(sa.update(JourneyRow).values(next_fire=at(2026, 3, 30, 9, 30)))  # all are looked at
    goes_to(garden, at(2026, 4, 10))
    assert len(came(garden)) == 1


def test_whoever_begins_to_fit_comes_in_and_who_fitted_before_does_not(garden: Town) -> None:
    garden.writes(PIA, to="garden@lists.test", subject="Before")
    garden.settles()
    publishes(garden, HEAD + "trigger: {segment: posts.count >= 1}\n", {})
    garden.settles()
    garden.writes(NIVES, to="garden@lists.test", subject="First")
    garden.settles()
    garden.writes(NIVES, to="garden@lists.test", subject="Second")
    garden.passes(days=3)
    assert (len(came(garden)), came(garden, PIA)) == (1, [])


def test_what_time_alone_makes_so_brings_in_at_its_instant(garden: Town) -> None:
    publishes(garden, HEAD + "trigger: {segment: not list.garden.joined_at within 10 days}\n", {})
    goes_to(garden, at(2026, 3, 25))
    [moment] = came(garden)
    assert timedelta() <= moment - at(2026, 3, 19, 8) < timedelta(minutes=1)


def test_who_fits_again_comes_in_again_if_the_journey_lets_them(garden: Town) -> None:
    garden.writes(NIVES, to="garden@lists.test", subject="Long ago")
    publishes(garden, HEAD + "trigger: {segment: posts.last_at not within 5 days}\n", {})
    garden.passes(days=6)
    garden.writes(NIVES, to="garden@lists.test", subject="Here I am")
    garden.passes(days=6)
    assert len(came(garden)) == 2


def test_at_night_all_are_looked_at_again_and_what_was_missed_is_told_and_mended(
    garden: Town, caplog: pytest.LogCaptureFixture
) -> None:
    publishes(garden, HEAD + 'trigger: {segment: person.name = "Nives Rossi"}\n', {})
    garden.settles()
    with caplog.at_level(logging.WARNING, "mailhub.journeys"):
        garden.passes(days=1)
        assert caplog.messages == []
        with garden.database.transaction() as session:  # and nothing says that it happened
            session.execute(sa.update(Person).where(Person.id == number(garden, NIVES)).values(name="Nives Rossi"))
        garden.passes(days=1)
    assert len(came(garden)) == 1
    assert [message.partition(" person=")[0] for message in caplog.messages] == ["journey=welcome"]


def test_nobody_is_watched_when_the_trigger_becomes_another(garden: Town) -> None:
    publishes(garden, HEAD + "trigger: {segment: person.name is known}\n", {})
    garden.settles()
    publishes(garden, HEAD + "trigger: {activity: post.published}\n", {})
    garden.settles()
    with garden.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SegmentMember)) == 0
