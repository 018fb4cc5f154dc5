"""How fast one post reaches a large group: expanded, written, signed and handed over to a sink on this machine.

CPU-seconds are those of this process and its helper; the sink is a process of its own and is not counted.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa

import mailhub
from mailhub import offload
from mailhub.archive import raw as archive
from mailhub.cli.bench.machine import Meter, rsa_per_second
from mailhub.clock import Clock
from mailhub.content import Value
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.delivery.making import Maker
from mailhub.delivery.opening import NextHop, Security
from mailhub.delivery.sender import Sender
from mailhub.delivery.sources import Sources
from mailhub.delivery.transport import SmtpRelay
from mailhub.errors import MailhubError
from mailhub.lists import publication, publishing, reading
from mailhub.lists.enrolling import Roll
from mailhub.lists.sources import SOURCES
from mailhub.lists.verbs import VERBS
from mailhub.mail import dkim
from mailhub.mail.authenticity.verdicts import Checked, Verdict
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.mail.dkim import SigningKey
from mailhub.mail.message import parse
from mailhub.people.checking import Newcomer
from mailhub.people.tables import Address, Person
from mailhub.site import Site
from mailhub.tokens import Keys
from mailhub.verbs import Verbs

_LANES = 4
_KEPT = 20  # copies whose signature is looked at afterwards
_GIVES_UP_AFTER = 600.0  # seconds
_LIST: dict[str, Value] = {
    "title": {"it": "Orto di Pietrafiore", "en": "Pietrafiore Garden"},
    "default_delivery": "each",
    "moderate": "nobody",
    "grace": "0 min",
}


def run(members: int = 10_000, size: int = 20 * 1024, *, seals: bool = False) -> dict[str, float | int]:
    """Send one post of about `size` bytes to so many members, signed or also sealed; what it cost."""
    with tempfile.TemporaryDirectory() as folder, _sink(Path(folder) / "kept") as sink:
        bench = _Bench(Path(folder), sink.port, seals=seals)
        bench.fill(members, size)
        with Meter(without=frozenset({sink.process.pid})) as meter:
            bench.send()
        bench.close()
        kept = sink.stop()
    if sink.messages != members:
        raise MailhubError(f"{sink.messages} copies arrived for {members} members")
    bench.check(kept)
    return {
        "members": members,
        "copy_bytes": sink.octets // members,
        "cpu_seconds_per_1000": round(meter.cpu_seconds / members * 1000, 3),
        "own_cpu_seconds": round(meter.own_seconds, 3),
        "helper_cpu_seconds": round(meter.helper_seconds, 3),
        "wall_seconds": round(meter.wall_seconds, 2),
        "per_second": round(members / meter.wall_seconds),
        "rsa_2048_per_second": round(rsa_per_second()),
        "peak_pss_mib": round(meter.peak_pss / 2**20, 1),
    }


class _Bench:
    """A site in a folder, with one list and nothing else to do."""

    def __init__(self, folder: Path, port: int, *, seals: bool) -> None:
        self._site = Site(
            name="Bench",
            domain="lists.example",
            keys=Keys(os.urandom(32)),
            base_url="https://lists.example",
            data_dir=folder,
            seals=seals,
        )
        self._pem = dkim.generate_key()
        self._clock = Clock()
        self._database = Database(f"sqlite:///{folder / 'bench.db'}")
        self._helper = offload.pool(1)
        hop = NextHop("127.0.0.1", port, security=Security.NONE, helo_name=self._site.domain)
        self._relay = SmtpRelay(hop, _LANES, self._clock)
        maker = Maker(self._site, SigningKey(self._site.domain, "bench", self._pem), self._helper)
        self._sender = Sender(self._database, Sources(SOURCES), self._site, self._clock, self._relay, maker)

    def fill(self, members: int, size: int) -> None:
        """A list and its members, and the post at the moment it may leave."""
        for path in Path(mailhub.__file__).parent.glob("*/tables.py"):
            import_module(f"mailhub.{path.parent.name}.tables")
        Base.metadata.create_all(self._database.writer)
        now = self._clock.now()
        with self._database.transaction() as session:
            list_id = publishing.publish_values(session, "orto", _LIST, verbs=Verbs(VERBS), now=now)
            people = range(1, members + 1)
            session.execute(sa.insert(Person), [{"id": n, "name": f"Member {n}", "created_at": now} for n in people])
            session.execute(sa.insert(Address), [{"person_id": n, "created_at": now, **_mailbox(n)} for n in people])
            newcomers = [Newcomer(n, delivery=None, language=None, consented=True) for n in people]
            Roll(list_id).enrol(session, newcomers, now=now)
        raw = _post(size)
        with self._database.transaction() as session:
            kept = archive.keep(session, self._site, raw, now=now)
            group = reading.get(session, list_id)
            mail = parse(raw)
            proven = Authenticity(dkim=(Checked(Verdict.PASS, "example.org"),), aligned=True, why="dkim example.org")
            publication.publish(
                session,
                self._site,
                group,
                raw_id=kept.id,
                raw=raw,
                mail=mail,
                person_id=1,
                now=now,
                authenticity=proven,
            )

    def send(self) -> None:
        """Everything from the first row owed to the last outcome recorded."""
        until = time.monotonic() + _GIVES_UP_AFTER
        while self._sender.work(self._clock.now()) and time.monotonic() < until:
            pass

    def close(self) -> None:
        self._relay.close()
        self._helper.shutdown()
        self._database.close()

    def check(self, kept: Sequence[bytes]) -> None:
        """Every copy looked at must be one that receivers accept."""
        record = "".join(dkim.record(self._pem)).encode()
        if not kept or not all(dkim.verify(copy, lambda *_a, **_k: record) for copy in kept):
            raise MailhubError("a signature does not hold")
        if self._site.seals and not all(dkim.is_sealed(copy, lambda *_a, **_k: record) for copy in kept):
            raise MailhubError("a seal does not hold")


@dataclass
class _Sink:
    """A mail server that swallows, in its own process."""

    process: subprocess.Popen[str]
    kept: Path
    port: int
    messages: int = field(default=0)
    octets: int = field(default=0)

    def stop(self) -> list[bytes]:
        """End it; the copies it kept."""
        self.process.terminate()
        counted = json.loads(self.process.communicate(timeout=30)[0])
        self.messages, self.octets = counted.get("messages", 0), counted.get("octets", 0)
        lines = self.kept.read_text().splitlines()[:_KEPT]
        return [json.loads(line)["message"].encode("latin-1") for line in lines]


@contextmanager
def _sink(kept: Path) -> Iterator[_Sink]:
    command = [sys.executable, "-m", "mailhub.sandbox.sink", "--keep-every", "97", "--out", str(kept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own interpreter
        try:
            assert process.stdout is not None
            yield _Sink(process, kept, int(process.stdout.readline()))
        finally:
            process.terminate()


def _mailbox(number: int) -> dict[str, str | int]:
    return {"email": f"member{number}@example.org", "email_key": f"member{number}@example.org", "rank": 0}


def _post(size: int) -> bytes:
    """A plain post of this size, as it came."""
    head = (
        b"From: Member 1 <member1@example.org>\r\nTo: orto@lists.example\r\nSubject: Potatura\r\n"
        b"Message-ID: <bench@example.org>\r\nDate: Mon, 09 Mar 2026 09:00:00 +0100\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    line = b"La potatura si fa di sabato mattina, con le cesoie pulite e due scale buone.\r\n"
    return head + line * (size // len(line) + 1)
