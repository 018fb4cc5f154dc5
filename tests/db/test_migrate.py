"""A database is brought to this release whole or not at all, and then has what the code thinks it has."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url

from mailhub import faults
from mailhub.db import migrate
from mailhub.db.session import Database
from mailhub.errors import BadInput
from tests.databases import POSTGRES


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'mailhub.db'}")
        yield database
        database.close()
        return
    request.getfixturevalue("postgres_url")  # skips where there is no server
    schema = f"mailhub_migrate_{os.getpid()}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    options = {"options": f"-csearch_path={schema}"}
    database = Database(make_url(POSTGRES).update_query_dict(options).render_as_string(hide_password=False))
    yield database
    database.close()
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


def test_the_revisions_make_the_tables_of_the_code(empty: Database) -> None:
    assert migrate.current(empty) is None
    migrate.ensure(empty)
    assert migrate.current(empty) == migrate.newest()
    assert migrate.differences(empty) == []


def test_the_files_say_what_alembic_reads() -> None:
    scripts = ScriptDirectory(str(migrate.SCRIPTS))
    assert migrate.newest() == scripts.get_current_head()
    assert migrate._revisions() == {each.revision: each.down_revision for each in scripts.walk_revisions()}


def test_full_text_is_there_beside_them(empty: Database) -> None:
    migrate.ensure(empty)
    with empty.reader.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM post_search").scalar() == 0


def test_a_database_of_this_release_is_left_alone(empty: Database) -> None:
    migrate.ensure(empty)
    migrate.ensure(empty)
    assert migrate.upgrade(empty) == (migrate.newest(), migrate.newest())


def test_an_upgrade_that_dies_leaves_nothing(empty: Database) -> None:
    faults.arm("migration.step=raise")
    try:
        with pytest.raises(faults.Injected):
            migrate.upgrade(empty)
    finally:
        faults.arm("")
    assert sa.inspect(empty.reader).get_table_names() == []
    migrate.ensure(empty)
    assert migrate.differences(empty) == []


def test_a_newer_database_is_not_touched(empty: Database) -> None:
    migrate.ensure(empty)
    with empty.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadInput, match="which a newer release made"):
        migrate.ensure(empty)


def test_what_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "site.db").write_text("this was a letter once, and a long one at that\n" * 100)
    with pytest.raises(BadInput, match=r"site\.db: the database cannot be opened \(file is not a database\)"):
        migrate.opened(f"sqlite:///{tmp_path / 'site.db'}")


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(BadInput, match="the database cannot be opened") as refused:
        migrate.opened("postgresql+psycopg://mailhub:mosaico@127.0.0.1:1/mailhub")
    assert "mosaico" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_letters_of_before_stay_letters_of_the_day(empty: Database) -> None:
    with migrate._own_connection(empty) as connection:
        command.upgrade(migrate._config(connection), "0013")
    now = {"sqlite": "1", "postgresql": "'2026-03-09T08:00:00Z'"}[empty.writer.dialect.name]
    letter = "INSERT INTO letter (id, person_id, slot, language, time_zone, written_at, owed_at, query) VALUES"
    with empty.writer.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO person (id, name, created_at, token_epoch) VALUES (7, 'Ana', {now}, 0)"
        )
        connection.exec_driver_sql(f"{letter} (1, 7, {now}, 'en', 'UTC', {now}, {now}, NULL)")
        connection.exec_driver_sql(f"{letter} (2, 7, {now}, 'en', 'UTC', {now}, {now}, 'shears')")
    assert migrate.upgrade(empty) == ("0013", migrate.newest())
    with empty.reader.connect() as connection:
        kept = connection.exec_driver_sql("SELECT id, query, week FROM letter ORDER BY id").all()
    assert [tuple(row) for row in kept] == [(1, None, None), (2, "shears", None)]
    week = f"{letter.replace('query', 'week')} (%s, 7, {now}, 'en', 'UTC', {now}, {now}, 202611)"
    with empty.writer.begin() as connection:
        connection.exec_driver_sql(week.replace("%s", "3"))  # at the hour of a letter of the day
    with pytest.raises(sa.exc.IntegrityError), empty.writer.begin() as connection:
        connection.exec_driver_sql(week.replace("%s", "4"))


def test_a_filled_database_gets_bounces_and_keeps_every_row(empty: Database) -> None:
    with migrate._own_connection(empty) as connection:
        command.upgrade(migrate._config(connection), "0003")
    now = {"sqlite": "1", "postgresql": "'2026-03-09T08:00:00Z'"}[empty.writer.dialect.name]
    rows = (
        f"INSERT INTO mailing (id, source, key, mail_class, state, created_at, due_at, place) "
        f"VALUES (7, 'lists.post', '1', 'discussion', 'open', {now}, {now}, 0)",
        f"INSERT INTO delivery (mailing_id, person_id, occurrence, state, due_at, epoch, attempts) "
        f"VALUES (7, 1, 0, 'sent', {now}, 0, 1), (7, 2, 0, 'ready', {now}, 0, 0)",
    )
    with empty.writer.begin() as connection:
        for row in rows:
            connection.exec_driver_sql(row)
    assert migrate.upgrade(empty) == ("0003", migrate.newest())
    assert migrate.differences(empty) == []
    with empty.reader.connect() as connection:
        kept = connection.exec_driver_sql("SELECT state, bounced_at FROM delivery ORDER BY person_id").all()
        assert [tuple(row) for row in kept] == [("sent", None), ("ready", None)]
        assert connection.exec_driver_sql("SELECT count(*) FROM mailing WHERE broken_at IS NULL").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM bounce").scalar() == 0
