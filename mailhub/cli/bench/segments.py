"""What it costs to count whom a segment is about: three of them, each over everybody a site knows."""

import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from mailhub import content
from mailhub.archive.posts import MAIL
from mailhub.archive.tables import Post, PostState, Raw, Thread
from mailhub.cli.bench.journeys import database_for
from mailhub.clock import Clock
from mailhub.db.session import Database
from mailhub.errors import MailhubError
from mailhub.facts import Facts
from mailhub.lists import asking
from mailhub.people.segments import counting, publishing, resolving
from mailhub.people.segments.definition import Segment
from mailhub.people.tables import Person, PersonField
from mailhub.site import Site
from mailhub.tokens import Keys

SEGMENTS = {
    "wrote": "when: posts.last_at within 90 days\n",
    "silent": "when: posts.last_at < now - 30 days or posts.last_at is unknown\n",
    "near": "when: person.field.town within 25 km of Town-200\n",
}
COUNTS = 5  # of each, of which the median is told
WRITE = 10  # one in so many has ever written,
EACH = 10  # so many messages, in the last year
TOWNS = 400  # in a square of so many places, twelve km from one to the next
PAGE = 5_000


def run(members: int = 200_000, url: str | None = None) -> dict[str, float | int]:
    """Count each segment among so many people; on PostgreSQL in a schema that is dropped afterwards."""
    with tempfile.TemporaryDirectory(prefix="mailhub-bench-") as folder, database_for(url, Path(folder)) as database:
        bench = _Bench(database, Path(folder))
        bench.fill(members)
        figures: dict[str, float | int] = {"people": members, "posts": members // WRITE * EACH}
        for slug in SEGMENTS:
            figures |= bench.count(slug)
    return figures


class _Bench:
    """A site with people who live in towns, some of whom have written."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._now = database, Clock().now()
        keys, url = Keys(b"b" * 32), "https://lists.example.net"
        self._site = Site("Bench", "lists.example.net", keys, url, data_dir=folder, content_dir=folder)
        (folder / "lists").mkdir()
        side = int(TOWNS**0.5)
        towns = (f"Town-{each},,{43 + each // side * 0.11:.2f},{11 + each % side * 0.15:.2f}" for each in range(TOWNS))
        (folder / "lists" / "places.csv").write_text("\n".join(["name,aliases,lat,lon", *towns]))
        (folder / "segments").mkdir()
        for slug, said in SEGMENTS.items():
            (folder / "segments" / f"{slug}.yaml").write_text(f"title: {slug}\n{said}")

    def fill(self, members: int) -> None:
        """Everybody has a town; one in ten has written, now and then over a year."""
        with self._database.transaction() as session:
            known = asking.before_segments(session, self._site)
            files = publishing.read_folder(cast(Path, self._site.content_dir), known)
            publishing.apply_files(session, files.values(), now=self._now)
            raw = Raw(sha256="0" * 64, size=1, kept_at=self._now, codec="kept", body=b"x")
            thread = Thread(list_id=1, subject="x", first_at=self._now, last_at=self._now, posts=1)
            session.add_all([raw, thread])
            session.flush()
            ids = raw.id, thread.id
        self._insert(Person, ({"id": each, "name": "", "created_at": self._now} for each in range(1, members + 1)))
        self._insert(PersonField, self._towns(members))
        self._insert(Post, self._posts(members, *ids))
        with self._database.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")

    def count(self, slug: str) -> dict[str, float | int]:
        """How many it is about, and what that cost."""
        taken, cpu, people = list[float](), list[float](), 0
        with self._database.reading() as session:
            one = self._segment(asking.before_segments(session, self._site), publishing.bodies(session), slug)
            for _ in range(COUNTS):
                began, spent = time.monotonic(), time.process_time()
                people = counting.count(session, one.when, self._site, now=self._now)
                taken.append(time.monotonic() - began)
                cpu.append(time.process_time() - spent)
        if not people:
            raise MailhubError(f"{slug} is about nobody")
        return {
            f"{slug}_people": people,
            f"{slug}_cpu_ms": round(statistics.median(cpu) * 1000, 1),
            f"{slug}_wall_ms": round(statistics.median(taken) * 1000, 1),
        }

    def _segment(self, known: Facts, bodies: publishing.Bodies, slug: str) -> Segment:
        documents = [content.load_text(body, f"segments/{each}.yaml") for each, body in bodies]
        return resolving.read_all(documents, known).segments[slug]

    def _towns(self, members: int) -> Iterator[dict[str, Any]]:
        chance = random.Random(1)  # noqa: S311 - the same people in every run
        for each in range(1, members + 1):
            yield {"person_id": each, "name": "town", "value": f"Town-{chance.randrange(TOWNS)}", "at": self._now}

    def _posts(self, members: int, raw_id: int, thread_id: int) -> Iterator[dict[str, Any]]:
        chance = random.Random(2)  # noqa: S311
        count = members // WRITE * EACH
        for number in range(1, count + 1):
            at = self._now - timedelta(days=365) * (1 - number / count)
            yield _post(number, chance.randrange(0, members, WRITE) + 1, at, raw_id, thread_id)

    def _insert(self, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
        left = iter(rows)
        while page := list(islice(left, PAGE)):
            with self._database.transaction() as session:
                session.execute(sa.insert(table), page)


def _post(number: int, person_id: int, at: datetime, raw_id: int, thread_id: int) -> dict[str, Any]:
    return {
        "list_id": 1,
        "number": number,
        "message_id": f"{number}@example.org",
        "raw_id": raw_id,
        "thread_id": thread_id,
        "person_id": person_id,
        "author_name": "Somebody",
        "author_email": "somebody@example.org",
        "subject": "The shears",
        "sent_at": at,
        "published_at": at,
        "origin": MAIL,
        "state": PostState.PUBLISHED,
        "size": 1_000,
    }
