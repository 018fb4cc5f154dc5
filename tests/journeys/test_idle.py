"""Who waits costs nothing: to look whether anybody's time has come reads no row of those whose time has not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.journeys import firing, reacting, rows
from tests.journeys.world import waiting

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
LOOKS = {
    "next": rows.NEXT_DUE,
    "ready": rows._READY,
    "due": rows._DUE,
    "happened": reacting.WAITS,
    "fires": firing.NEXT_DUE[0],
    "turns": firing.NEXT_DUE[1],
    "new": firing.WAITS,
}
VALUES = {"now": NOW, "journey": 1, "most": 200}
READS_ALL = ("SCAN enrolment", "Seq Scan on enrolment", "Seq Scan on segment_member", "SCAN segment_member")


def plan(database: Database, statement: sa.Select[Any]) -> str:
    """How the database finds it."""
    with database.transaction() as session:
        connection = session.connection()
        if not database.is_sqlite:  # it would rather read a table that is small
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        ran: list[tuple[str, Any]] = []
        sa.event.listen(connection, "before_cursor_execute", lambda *told: ran.append((told[2], told[3])))
        connection.execute(statement, VALUES)
        [(text, values)] = ran
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        found: Sequence[Any] = connection.exec_driver_sql(f"{explain} {text}", values).all()
    return "\n".join(str(row[-1]) for row in found)


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_goes_by_the_index(database: Database, name: str) -> None:
    waiting(database, 300, now=NOW)
    found = plan(database, LOOKS[name])
    assert not [words for words in READS_ALL if words in found], found


def test_nobody_is_due_who_waits_or_whose_journey_is_paused(database: Database) -> None:
    waiting(database, 30, now=NOW)
    waiting(database, 30, now=NOW, paused=True)
    with database.transaction() as session:
        assert rows.due(session, now=NOW, limit=200) == []
