"""What a signed post costs from its first byte at the door to being archived and indexed: the real process, real SMTP.

It is judged as mail from the world is: its signature, by a key that a name server of the bench knows, and DMARC.

CPU-seconds are those of the service and its helpers, read from the system before and after; whoever sends the mail is
this process and is not counted.
"""

import hashlib
import os
import smtplib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

import sqlalchemy as sa

from mailhub.archive.tables import Post
from mailhub.cli.bench.machine import load_of
from mailhub.cli.bench.nameserver import NameServer
from mailhub.clock import Clock
from mailhub.db.session import Database
from mailhub.errors import MailhubError
from mailhub.hub.resolver import TEST_SERVER
from mailhub.mail import dkim
from mailhub.mail.authenticity.canonical import RELAXED, body_in
from mailhub.mail.relaxed import relaxed_field
from mailhub.mail.wire import split
from mailhub.measures import HostPort, host_port
from mailhub.sandbox.sink import Sink

DOMAIN = "lists.example.net"
AUTHORS_DOMAIN = "example.net"
AUTHORS = 20
CONNECTIONS = 4
WARM_UP = 20  # mails before it counts
SIZE = 4_000  # bytes of text
LOOK_EVERY = 0.1
GIVES_UP = 600.0

_COMMAND = (sys.executable, "-c", "from mailhub.cli.main import main; main()")
_GROUP = "title: Bench\npost: members\nmoderate: nobody\narchive: members\n"
_WORDS = (
    "La potatura si fa di sabato mattina con le cesoie pulite e due scale buone chi porta il pane lo dica prima "
    "il recinto cede vicino al cancello e servono quattro pali di castagno lunghi due metri"
)


def run(messages: int = 1_000) -> dict[str, float | int]:
    """Send so many posts of some 4 kB over four connections; what they cost the service."""
    clock = Clock()
    key = dkim.SigningKey(AUTHORS_DOMAIN, "s1", dkim.generate_key())
    with tempfile.TemporaryDirectory(prefix="mailhub-bench-") as folder, Sink() as sink, NameServer(_zone(key)) as dns:
        home = Path(folder) / "site"
        _write_site(home, sink.port)
        with _running(home, dns.address) as service:
            bench = _Bench(service, key, Database(f"sqlite:///{home / 'data' / 'mailhub.db'}"), clock)
            bench.send(range(WARM_UP))
            bench.wait_for(WARM_UP)
            before, started = load_of(service.pid), clock.monotonic()
            bench.send(range(WARM_UP, WARM_UP + messages))
            accepted = clock.monotonic() - started
            bench.wait_for(WARM_UP + messages)
            after, ended = load_of(service.pid), clock.monotonic() - started
            bench.database.close()
    spent = after.cpu_seconds - before.cpu_seconds
    return {
        "messages": messages,
        "connections": CONNECTIONS,
        "cpu_seconds_per_1000": round(spent / messages * 1000, 3),
        "wall_seconds": round(ended, 2),
        "accepted_per_second": round(messages / accepted),
        "indexed_per_second": round(messages / ended),
        "peak_pss_mib": round(max(bench.peak_pss, after.pss) / 2**20, 1),
    }


@dataclass(frozen=True, slots=True)
class _Service:
    """A running site."""

    pid: int
    door: HostPort


