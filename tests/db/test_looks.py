"""Several looks in one statement find what each alone would."""

from datetime import UTC, datetime

import sqlalchemy as sa

from mailhub.db.looks import Looks
from mailhub.db.session import Database
from mailhub.people.tables import Person, Question

FIRST, SECOND = datetime(2026, 3, 9, 8, 0, 0, 250, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
LOOKS = Looks(
    sa.select(sa.func.min(Question.next_at)).where(Question.kind.in_(["a", "b%"]), Question.settled_at.is_(None)),
    sa.select(Question.kind).where(Question.next_at == SECOND).limit(1),
    sa.select(Person.id).limit(1),
)


def test_each_finds_its_value_or_none(database: Database) -> None:
    with database.transaction() as session:
        assert LOOKS.take(session) == [None, None, None]
        for kind, at in (("a", SECOND), ("b%", FIRST), ("c", SECOND)):
            session.add(Question(kind=kind, thing_id=1, detail={}, asked_at=FIRST, next_at=at))
            session.flush()
        assert LOOKS.take(session) == [FIRST, "a", None]
        session.add(Person(created_at=FIRST))
        session.flush()
        [*_, person_id] = LOOKS.take(session)
    assert person_id == 1


def test_nothing_to_look_at_finds_nothing(database: Database) -> None:
    with database.reading() as session:
        assert Looks().take(session) == []
