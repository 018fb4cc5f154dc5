"""How fast a file of members becomes people of a list, and how long it keeps other writers waiting."""

import os
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

import mailhub
from mailhub.cli.bench.machine import Meter
from mailhub.clock import Clock
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.errors import MailhubError
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import roster
from mailhub.people.checking import Newcomer
from mailhub.people.importing import Importer
from mailhub.site import Site
from mailhub.tokens import Keys

_LIST = 1


def run(members: int = 20_000) -> dict[str, float | int]:
    """Import so many new members with name, language, delivery and a field, on a stated basis; what it cost."""
    raw = _file(members)
    with tempfile.TemporaryDirectory() as folder:
        database = _Timed(f"sqlite:///{Path(folder) / 'bench.db'}")
        clock = Clock()
        _fill(database, clock)
        site = Site(name="Bench", domain="lists.example", keys=Keys(os.urandom(32)))
        importer = Importer(database, site, clock.now())
        with Meter() as meter:
            file = roster.read(raw)
            report = importer.members(file, _Roll(), file_name="bench.csv", imported_by="bench", basis="bench")
        database.close()
    if report.imported != members:
        raise MailhubError(f"{report.imported} of {members} members were imported")
    transactions = sorted(database.seconds)
    return {
        "members": members,
        "file_bytes": len(raw),
        "cpu_seconds": round(meter.cpu_seconds, 3),
        "wall_seconds": round(meter.wall_seconds, 2),
        "rows_per_second": round(members / meter.wall_seconds),
        "rows_per_cpu_second": round(members / meter.cpu_seconds),
        "transactions": len(transactions),
        "median_transaction_ms": round(transactions[len(transactions) // 2] * 1000, 1),
        "longest_transaction_ms": round(transactions[-1] * 1000, 1),
        "peak_pss_mib": round(meter.peak_pss / 2**20, 1),
    }


class _Timed(Database):
    """Remembers how long each writer had the database to itself."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.seconds: list[float] = []

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            session.connection()
            started = time.perf_counter()
            yield session
        self.seconds.append(time.perf_counter() - started)


class _Roll:
    """The room of lists, doing the least it could do."""

    list_id = _LIST

    def belongs(self, session: Session, person_ids: Collection[int]) -> Collection[int]:
        here = sa.select(Subscription.person_id).where(Subscription.list_id == _LIST)
        return session.scalars(here.where(Subscription.person_id.in_(person_ids))).all()

    def enrol(self, session: Session, newcomers: Sequence[Newcomer], *, now: object) -> None:
        rows = [
            {
                "list_id": _LIST,
                "person_id": newcomer.person_id,
                "state": SubscriptionState.ACTIVE,
                "delivery": DeliveryChoice(newcomer.delivery or "digest"),
                "changed_at": now,
                "joined_at": now,
                "joined_number": 0,
                "published": 0,
            }
            for newcomer in newcomers
        ]
        session.execute(sa.insert(Subscription), rows)


def _fill(database: Database, clock: Clock) -> None:
    for path in Path(mailhub.__file__).parent.glob("*/tables.py"):
        import_module(f"mailhub.{path.parent.name}.tables")
    Base.metadata.create_all(database.writer)
    with database.transaction() as session:
        session.add(MailList(id=_LIST, slug="orto", definition={}, version=1, created_at=clock.now()))


def _file(members: int) -> bytes:
    lines = (
        f"Socia {n};Rossi;socia{n}@example{n % 500}.org;it;{('lettera', 'ogni', '')[n % 3]};Borgo {n % 90}\r\n"
        for n in range(members)
    )
    return ("Nome;Cognome;E-mail;Lingua;Consegna;Città\r\n" + "".join(lines)).encode("cp1252")
