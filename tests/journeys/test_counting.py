"""What the database counts of a journey is what happened, on both databases, and no row is read that need not be."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.session import Database
from mailhub.journeys import counting
from mailhub.journeys.counting import ArmCount
from mailhub.journeys.estimating import wilson
from mailhub.journeys.state import End, Phase
from mailhub.journeys.tables import Enrolment, JourneyRow, TransitionRow
from mailhub.people import persons

NOW = datetime(2026, 3, 13, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        for slug in ("welcome", "other"):
            session.add(JourneyRow(slug=slug, version=1, published_at=NOW))
        session.flush()
        yield session


def goes(
    session: Session,
    *left: tuple[str, str, float],
    at: str = "pause",
    version: int = 1,
    end: End | None = None,
    reason: str | None = None,
    journey: int = 1,
) -> None:
    """Somebody left these steps, each by an outcome after some hours, and stands there or has ended."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) or 0
    person, _ = persons.meet(session, f"p{count}@example.org", now=NOW)
    way = Enrolment(
        journey_id=journey,
        version=version,
        person_id=person.id,
        key="",
        began_at=NOW,
        step=at,
        phase=Phase.WAITING,
        since=NOW,
        visit=len(left) + 1,
        kept={},
        ended=end,
        ended_at=NOW if end else None,
        reason=reason,
    )
    session.add(way)
    session.flush()
    moment = NOW
    for visit, (step, outcome, hours) in enumerate(left, 1):
        moment += timedelta(hours=hours)
        session.add(
            TransitionRow(
                enrolment_id=way.id,
                visit=visit,
                journey_id=journey,
                version=version,
                step=step,
                outcome=outcome,
                to_step="",
                at=moment,
                cause="time",
            )
        )
    session.flush()


def test_each_step_of_each_version_is_counted_apart(session: Session) -> None:
    goes(session, ("hello", "sent", 0))
    goes(session, ("hello", "sent", 0))
    goes(session, ("hello", "skipped", 0), version=2)
    goes(session, ("hello", "sent", 0), ("pause", "left", 1), end=End.LEFT, reason="left")
    goes(session, ("hello", "sent", 0), journey=2)
    found = counting.steps(session, 1)
    assert found[1, "hello"].outcomes == {"sent": 3}
    assert found[1, "pause"].waiting == {Phase.WAITING: 2}
    assert (found[1, "pause"].entered, found[1, "pause"].left, found[1, "pause"].standing) == (3, 1, 2)
    assert found[2, "hello"].outcomes == {"skipped": 1}
    assert counting.ended(session, 1) == {1: {(End.LEFT, "left"): 1}}


def test_the_median_stands_between_the_two_in_the_middle(session: Session) -> None:
    for hours in (1, 2, 4, 30):
        goes(session, ("pause", "next", hours), ("ask", "answered", 1), at="end")
    goes(session, ("pause", "next", 7), version=2)
    assert counting.medians(session, 1) == {(1, "pause"): 3 * HOUR, (1, "ask"): HOUR, (2, "pause"): 7 * HOUR}


def test_of_many_every_so_manieth_is_looked_at(session: Session) -> None:
    for hours in range(1, 10):
        goes(session, ("pause", "next", hours))
    assert counting.medians(session, 1) == {(1, "pause"): 5 * HOUR}
    [found] = counting.medians(session, 1, most=3).values()
    assert 3 * HOUR <= found <= 7 * HOUR


def test_an_odd_count_has_a_median_of_its_own(session: Session) -> None:
    for hours in (5, 1, 2):
        goes(session, ("pause", "next", hours))
    assert counting.medians(session, 1) == {(1, "pause"): 2 * HOUR}


def test_the_ways_of_a_split_know_their_goals(session: Session) -> None:
    goes(session, ("try", "one", 0), ("pause", "writes", 1), end=End.GOAL, reason="writes")
    goes(session, ("try", "one", 0))
    goes(session, ("try", "one", 0), ("pause", "next", 1), ("try", "one", 1), end=End.GOAL, reason="writes")
    goes(session, ("try", "two", 0), end=End.LEFT, reason="left")
    assert counting.arms(session, 1, ["try"]) == {(1, "try", "one"): ArmCount(3, 2), (1, "try", "two"): ArmCount(1, 0)}
    assert counting.arms(session, 1, []) == {}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (50, 1000, 0.038, 0.065)],
)
def test_a_share_has_the_bounds_of_the_tables(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.0006)


def test_counts_go_along_their_indexes(session: Session) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by the size of its tables")
    seen: list[str] = []
    connection = session.connection()

    @sa.event.listens_for(connection, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    counting.steps(session, 1)
    sa.event.remove(connection, "before_cursor_execute", note)
    plans = [
        " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (1,) * text.count("?")))
        for text in seen
    ]
    assert ["USING COVERING INDEX ix_transition_counts" in plans[0], "USING INDEX ix_enrolment_step" in plans[1]] == [
        True,
        True,
    ], plans
