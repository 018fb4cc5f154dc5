"""The world around delivery in its tests: people, a source, a next hop that answers as it is told."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.clock import FakeClock
from mailhub.db.session import Database
from mailhub.delivery import mailings
from mailhub.delivery.copies import Copy
from mailhub.delivery.making import Maker
from mailhub.delivery.opening import Trouble
from mailhub.delivery.outcomes import Kind, Outcome, Scope, Stage
from mailhub.delivery.sender import Sender
from mailhub.delivery.sources import Judgement, QuietSource, Sources
from mailhub.delivery.tables import Delivery, MailClass, Mailing
from mailhub.mail.frame import Context, Frame, Heading, Slot
from mailhub.measures import Rate
from mailhub.people.tables import Address, Person
from mailhub.site import Site
from mailhub.tokens import Keys

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
SITE = Site(name="Pietrafiore", domain="lists.test", keys=Keys(b"k" * 32))

TAKEN = Outcome(Kind.SENT, 250, "2.0.0", "Ok: queued as 4711AB")
BUSY = Outcome(Kind.DEFERRED, 450, "4.2.1", "Try again", stage=Stage.RCPT)
UNKNOWN = Outcome(Kind.FAILED, 550, "5.1.1", "No such user", stage=Stage.RCPT)
SILENT = Outcome(Kind.UNCERTAIN, 0, "", "no answer in time", scope=Scope.CONNECTION)
GONE = Outcome(Kind.DEFERRED, 0, "", "the connection had closed", stage=Stage.OPEN, scope=Scope.CONNECTION)


def frame(language: str = "en") -> bytes:
    """A mail with one slot of each kind that the outbox or a source fills."""
    return Frame(
        (
            Heading("From", (b"Orto <orto@lists.test>",)),
            Heading("To", (Slot("to", Context.MAILBOX),)),
            Heading("Subject", (b"Ciao" if language == "it" else b"Hello",)),
            Heading("Message-ID", (Slot("message_id", Context.TOKEN),)),
            Heading("X-Mailhub-Delivery", (Slot("delivery", Context.TOKEN),)),
        ),
        (b"Text.\r\n",),
    ).to_bytes()


def meet_people(session: Session, count: int, language: str | None = None) -> list[int]:
    """People with one address each; their ids, in order."""
    row = {"created_at": NOW, "language": language, "name": ""}
    new = sa.insert(Person).returning(Person.id, sort_by_parameter_order=True)
    ids = list(session.scalars(new, [row] * count))
    session.execute(sa.insert(Address), [{"person_id": n, "created_at": NOW, **_mailbox(n)} for n in ids])
    return ids


def _mailbox(number: int) -> dict[str, object]:
    return {"email": f"p{number}@example.org", "email_key": f"p{number}@example.org", "rank": 0}


class Everybody(QuietSource):
    """Owes to whole ranges of people, `reads` being "from-to"; remembers what was settled."""

    def __init__(self, name: str = "test.post") -> None:
        self.name = name
        self.no_longer: dict[int, Judgement] = {}
        self.settled_people: list[int] = []

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        first, _, last = (mailing.reads or "").partition("-")
        return sa.select(Person.id).where(Person.id.between(int(first), int(last)))

    def still_owed(
        self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
    ) -> Mapping[int, Judgement]:
        there = [(place, self.no_longer.get(each.person_id)) for place, each in enumerate(deliveries)]
        return {place: judgement for place, judgement in there if judgement is not None}

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:
        return "because"

    def settled(self, session: Session, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime) -> None:
        self.settled_people += [each.person_id for each in deliveries]


@dataclass
class Hop:
    """A next hop: takes everything unless a script for an address, or for everybody, says otherwise."""

    lanes: int = 4
    script: dict[str, list[Outcome]] = field(default_factory=dict)
    everywhere: Outcome | None = None
    on_offer: Callable[[Copy], Any] | None = None
    trouble: Trouble | None = None
    taken: list[Copy] = field(default_factory=list)
    offered: int = 0
    _on_lanes: dict[int, Copy] = field(default_factory=dict)

    def free(self, want: int | None = None) -> list[int]:
        if self.trouble is not None:
            return []
        return [lane for lane in range(self.lanes) if lane not in self._on_lanes]

    def offer(self, lane: int, copy: Copy) -> None:
        assert lane not in self._on_lanes
        self._on_lanes[lane] = copy
        self.offered += 1
        if self.on_offer is not None:
            self.on_offer(copy)

    def wait(self, timeout: float) -> list[tuple[int, Outcome]]:
        answers = [(lane, self._answer(copy)) for lane, copy in self._on_lanes.items()]
        self._on_lanes.clear()
        return answers

    def close(self) -> list[tuple[int, Outcome]]:
        return []

    def _answer(self, copy: Copy) -> Outcome:
        scripted = self.script.get(copy.envelope_to)
        outcome = scripted.pop(0) if scripted else self.everywhere or TAKEN
        if outcome.kind in (Kind.SENT, Kind.UNCERTAIN):
            self.taken.append(copy)
        return outcome

    @property
    def arrivals(self) -> Counter[str]:
        """How many copies each address got."""
        return Counter(copy.envelope_to for copy in self.taken)


class Office:
    """A sender with all it needs, on one database."""

    def __init__(self, database: Database, hop: Hop | None = None, rate: Rate | None = None) -> None:
        self.database = database
        self.hop = hop or Hop()
        self.clock = FakeClock(NOW)
        self.source = Everybody()
        self.sources = Sources([self.source])
        self.rate = rate
        self.sender = self.hire()

    def hire(self) -> Sender:
        """A sender who knows nothing yet, as after a restart."""
        maker = Maker(SITE, None)
        return Sender(self.database, self.sources, SITE, self.clock, self.hop, maker, self.rate)

    def works(self) -> int:
        return self.sender.work(self.clock.now())

    def passes(self, **elapsed: float) -> None:
        self.clock.pass_by(timedelta(**elapsed))

    def people(self, count: int, language: str | None = None) -> list[int]:
        with self.database.transaction() as session:
            return meet_people(session, count, language)

    def posts(self, people: Sequence[int], key: str = "post", **changes: Any) -> int:
        """A mailing to these people, whose ids follow each other."""
        values: dict[str, Any] = {
            "source": self.source.name,
            "key": key,
            "mail_class": MailClass.DISCUSSION,
            "frames": {"en": frame(), "it": frame("it")},
            "now": self.clock.now(),
            "due_at": self.clock.now(),
            "list_id": 1,
            "reads": f"{people[0]}-{people[-1]}",
        }
        with self.database.transaction() as session:
            return mailings.open_mailing(session, **(values | changes)).id

    def states(self, mailing_id: int | None = None) -> Counter[str]:
        """How many deliveries are in which state."""
        counted = sa.select(Delivery.state, sa.func.count()).group_by(Delivery.state)
        if mailing_id is not None:
            counted = counted.where(Delivery.mailing_id == mailing_id)
        with self.database.reading() as session:
            return Counter({state.value: count for state, count in session.execute(counted)})

    def mailing(self, mailing_id: int) -> Mailing:
        with self.database.reading() as session:
            mailing = session.get_one(Mailing, mailing_id)
            session.expunge_all()
        return mailing

    def deliveries(self) -> list[Delivery]:
        with self.database.reading() as session:
            rows = list(session.scalars(sa.select(Delivery).order_by(Delivery.mailing_id, Delivery.person_id)))
            session.expunge_all()
        return rows
