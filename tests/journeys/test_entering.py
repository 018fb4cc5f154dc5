"""However many causes come at once, somebody is on a journey once (I8)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.journeys import entering
from mailhub.journeys.entering import Cause
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.tables import JourneyRow
from mailhub.people.tables import Person
from tests.journeys.world import journey

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
CAUSES, AT_ONCE = 100, 10


@pytest.mark.parametrize(("keys", "ways"), [([""], 1), (["pledge:1", "pledge:2"], 2)])
def test_a_hundred_causes_at_once_begin_one_way_for_each_key(database: Database, keys: list[str], ways: int) -> None:
    with database.transaction() as session:
        row = JourneyRow(slug="welcome", version=1, published_at=NOW)
        person = Person(created_at=NOW)
        session.add_all([row, person])
        session.flush()
    all_there = Barrier(AT_ONCE)

    def comes(number: int) -> int:
        if number < AT_ONCE:
            all_there.wait()
        cause = Cause(person.id, NOW, keys[number % len(keys)])
        with database.transaction() as session:
            return entering.enter(session, row, journey(), [cause], now=NOW)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        came = sum(pool.map(comes, range(CAUSES)))
    with database.reading() as session:
        rows = session.scalar(sa.select(sa.func.count()).select_from(ENROLMENT))
    assert (came, rows) == (ways, ways)
