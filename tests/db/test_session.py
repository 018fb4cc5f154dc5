"""Short transactions, one writer on SQLite, bells after the commit."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.db import session as sessions
from mailhub.db import state
from mailhub.db.session import Database, ring


def test_bells_ring_once_the_rows_are_there(database: Database) -> None:
    heard: list[tuple[str, bool]] = []

    def hear(kind: str) -> None:
        with database.reading() as session:
            heard.append((kind, state.get(session, "here") is not None))

    database.on_commit = hear
    with database.transaction() as session:
        state.put(session, "here", {"n": 1})
        ring(session, "work")
        ring(session, "work")
        assert heard == []
    assert heard == [("work", True)]


def test_a_transaction_that_fails_leaves_nothing_and_rings_nothing(database: Database) -> None:
    heard: list[str] = []
    database.on_commit = heard.append

    def fail() -> None:
        with database.transaction() as session:
            state.put(session, "gone", {"n": 1})
            ring(session, "work")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert state.get(session, "gone") is None
    assert heard == []


def test_a_reader_on_sqlite_cannot_write(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.reading() as session, pytest.raises(sa.exc.OperationalError, match="readonly"):
        session.execute(sa.text("CREATE TABLE t (n INTEGER)"))
    database.close()


def test_writers_take_turns_and_lose_nothing(database: Database) -> None:
    with database.transaction() as session:
        state.put(session, "count", {"n": 0})

    def add() -> None:
        for _ in range(10):
            with database.transaction() as session:
                row = session.get_one(state.SiteState, "count", with_for_update=True)
                row.value = {"n": row.value["n"] + 1}

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert state.get(session, "count") == {"n": 40}


def test_a_checkpoint_folds_the_log_back_while_others_read(database: Database) -> None:
    with database.transaction() as session:
        state.put(session, "kept", {"n": 1})
    with database.reading() as session:
        assert state.get(session, "kept") == {"n": 1}
        database.checkpoint()
    with database.reading() as session:
        assert state.get(session, "kept") == {"n": 1}


def test_a_connection_that_lost_its_server_while_it_rested_is_opened_anew(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "_RESTS", -1.0)
    database, other = Database(postgres_url), Database(postgres_url)

    def backend(of: Database) -> int:
        with of.reading() as session:
            return int(session.scalar(sa.select(sa.func.pg_backend_pid())) or 0)

    before = backend(database)
    assert backend(database) == before
    with other.transaction() as session:
        session.execute(sa.select(sa.func.pg_terminate_backend(before)))
    assert backend(database) != before
    database.close()
    other.close()
