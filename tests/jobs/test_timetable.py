"""Ticks: a slot fires once, whoever looks and however often; a look that fails is looked at again."""

import threading
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa

from mailhub.clock import next_local
from mailhub.db.session import Database
from mailhub.jobs.tables import Fire
from mailhub.jobs.timetable import Timetable, fire

PATIENCE = 20.0
SLOT = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def fires(database: Database, schedule: str, slot: datetime) -> bool:
    with database.transaction() as session:
        return fire(session, schedule, slot, slot + timedelta(seconds=1))


def test_a_slot_fires_once(database: Database) -> None:
    assert fires(database, "letter", SLOT) is True
    assert fires(database, "letter", SLOT) is False


def test_schedules_and_slots_are_apart(database: Database) -> None:
    assert fires(database, "letter", SLOT)
    assert fires(database, "report", SLOT)
    assert fires(database, "letter", SLOT + timedelta(days=1))


def test_what_was_rolled_back_may_fire(database: Database) -> None:
    with database.transaction() as session:
        assert fire(session, "letter", SLOT, SLOT)
        session.rollback()
    assert fires(database, "letter", SLOT)


def test_two_tickers_at_the_same_instant_fire_a_slot_once(database: Database) -> None:
    together = threading.Barrier(2)
    fired: list[datetime] = []

    def tick() -> None:
        for day in range(20):
            together.wait(PATIENCE)
            slot = SLOT + timedelta(days=day)
            if fires(database, "letter", slot):
                fired.append(slot)

    tickers = [threading.Thread(target=tick) for _ in range(2)]
    for ticker in tickers:
        ticker.start()
    for ticker in tickers:
        ticker.join(PATIENCE)
    assert sorted(fired) == [SLOT + timedelta(days=day) for day in range(20)]


def test_a_local_hour_that_comes_twice_fires_once(database: Database) -> None:
    """On 25 October 2026 the clocks of Rome show 2:30 twice; a ticker that starts anew in between must not matter."""
    begin = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
    fired = 0
    for step in range(4 * 24 * 4):  # a quarter of an hour each
        now = begin + timedelta(minutes=15 * step)
        slot = next_local(now - timedelta(minutes=15), time(2, 30), "Europe/Rome")
        if slot <= now:
            fired += fires(database, "letter", slot) + fires(database, "letter", slot)
    with database.reading() as session:
        slots = sorted(session.scalars(sa.select(Fire.slot)))
    assert fired == len(slots) == 4
    assert [slot.day for slot in slots] == [24, 25, 26, 27]


def test_a_look_that_fails_is_looked_at_again() -> None:
    looked: list[int] = []
    enough = threading.Event()

    def look() -> None:
        looked.append(1)
        if len(looked) >= 3:
            enough.set()
        raise RuntimeError("this look fails")

    timetable = Timetable()
    timetable.every(0.01, "look", look)
    timetable.start()
    assert enough.wait(PATIENCE)
    timetable.stop()
    seen = len(looked)
    assert len(looked) == seen


def test_a_timetable_that_never_started_can_be_stopped() -> None:
    Timetable().stop()