class _Bench:
    """Sends posts and watches them arrive."""

    def __init__(self, service: _Service, key: dkim.SigningKey, database: Database, clock: Clock) -> None:
        self._service = service
        self._key = key
        self._clock = clock
        self._faults: list[Exception] = []
        self.database = database
        self.peak_pss = 0

    def send(self, numbers: Sequence[int]) -> None:
        """Hand these posts in, over all connections at once."""
        shares = [numbers[place::CONNECTIONS] for place in range(CONNECTIONS)]
        threads = [threading.Thread(target=self._send, args=(share,)) for share in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._faults:
            raise MailhubError(f"the door refused a post: {self._faults[0]}")

    def wait_for(self, count: int) -> None:
        """Until so many posts are archived and indexed."""
        pause = threading.Event()
        until = self._clock.monotonic() + GIVES_UP
        while (indexed := self._indexed()) < count:
            if self._clock.monotonic() > until:
                raise MailhubError(f"only {indexed} of {count} posts were indexed")
            self.peak_pss = max(self.peak_pss, load_of(self._service.pid).pss)
            pause.wait(LOOK_EVERY)

    def _send(self, numbers: Sequence[int]) -> None:
        door = self._service.door
        try:
            with smtplib.SMTP(door.host, door.port, "bench.example.net", timeout=60) as connection:
                for number in numbers:
                    author = _author(number)
                    connection.sendmail(
                        author, [f"bench@{DOMAIN}"], _post(number, author, self._key, self._clock.real())
                    )
        except (OSError, smtplib.SMTPException) as fault:
            self._faults.append(fault)

    def _indexed(self) -> int:
        indexed = sa.select(sa.func.count()).select_from(Post).where(Post.indexed_at.is_not(None))
        with self.database.reading() as session:
            return session.scalar(indexed) or 0


def _write_site(home: Path, relay_port: int) -> None:
    """A site with one group, whose authors belong to it and get no mail."""
    flags = ["--name", "Bench", "--domain", DOMAIN, "--organiser", "olga@example.net"]
    _do("init", str(home), *flags, "--relay", f"127.0.0.1:{relay_port}")
    config = home / "config.toml"
    config.write_text(config.read_text().replace(":8025", ":0").replace(":8080", ":0"))
    for starter in (home / "lists").iterdir():
        starter.unlink()
    (home / "lists" / "bench.yaml").write_text(_GROUP)
    (home / "members.csv").write_text(
        "email,delivery\n" + "".join(f"{_author(number)},none\n" for number in range(AUTHORS))
    )
    _do("--config", str(config), "apply")
    _do("--config", str(config), "import", "members", str(home / "members.csv"), "--list", "bench", "--basis", "bench")


def _do(*words: str) -> None:
    done = subprocess.run([*_COMMAND, *words], capture_output=True, text=True)  # noqa: S603 - our own interpreter
    if done.returncode:
        raise MailhubError(f"{words[0]}: {done.stderr.strip()}")


@contextmanager
def _running(home: Path, dns: str) -> Iterator[_Service]:
    """`mailhub run` of this site, until the block ends."""
    command = [*_COMMAND, "--config", str(home / "config.toml"), "run"]
    environ = {**os.environ, TEST_SERVER: dns, "MAILHUB_INBOUND__TRUST": "own"}
    with (
        (home / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environ) as process,  # noqa: S603
    ):
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if not said.startswith("ready: smtp "):
                raise MailhubError(f"the service did not start: {(home / 'log').read_text()[-500:]}")
            yield _Service(process.pid, host_port(said.split()[2].strip(",")))
        finally:
            process.terminate()


def _author(number: int) -> str:
    return f"author{number % AUTHORS}@example.net"


def _zone(key: dkim.SigningKey) -> dict[str, str]:
    """What the DNS says of the authors' domain."""
    return {
        f"{key.selector}._domainkey.{key.domain}": "".join(dkim.record(key.pem)),
        f"_dmarc.{key.domain}": "v=DMARC1; p=none",
    }


def _post(number: int, author: str, key: dkim.SigningKey, now: datetime) -> bytes:
    """A plain post, signed; four of five answer an earlier one."""
    vocabulary, text, turn = _WORDS.split(), "", number
    while len(text) < SIZE:
        turn = (turn * 1_103_515_245 + 12_345) % 2**31
        text += vocabulary[turn % len(vocabulary)] + ("\r\n" if turn % 11 == 0 else " ")
    answers = f"In-Reply-To: <bench{number - number % 5}@example.net>\r\n" if number % 5 else ""
    head = (
        f"From: Author {number % AUTHORS} <{author}>\r\nTo: bench@{DOMAIN}\r\n"
        f"Subject: {'Re: ' if answers else ''}Potatura {number - number % 5}\r\n"
        f"Message-ID: <bench{number}@example.net>\r\nDate: {format_datetime(now)}\r\n{answers}"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return _signed(head.encode(), f"{text}\r\n".encode(), key, now)


def _signed(head: bytes, body: bytes, key: dkim.SigningKey, now: datetime) -> bytes:
    fields = split(head)[0]
    plan = dkim.plan([field.name.lower().encode() for field in fields])
    over = b"".join(relaxed_field(fields[place].raw) for place in plan.order)
    digest = hashlib.sha256(body_in(RELAXED, body)).digest()
    return dkim.signer_for(key).field(plan.names, over, digest, now) + head + body
