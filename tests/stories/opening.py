"""How several stories begin: lived through once in a run, then taken up by the others from its rows.

A town whose beginning was taken up is as after a restart: its rows and files, its clock, and what reached mailboxes.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.lists.tables import MailList
from mailhub.people.tables import Person
from tests.stories.town import Town

F = TypeVar("F", bound=Callable[..., Any])

REMEMBERED = ("sent", "faults", "written", "peer", "_numbers", "_read", "_looked_at")
SEARCH = "post_search"  # no table of the metadata
_lived: dict[tuple[object, ...], "Memory"] = {}


@dataclass(frozen=True, slots=True)
class Memory:
    """A town as an opening left it."""

    answer: Any
    rows: Any
    files: Mapping[str, bytes]
    town: Mapping[str, Any]
    clock: Mapping[str, Any]
    transport: Mapping[str, Any]


def opening(live: F) -> F:
    """For what a story begins with; only in a town to which nothing has happened yet."""

    @wraps(live)
    def begun(town: Town, *args: Any, **kwargs: Any) -> Any:
        if not _is_new(town):  # an opening within an opening, or later
            return live(town, *args, **kwargs)
        settings = {name: value for name, value in town.environ.items() if str(town.folder) not in value}
        key = (live, town.database.is_sqlite, repr((args, kwargs, sorted(settings.items()))))
        if key in _lived:
            _take_up(town, _lived[key])
            return _lived[key].answer
        answer = live(town, *args, **kwargs)
        _lived[key] = _remember(town, answer)
        return answer

    return cast(F, begun)


def _is_new(town: Town) -> bool:
    with town.database.reading() as session:
        return session.execute(sa.union_all(sa.select(Person.id), sa.select(MailList.id)).limit(1)).first() is None


def _remember(town: Town, answer: object) -> Memory:
    return Memory(
        answer,
        _file(town.database).read_bytes() if town.database.is_sqlite else _copied(town.database),
        {str(path.relative_to(town.folder)): path.read_bytes() for path in _files(town)},
        {name: copy(getattr(town, name)) for name in REMEMBERED},
        dict(vars(town.clock)),
        {name: copy(value) for name, value in vars(town.transport).items()},
    )


def _take_up(town: Town, memory: Memory) -> None:
    if town.database.is_sqlite:
        _file(town.database).write_bytes(memory.rows)
    else:
        _fill(town.database, memory.rows)
    for name, content in memory.files.items():
        path = town.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for of, values in ((town, memory.town), (town.clock, memory.clock), (town.transport, memory.transport)):
        vars(of).update({name: copy(value) for name, value in values.items()})


def _files(town: Town) -> Sequence[Path]:
    database = Path(str(town.database.url.database))
    kept = (path for part in ("content", "data") for path in (town.folder / part).rglob("*"))
    return [path for path in kept if path.is_file() and path != database]


def _file(database: Database) -> Path:
    """The whole database: the last connection folds the write-ahead log into it."""
    database.close()
    return Path(str(database.url.database))


def _copied(database: Database) -> tuple[Mapping[str, bytes], Mapping[str, int]]:
    """The rows of every table, and the numbers that ids have come to."""
    tables = [*(table.name for table in Base.metadata.sorted_tables), SEARCH]
    counted = sa.text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
    with database.reader.connect() as connection:
        cursor = connection.connection.cursor()
        rows = {}
        for table in tables:
            with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT") as out:
                rows[table] = b"".join(bytes(block) for block in out)
        return rows, {name: last for name, last in connection.execute(counted) if last is not None}


def _fill(database: Database, kept: tuple[Mapping[str, bytes], Mapping[str, int]]) -> None:
    rows, counted = kept
    with database.writer.begin() as connection:
        cursor = connection.connection.cursor()
        for table, content in rows.items():
            if content:
                with cursor.copy(f"COPY {table} FROM STDIN") as into:
                    into.write(content)
        for name, last in counted.items():
            connection.execute(sa.select(sa.func.setval(name, last)))
