"""What the letters of one morning cost: many members, few of whom have anything to read.

The letters are written and made ready to leave, text and all; nothing is sent, since that is the bench of the fan-out.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from mailhub.archive import raw as archive
from mailhub.cli.bench.machine import Meter
from mailhub.clock import Clock, at_local, local
from mailhub.content import Value
from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.delivery.rows import DELIVERY
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.digests.mailing import LetterSource
from mailhub.digests.offers import Offers
from mailhub.digests.posts import PostOffer
from mailhub.digests.tables import Letter
from mailhub.digests.writing import Writing
from mailhub.errors import MailhubError
from mailhub.hub.build import all_verbs
from mailhub.lists import publication, publishing, reading
from mailhub.lists.enrolling import Roll
from mailhub.mail.message import parse
from mailhub.people.checking import Newcomer
from mailhub.people.tables import Address, Person
from mailhub.site import Site
from mailhub.tokens import Keys

QUIET, LOUD = "square", "garden"
SHARE = 20  # one in so many has something to read
POSTS = 8
PAGE = 2_000
_TEXT = (
    "La potatura si fa di sabato mattina, con le cesoie pulite e due scale buone. Chi porta il pane lo dica prima.\n"
)


def run(members: int = 50_000) -> dict[str, float | int]:
    """Write the letters of one morning for so many members."""
    with tempfile.TemporaryDirectory(prefix="mailhub-bench-") as folder:
        bench = _Bench(Path(folder))
        bench.fill(members)
        with Meter() as meter:
            letters = bench.write()
            octets = bench.make()
        touched = bench.touched()
        bench.database.close()
    if letters != members // SHARE or touched != letters:
        raise MailhubError(f"{letters} letters and {touched} people touched, where {members // SHARE} were due")
    return {
        "members": members,
        "letters": letters,
        "cpu_seconds": round(meter.cpu_seconds, 2),
        "cpu_ms_per_letter": round(meter.cpu_seconds / letters * 1000, 3),
        "wall_seconds": round(meter.wall_seconds, 2),
        "letter_bytes": octets // letters,
        "peak_pss_mib": round(meter.peak_pss / 2**20, 1),
    }


class _Bench:
    """A site in a file, with two groups that are read by letter."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'bench.db'}")
        Base.metadata.create_all(self.database.writer)
        self._site = Site("Bench", "lists.example.net", Keys(b"b" * 32), "https://lists.example.net", data_dir=folder)
        self._offers = Offers.of([PostOffer()])
        day = local(Clock().now(), self._site.time_zone).date()
        self._morning = at_local(day, self._site.digest_hour, self._site.time_zone)
        self._before = self._morning - timedelta(hours=12)

    def fill(self, members: int) -> None:
        """Everybody reads the quiet group by letter; one in twenty the other one, in which something was written."""
        verbs = all_verbs(self._offers)
        for slug in (QUIET, LOUD):
            rules: dict[str, Value] = {"title": slug.capitalize(), "grace": "0 min", "moderate": "nobody"}
            with self.database.transaction() as session:
                publishing.publish_values(session, slug, rules, verbs=verbs, now=self._before)
        for start in range(1, members + 1, PAGE):
            self._enrol(range(start, min(start + PAGE, members + 1)))
        for number in range(POSTS):
            self._post(number)

    def _enrol(self, ids: range) -> None:
        with self.database.transaction() as session:
            people = [{"id": n, "name": f"Member {n}", "created_at": self._before, "token_epoch": 0} for n in ids]
            session.execute(sa.insert(Person), people)
            keys = [f"member{n}@example.org" for n in ids]
            rows = [
                {"person_id": n, "email": key, "email_key": key, "rank": 0, "created_at": self._before}
                for n, key in zip(ids, keys, strict=True)
            ]
            session.execute(sa.insert(Address), rows)
            for slug, every in ((QUIET, 1), (LOUD, SHARE)):
                group = reading.by_slug(session, slug)
                assert group is not None, "it was published above"
                some = [Newcomer(n, None, None, True) for n in ids if n % every == 0]
                Roll(group.id).enrol(session, some, now=self._before)

    def _post(self, number: int) -> None:
        raw = (
            f"From: Member {number} <member{number + 1}@example.org>\r\nTo: garden@lists.example.net\r\n"
            f"Subject: Potatura {number}\r\nMessage-ID: <bench{number}@example.net>\r\n\r\n{_TEXT * 6}"
        ).encode()
        now = self._before + timedelta(minutes=number + 1)
        with self.database.transaction() as session:
            group = reading.by_slug(session, LOUD)
            assert group is not None, "it was published above"
            kept = archive.keep(session, self._site, raw, now=now)
            publication.publish(
                session, self._site, group, raw_id=kept.id, raw=raw, mail=parse(raw), person_id=number + 1, now=now
            )
            session.execute(sa.update(Mailing).values(expanded_at=now))  # nobody gets each

    def write(self) -> int:
        """Write every letter that is due; how many."""
        writing = Writing(self._site, self._offers)
        written = 0
        while True:
            with self.database.transaction() as session:
                page = writing.page(session, self._morning)
            if not page:
                return written
            written += page

    def make(self) -> int:
        """Make the words of each as the sender would; how many bytes they are."""
        source = LetterSource(self._offers)
        octets = 0
        with self.database.reading() as session:
            mailing = session.scalars(sa.select(Mailing).where(Mailing.source == LetterSource.name)).one()
            owed = session.scalars(sa.select(Delivery).where(Delivery.mailing_id == mailing.id)).all()
            for start in range(0, len(owed), PAGE // 50):
                page = owed[start : start + PAGE // 50]
                for slots in source.slots(session, self._site, mailing, page, self._morning):
                    octets += sum(len(value.encode()) for value in slots.values())
        return octets

    def touched(self) -> int:
        """For how many people anything was written."""
        with self.database.reading() as session:
            owed = (
                session.scalar(sa.select(sa.func.count(sa.distinct(DELIVERY.c.person_id))).select_from(DELIVERY)) or 0
            )
            letters = session.scalar(sa.select(sa.func.count()).select_from(Letter)) or 0
        return max(owed, letters)
