"""Pages of the archive go on where the last one ended."""

from datetime import timedelta

import sqlalchemy as sa

from mailhub.archive import reading
from mailhub.archive.tables import Post
from tests.archive.conftest import NOW
from tests.archive.writing import Archive, mailed


def test_pages_of_a_conversation_join_without_gap_or_repeat(archive: Archive) -> None:
    mails = [mailed("root@x.test")]
    mails += [
        mailed(f"{n}@x.test", references=["root@x.test"], sent_at=NOW + timedelta(minutes=n // 3)) for n in range(25)
    ]
    [root, *_] = archive.publish(1, *mails)

    seen: list[str] = []
    after: reading.After | None = None
    with archive.database.reading() as session:
        while page := reading.thread_page(session, root.thread_id, limit=4, after=after):
            assert len(page) <= 4
            seen += [shown.post.message_id for shown in page]
            assert all(shown.text.words for shown in page)
            after = page[-1].key
        sent = dict(session.execute(sa.select(Post.message_id, Post.sent_at)).all())
    assert len(seen) == len(set(seen)) == 26
    assert [sent[name] for name in seen] == sorted(sent.values())


def test_the_front_page_shows_each_conversation_once_the_liveliest_first(archive: Archive) -> None:
    for n in range(7):
        archive.publish(1, mailed(f"{n}@x.test", sent_at=NOW - timedelta(hours=n % 3), subject=f"Tema {n}"))
    archive.publish(1, mailed("late@x.test", references=["6@x.test"], sent_at=NOW + timedelta(hours=1)))
    archive.publish(1, mailed("join@x.test", references=["4@x.test", "5@x.test"], sent_at=NOW - timedelta(days=1)))

    seen: list[str] = []
    after: reading.After | None = None
    with archive.database.reading() as session:
        while page := reading.front(session, 1, limit=2, after=after):
            seen += [thread.subject for thread in page]
            after = page[-1].last_at, page[-1].id
        assert reading.front(session, 2, limit=2) == []
    assert len(seen) == 6
    assert seen[0] == "Tema 6"
    assert {"Tema 4", "Tema 5"} - set(seen)


def test_one_post_is_found_by_its_id(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test", text="Ci vediamo."))
    with archive.database.reading() as session:
        found = reading.one(session, 1, "<a@x.test>")
        assert found is not None
        assert found.text.words == "Ci vediamo."
        assert reading.one(session, 1, "b@x.test") is None
        assert reading.one(session, 2, "a@x.test") is None
