"""What corrects a message is found by asking about that message, not by walking through its list."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import corrections
from mailhub.archive.tables import Post
from mailhub.db.session import Database
from mailhub.site import Site
from tests.archive.writing import Archive, mailed


def corrected(archive: Archive, list_id: int, others: int) -> int:
    """A list with so many messages besides one that is corrected twice; the id of the one."""
    right = [corrections.message_id(archive.site, f"{list_id}.{n}") for n in (1, 2)]
    wrong = f"wrong{list_id}@x.test"
    mails = [mailed(wrong), *(mailed(own, references=[wrong]) for own in right)]
    posts = archive.publish(list_id, *mails, *(mailed(f"{list_id}.{n}@x.test") for n in range(others)))
    return posts[0].id


def test_the_last_correction_is_found(archive: Archive) -> None:
    wrong = corrected(archive, 1, 0)
    with archive.database.reading() as session:
        found = corrections.latest(session, archive.site, [wrong])
        assert found[wrong].post.message_id == corrections.message_id(archive.site, "1.2")


def test_an_answer_that_only_names_itself_a_correction_is_none(archive: Archive) -> None:
    wrong = corrected(archive, 1, 0)
    with archive.database.transaction() as session:
        session.execute(sa.update(Post).where(Post.id == wrong).values(person_id=7))
    with archive.database.reading() as session:
        assert corrections.latest(session, archive.site, [wrong]) == {}


def test_it_costs_as_much_in_a_long_list_as_in_a_short_one(archive: Archive, site: Site) -> None:
    short, long = corrected(archive, 1, 3), corrected(archive, 2, 300)
    if not archive.database.is_sqlite:
        return  # what PostgreSQL does depends on what it knows of the tables
    assert steps(archive.database, site, long) <= steps(archive.database, site, short) + 20


def steps(database: Database, site: Site, post_id: int) -> int:
    """How many steps SQLite takes to find what corrects a message."""
    with database.reading() as session, counted(session) as taken:
        corrections.latest(session, site, [post_id])
    return len(taken)


@contextmanager
def counted(session: Session) -> Iterator[list[None]]:
    taken = list[None]()
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    connection.set_progress_handler(lambda: taken.append(None), 1)
    try:
        yield taken
    finally:
        connection.set_progress_handler(None, 1)
