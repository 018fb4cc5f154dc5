"""What the pages of an archive cost: asked for over HTTP, one after another, as a browser asks.

Times are those of the whole way, from the request to the last byte; CPU is that of both ends.
"""

import http.client
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa

from mailhub.archive.tables import Post, Thread
from mailhub.errors import MailhubError
from mailhub.hub.build import Hub
from mailhub.measures import HostPort
from mailhub.web.app import make_app
from mailhub.web.server import WebServer

ASKED = 50  # pages of each kind
WARM = 5  # the first ones compile templates and fill caches, once in the life of a service
_DRESS = ("/static/mailhub.css", "/static/stamp.svg")  # what a first page brings with it


@dataclass(frozen=True, slots=True)
class Took:
    """What one page took."""

    seconds: float
    cpu_seconds: float
    octets: int


@dataclass(frozen=True, slots=True)
class Pages:
    """Paths of one archive, by kind."""

    front: Sequence[str]
    far: Sequence[str]
    short: Sequence[str]
    messages: Sequence[str]
    longest: Sequence[str]
    searches: Sequence[str]

    @property
    def mixed(self) -> Sequence[str]:
        """Those that people open most, one of each kind after the other."""
        return list(chain.from_iterable(zip(self.front, self.far, self.short, self.messages, strict=True)))


def measure(hub: Hub, slug: str, asked: int = ASKED) -> dict[str, float | int]:
    """The figures of a group's pages; p50 and p95 in milliseconds."""
    pages = _pages(hub, slug, asked)
    server = WebServer(make_app(hub), HostPort("127.0.0.1", 0))
    server.start()
    try:
        reader = http.client.HTTPConnection(server.bound.host, server.bound.port)
        figures = _named("page", _ask(reader, pages.mixed))
        figures |= _named("long_thread", longest := _ask(reader, pages.longest))
        figures |= _named("search", _ask(reader, pages.searches))
        dress = sum(one.octets for one in _ask(reader, _DRESS, warm=0))
        figures["first_page_bytes"] = _ask(reader, pages.front[:1], warm=0)[0].octets + dress
        figures["long_thread_bytes"] = longest[0].octets + dress
        reader.close()
    finally:
        server.stop()
    return figures


def _pages(hub: Hub, slug: str, count: int) -> Pages:
    chance = random.Random(7)  # noqa: S311 - the same pages each time
    with hub.database.reading() as session:
        threads = session.execute(sa.select(Thread.id, Thread.last_at, Thread.posts)).all()
        ids = session.scalars(sa.select(Post.message_id).order_by(Post.id)).all()
    longest = max(threads, key=lambda row: row.posts)
    some = [chance.choice(threads) for _ in range(count)]
    words = [f"word{chance.randrange(5_000)}" for _ in range(count)]
    asked = ["the", "gardens trees", "meeting of the gardens", *words, *(f"trees {word}" for word in words)]
    return Pages(
        front=[f"/{slug}/"] * count,
        far=[f"/{slug}/?after={int(row.last_at.timestamp() * 1_000_000)}-{row.id}" for row in some],
        short=[f"/{slug}/t/{row.id}" for row in some],
        messages=[f"/{slug}/m/{chance.choice(ids)}" for _ in range(count)],
        longest=[f"/{slug}/t/{longest.id}"] * count,
        searches=[f"/search?q={words.replace(' ', '+')}" for words in asked],
    )


def _ask(reader: http.client.HTTPConnection, paths: Iterable[str], warm: int = WARM) -> list[Took]:
    paths = list(paths)
    return [_page(reader, path) for path in (*paths[:warm], *paths)][warm:]


def _page(reader: http.client.HTTPConnection, path: str) -> Took:
    started, used = time.perf_counter(), time.process_time()
    reader.request("GET", path)
    answer = reader.getresponse()
    octets = len(answer.read())
    took = Took(time.perf_counter() - started, time.process_time() - used, octets)
    if answer.status != http.client.OK:
        raise MailhubError(f"{path} was answered with {answer.status}")
    return took


def _named(name: str, taken: Sequence[Took]) -> dict[str, float | int]:
    walls = sorted(one.seconds for one in taken)
    cpus = sorted(one.cpu_seconds for one in taken)
    return {
        f"{name}_p50_ms": round(walls[len(walls) // 2] * 1000, 1),
        f"{name}_p95_ms": round(walls[int(len(walls) * 0.95)] * 1000, 1),
        f"{name}_cpu_p50_ms": round(cpus[len(cpus) // 2] * 1000, 1),
    }
