"""How fast old mail becomes an archive that can be searched, and what its pages then cost whoever serves them."""

import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from mailhub import config, tokens
from mailhub.archive import bulk, mbox, search
from mailhub.cli.bench import archive_pages
from mailhub.cli.bench.machine import Meter
from mailhub.clock import Clock
from mailhub.content import Value
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.hub.build import Hub, build_hub
from mailhub.lists import numbers, publishing
from mailhub.lists.enrolling import Roll
from mailhub.people.checking import Newcomer
from mailhub.people.tables import Address, Person

GROUP = "square"
MEMBERS = 2_000
_AUTHORS = 97
_KNOWN = 60  # of them still belong; the others wrote before anybody kept their names
_LONGEST = 300  # posts of the longest made-up conversation
_SHORT = 6  # posts of each other one
_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
_EVERY = timedelta(minutes=30)  # 100,000 messages are nearly six years


def run(messages: int = 3_000, *, asked: int = archive_pages.ASKED) -> dict[str, float | int]:
    """Import so many made-up mails, make them findable, and open `asked` pages of each kind; what each cost."""
    with tempfile.TemporaryDirectory(prefix="mailhub-bench-") as name:
        folder = Path(name)
        _write(folder / "old.mbox", messages)
        hub = _site(folder)
        list_id, now = _group(hub), hub.clock.now()
        with (folder / "old.mbox").open("rb") as stream, Meter() as importing:
            report = bulk.import_mbox(
                hub.database,
                hub.site,
                list_id,
                stream,
                take_numbers=lambda session, count: numbers.take(session, list_id, count),
                now=now,
            )
        with Meter() as indexing:
            _index(hub, now)
        figures = _figures(report.read, importing, indexing) | archive_pages.measure(hub, GROUP, asked)
        hub.close()
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


def _site(folder: Path) -> Hub:
    """A site in a folder, with every table and no row."""
    (folder / "secret").write_text(f"{tokens.new_secret()}\n")
    environ = {
        "MAILHUB_SITE__NAME": "Bench",
        "MAILHUB_SITE__DOMAIN": "lists.example",
        "MAILHUB_SITE__BASE_URL": "https://lists.example",
        "MAILHUB_SITE__DATA_DIR": str(folder),
        "MAILHUB_SITE__SECRET_FILE": str(folder / "secret"),
        "MAILHUB_CONTENT__DIR": str(folder),
    }
    hub = build_hub(
        config.load(None, environ), clock=Clock(), database=Database(f"sqlite:///{folder / 'bench.db'}", readers=8)
    )
    Base.metadata.create_all(hub.database.writer)
    return hub


def _group(hub: Hub) -> int:
    """A public group with many members, some of whom are among the authors."""
    rules: dict[str, Value] = {"title": "Square", "description": "For whoever passes by.", "archive": "public"}
    now = hub.clock.now()
    with hub.database.transaction() as session:
        list_id = publishing.publish_values(session, GROUP, rules, verbs=hub.verbs, now=now)
        ids = range(1, MEMBERS + 1)
        people = [{"id": n, "name": f"Member {n}", "created_at": now, "token_epoch": 0} for n in ids]
        session.execute(sa.insert(Person), people)
        keys = [f"m{n}@bench.example" if n < _KNOWN else f"reader{n}@bench.example" for n in ids]
        addresses = [
            {"person_id": n, "email": key, "email_key": key, "rank": 0, "created_at": now}
            for n, key in zip(ids, keys, strict=True)
        ]
        session.execute(sa.insert(Address), addresses)
        Roll(list_id).enrol(session, [Newcomer(n, None, None, True) for n in ids], now=now)
    return list_id


def _index(hub: Hub, now: datetime) -> None:
    done = 1
    while done:
        with hub.database.transaction() as session:
            done = search.index(session, hub.site, now=now)


def _write(path: Path, count: int) -> None:
    with path.open("wb") as file:
        for number, mail in enumerate(_made_up(count)):
            mbox.write(file, mail, sender="bench@lists.example", sent_at=_BEGAN + number * _EVERY)


def _made_up(count: int) -> Iterator[bytes]:
    """Plain mails of some 2 kB: one long conversation, then many short ones."""
    chance = random.Random(7)  # noqa: S311 - the same mails each time
    starts, ends = ("gard", "tre", "plant", "orch", "seas"), ("en", "es", "ing", "ard")
    words = [f"{start}{end}" for start in starts for end in ends]
    words += ["the", "gardens", "trees", "of", "and", "meeting"] + [f"word{n}" for n in range(5_000)]
    lines = [" ".join(chance.choices(words, k=12)) for _ in range(20_000)]
    for number in range(count):
        first = 0 if number < _LONGEST else number - number % _SHORT
        references = [f"<{first}@bench.example>", f"<{number - 1}@bench.example>"] if number > first else []
        author, sent_at = number % _AUTHORS, _BEGAN + number * _EVERY
        text = "\r\n".join(chance.choices(lines, k=25))
        yield (
            f"Message-ID: <{number}@bench.example>\r\nFrom: Member {author} <m{author}@bench.example>\r\n"
            f"Date: {sent_at:%a, %d %b %Y %H:%M:%S} +0000\r\nSubject: Topic {first}\r\n"
            f"References: {' '.join(references)}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        ).encode()
