"""A process that finds itself alone may take over; one that does not, may not."""

from mailhub.db.presence import Presence
from mailhub.db.session import Database


def test_the_first_process_is_alone_and_the_second_is_not(database: Database) -> None:
    first, second, third = Presence(database), Presence(database), Presence(database)
    assert first.enter()
    if not database.is_sqlite:
        assert not second.enter()
        second.leave()
    first.leave()
    assert third.enter()
    third.leave()
