"""What happened is written down with the fact, and reacted to once."""

from datetime import datetime

import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.people import activity, persons
from mailhub.people.tables import Activity
from mailhub.verbs import Thing


def test_what_happened_is_found_until_somebody_reacts(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        for n in range(3):
            activity.note(session, "post.published", now=now, list_id=3, thing=Thing("post", n), tag="first")
        session.flush()
        first, second, third = activity.unreacted(session, 10)
        assert (first.what, first.thing, first.thing_id, first.detail) == (
            "post.published",
            "post",
            0,
            {"tag": "first"},
        )
        assert len(activity.unreacted(session, 2)) == 2
        activity.react(session, [first.id, third.id], now=now)
    with database.transaction() as session:
        assert [row.id for row in activity.unreacted(session, 10)] == [second.id]


def test_two_workers_do_not_react_to_the_same(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        activity.note(session, "post.published", now=now)
        activity.note(session, "post.published", now=now)
    if database.is_sqlite:  # one writer at a time; the others wait their turn
        return
    with database.transaction() as one, database.transaction() as other:
        mine = [row.id for row in activity.unreacted(one, 1)]
        theirs = [row.id for row in activity.unreacted(other, 1)]
        assert mine
        assert theirs
        assert mine != theirs


def test_noting_rings_the_workers_after_the_commit(database: Database, now: datetime) -> None:
    heard: list[str] = []
    database.on_commit = heard.append
    with database.transaction() as session:
        activity.note(session, "post.published", now=now)
        assert heard == []
    with database.transaction() as session:
        activity.note_each(session, "person.shown", [], now=now)
    assert heard == [activity.BELL]


def test_the_same_is_noted_of_many_people_at_once(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        people = [persons.meet(session, f"p{n}@example.org", now=now)[0].id for n in range(3)]
        activity.note_each(session, "person.shown", people[:2], now=now, list_id=3, detail={"by": people[2]})
    with database.reading() as session:
        rows = session.scalars(sa.select(Activity).where(Activity.what == "person.shown").order_by(Activity.person_id))
        noted = [(row.person_id, row.at, row.list_id, row.detail, row.reacted_at) for row in rows]
    assert noted == [(person_id, now, 3, {"by": people[2]}, None) for person_id in people[:2]]
