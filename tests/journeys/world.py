"""A journey as small as they go, and people who wait in it."""

from datetime import datetime, timedelta

from mailhub import content
from mailhub.db.session import Database
from mailhub.facts import Facts
from mailhub.journeys import written
from mailhub.journeys.definition import Journey
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.state import Phase
from mailhub.journeys.tables import JourneyRow
from mailhub.people.facts import FACTS
from mailhub.people.tables import Person

WAITS = "title: Welcome\nclass: service\nsteps: [{id: rest, wait: 1 d}]\n"


def journey(text: str = WAITS) -> Journey:
    return written.read(content.load_text(text, "journeys/welcome.yaml"), Facts(FACTS))


def waiting(database: Database, count: int, *, now: datetime, paused: bool = False) -> None:
    """So many who wait: for a year, or, where the journey is paused, since yesterday."""
    due = now - timedelta(days=1) if paused else now + timedelta(days=365)
    with database.transaction() as session:
        row = JourneyRow(slug="paused" if paused else "welcome", version=1, published_at=now)
        row.paused_at = now if paused else None
        session.add(row)
        session.flush()
        people = [Person(created_at=now) for _ in range(count)]
        session.add_all(people)
        session.flush()
        shared = {
            "journey_id": row.id, "version": 1, "key": "", "began_at": now, "step": "rest", "phase": Phase.WAITING,
            "due_at": due, "since": now, "visit": 1, "tries": 0, "unclear": 0, "kept": {},
        }  # fmt: skip
        session.connection().execute(ENROLMENT.insert(), [{**shared, "person_id": person.id} for person in people])
    with database.transaction() as session:
        session.connection().exec_driver_sql("ANALYZE")
