"""How fast old mail becomes an archive that can be read and searched."""

import io
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

import mailhub
from mailhub.archive import bulk, mbox, reading, search
from mailhub.archive.tables import Thread
from mailhub.cli.bench.machine import Meter
from mailhub.clock import Clock
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.site import Site
from mailhub.tokens import Keys

_LIST = 1
_LONGEST = 300  # posts of the longest made-up thread
_PAGE = 50
_TRIES = 20
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


def run(source: Path | None = None, *, messages: int = 3_000, plain_only: bool = False) -> dict[str, float | int]:
    """Import an mbox, or so many made-up mails, and make it findable; what it cost. Without HTML where `plain_only`."""
    with tempfile.TemporaryDirectory() as folder, _opened(source, messages, plain_only) as stream:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        for path in Path(mailhub.__file__).parent.glob("*/tables.py"):
            import_module(f"mailhub.{path.parent.name}.tables")
        Base.metadata.create_all(database.writer)
        site = Site(name="Bench", domain="lists.example", keys=Keys(os.urandom(32)), data_dir=Path(folder))
        now = Clock().now()
        with Meter() as importing:
            report = bulk.import_mbox(database, site, _LIST, stream, take_numbers=_Numbers(), now=now)
        with Meter() as indexing:
            _index(database, site, now)
        figures = _figures(report.read, importing, indexing) | _reading(database)
        database.close()
    return figures


def _figures(count: int, importing: Meter, indexing: Meter) -> dict[str, float | int]:
    return {
        "messages": count,
        "cpu_seconds_per_1000": round(importing.cpu_seconds / count * 1000, 3),
        "wall_seconds": round(importing.wall_seconds, 2),
        "per_second": round(count / importing.wall_seconds),
        "index_cpu_seconds_per_1000": round(indexing.cpu_seconds / count * 1000, 3),
        "indexed_per_second": round(count / indexing.wall_seconds),
        "peak_pss_mib": round(max(importing.peak_pss, indexing.peak_pss) / 2**20, 1),
    }


class _Numbers:
    """The counter of a list, doing the least it could do."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self, _session: Session, count: int) -> int:
        self._last += count
        return self._last - count + 1


def _index(database: Database, site: Site, now: datetime) -> None:
    done = 1
    while done:
        with database.transaction() as session:
            done = search.index(session, site, now=now)


def _reading(database: Database) -> dict[str, float | int]:
    """The longest conversation's first page, the front page, and searches for a common and for two words."""
    with database.reading() as session:
        longest = session.scalars(sa.select(Thread).order_by(Thread.posts.desc()).limit(1)).one()
        thread_id, posts = longest.id, longest.posts
    return {
        "longest_thread": posts,
        "thread_page_ms": _median(database, lambda s: reading.thread_page(s, thread_id, limit=_PAGE)),
        "front_page_ms": _median(database, lambda s: reading.front(s, _LIST, limit=_PAGE)),
        "search_common_ms": _median(database, lambda s: search.find(s, [_LIST], "the", limit=_PAGE)),
        "search_two_words_ms": _median(database, lambda s: search.find(s, [_LIST], "gardens trees", limit=_PAGE)),
    }


def _median(database: Database, ask: Callable[[Session], object]) -> float:
    taken = []
    for _ in range(_TRIES):
        started = time.perf_counter()
        with database.reading() as session:
            ask(session)
        taken.append(time.perf_counter() - started)
    return round(sorted(taken)[_TRIES // 2] * 1000, 2)


def _opened(source: Path | None, messages: int, plain_only: bool) -> BinaryIO:
    if source is not None and not plain_only:
        return source.open("rb")
    kept = io.BytesIO()
    if source is None:
        for number, mail in enumerate(_made_up(messages)):
            mbox.write(kept, mail, sender="bench@lists.example", sent_at=_BEGAN + timedelta(minutes=number))
    else:
        with source.open("rb") as file:
            for found in mbox.read(mbox.opened(file)):
                if found.raw and b"text/html" not in found.raw.lower():
                    mbox.write(kept, found.raw, sender="bench@lists.example", sent_at=_BEGAN)
    kept.seek(0)
    return kept


def _made_up(count: int) -> Iterator[bytes]:
    """Plain mails of some 2 kB: one long conversation, then many short ones."""
    chance = random.Random(7)  # noqa: S311 - the same mails each time
    words = [
        f"{start}{end}" for start in ("gard", "tre", "plant", "orch", "seas") for end in ("en", "es", "ing", "ard")
    ]
    words += ["the", "gardens", "trees", "of", "and", "meeting"] + [f"word{n}" for n in range(5_000)]
    for number in range(count):
        first = 0 if number < _LONGEST else number - number % 6
        references = [f"<{first}@bench.example>", f"<{number - 1}@bench.example>"] if number > first else []
        sent_at = _BEGAN + timedelta(minutes=number)
        text = "\r\n".join(" ".join(chance.choices(words, k=12)) for _ in range(25))
        yield (
            f"Message-ID: <{number}@bench.example>\r\nFrom: Member {number % 97} <m{number % 97}@bench.example>\r\n"
            f"Date: {sent_at:%a, %d %b %Y %H:%M:%S} +0000\r\nSubject: Topic {first}\r\n"
            f"References: {' '.join(references)}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode()
