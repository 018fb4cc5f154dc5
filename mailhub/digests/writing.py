"""Writes the letters that are due: who has something waiting at their hour gets one, and nobody else is touched.

A slot that passed while the site was down is caught up with one letter, which holds what it would have held in time.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.digests import mailing, readers, rhythm
from mailhub.digests.items import write_items
from mailhub.digests.offers import Offers
from mailhub.digests.rhythm import Rhythm
from mailhub.digests.rule import Entry, arrange
from mailhub.digests.silence import silent_entries
from mailhub.digests.tables import Letter
from mailhub.faults import Point, point
from mailhub.lists.choices import ONLY, wants
from mailhub.lists.tables import Subscription
from mailhub.people import activity, persons
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.tokens import MAILING
from mailhub.verbs import Thing

PAGE = 15  # letters in one transaction
LOOK_AGAIN = timedelta(minutes=1)  # new readers and rhythms are noticed within that


class Writing:
    """The chore of the letters; between two looks it remembers only that nothing is due yet."""

    def __init__(self, site: Site, offers: Offers) -> None:
        self._site = site
        self._offers = offers
        self._quiet: tuple[datetime, datetime] | None = None  # no look is needed between these

    def page(self, session: Session, now: datetime) -> int:
        """Write the next letters that are due; how many people were looked at."""
        if self._quiet is not None and self._quiet[0] <= now < self._quiet[1]:
            return 0
        upcoming = now + LOOK_AGAIN
        for each in self._rhythms(session):
            if people := self._due(session, each, now):
                write(session, self._site, self._offers, rhythm.latest(each, now), people, now=now)
                return len(people)
            upcoming = min(upcoming, rhythm.following(each, now))
        self._quiet = (now, upcoming)
        return 0

    def next_due(self, session: Session, now: datetime) -> datetime | None:
        """The hour of the next letter, past where one is late; None when nothing waits for any."""
        self._quiet = None  # whoever asks turns the clock to the answer, and then a letter must be written
        return min(self._hours(session, now), default=None)

    def _hours(self, session: Session, now: datetime) -> Iterator[datetime]:
        for each in self._rhythms(session):
            is_late = bool(self._due(session, each, now, limit=1))
            yield rhythm.latest(each, now) if is_late else rhythm.following(each, now)

    def _rhythms(self, session: Session) -> list[Rhythm]:
        return readers.rhythms(session, self._site, [offer.lagging() for offer in self._offers])

    def _due(self, session: Session, each: Rhythm, now: datetime, limit: int = PAGE) -> list[int]:
        slot = rhythm.latest(each, now)
        offered = (offer.due(session, slot) for offer in self._offers)
        waiting = [people for people in offered if people is not None]
        return readers.due(session, self._site, each, slot, waiting, limit)


def write(
    session: Session, site: Site, offers: Offers, slot: datetime, people: Collection[int], *, now: datetime
) -> None:
    """A letter for each of these people, and the note in their offers that it was told."""
    gathered = [(offer, offer.gather(session, people, slot)) for offer in offers]
    chosen = _Chosen(session, people)
    outgoing = mailing.Outgoing(session, site, now)
    persons_ = session.scalars(sa.select(Person).where(Person.id.in_(people)).order_by(Person.id))
    for person in persons_:
        entries = chosen.by(person.id, (entry for _, found in gathered for entry in found.entries.get(person.id, ())))
        _write_one(session, site, person, slot, entries, outgoing, now)
    for offer, found in gathered:
        offer.told(session, [mark for marks in found.marks.values() for mark in marks])
    point(Point.LETTER_WRITTEN)


def _write_one(
    session: Session,
    site: Site,
    person: Person,
    slot: datetime,
    entries: Sequence[Entry],
    outgoing: mailing.Outgoing,
    now: datetime,
) -> None:
    if not entries:
        return
    placed = arrange([*silent_entries(session, person.id), *entries])
    is_owed = any(one.number for one in placed)
    letter = Letter(
        person_id=person.id,
        slot=slot,
        language=persons.language_of(person, site),
        time_zone=persons.zone_of(person, site),
        written_at=now,
        owed_at=now if is_owed else None,
    )
    session.add(letter)
    session.flush()
    write_items(session, letter, placed)
    if is_owed:
        outgoing.owe(letter)
        thing = Thing(MAILING.name, letter.id)
        activity.note(session, "letter.written", now=now, person_id=person.id, thing=thing)


class _Chosen:
    """Which kinds of things these people have chosen alone, in which groups."""

    def __init__(self, session: Session, people: Collection[int]) -> None:
        narrow = sa.select(Subscription.person_id, Subscription.list_id, Subscription.delivery).where(
            Subscription.person_id.in_(people), Subscription.delivery.in_(ONLY)
        )
        self._only = {(person_id, list_id): choice for person_id, list_id, choice in session.execute(narrow)}

    def by(self, person_id: int, entries: Iterable[Entry]) -> list[Entry]:
        """What is offered to one of them; things they have not chosen are left out, and counted."""
        return [entry if self._is_wanted(person_id, entry) else entry.left() for entry in entries]

    def _is_wanted(self, person_id: int, entry: Entry) -> bool:
        choice = self._only.get((person_id, entry.list_id))
        return choice is None or entry.is_missed or wants(choice, entry.thing.kind)
