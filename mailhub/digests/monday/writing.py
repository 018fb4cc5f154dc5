"""Writes the letters of a Monday: once a person and ISO week, at their own eight o'clock, where anything waits.

Whoever had nothing has a row too, which is not sent: so the week is over for them, whatever begins to wait later.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub import formats, tokens
from mailhub.clock import local
from mailhub.delivery import health, service, switch
from mailhub.digests import rhythm
from mailhub.digests.monday import text
from mailhub.digests.monday.gathering import office_of, waiting_for
from mailhub.digests.rhythm import Rhythm
from mailhub.digests.tables import How, Letter, LetterItem
from mailhub.language import footer, say
from mailhub.lists import reading, things
from mailhub.people import activity, roles
from mailhub.people.tables import Person, Role
from mailhub.questions import QuestionKinds
from mailhub.site import Site
from mailhub.verbs import Thing, Verbs
from mailhub.waiting import WHOLE_SITE, Office, Parts, Waiting

log = logging.getLogger("mailhub.digests")

HOUR = time(8)  # on everybody's own clock
MONDAY = 0b0000001  # as `rhythm` counts days
KIND = tokens.kind("monday", 70).name  # a letter of a week, as a whole; id: the letter
SOURCE = "digests.monday"
PAGE = 5  # people in one transaction
LATE_BY = timedelta(days=3)  # a site that was down longer waits for the next Monday
LOOK_AGAIN = timedelta(minutes=1)  # new offices and zones are noticed within that
_MOST_NAMED = 3  # groups in the last lines


class Mondays:
    """The chore of these letters; between two looks it remembers only that nothing is due yet."""

    def __init__(self, site: Site, parts: Parts, kinds: QuestionKinds, verbs: Verbs) -> None:
        self._site = site
        self._parts = parts
        self._kinds = kinds
        self._verbs = verbs
        self._quiet: tuple[datetime, datetime] | None = None  # no look is needed between these

    def page(self, session: Session, now: datetime) -> int:
        """Look at the next people whose Monday has come; how many they were."""
        if self._quiet is not None and self._quiet[0] <= now < self._quiet[1]:
            return 0
        upcoming = now + LOOK_AGAIN
        for each in _rhythms(session, self._site):
            slot = rhythm.latest(each, now)
            if people := _due(session, self._site, each.zone, slot, now):
                for person in people:
                    self.write(session, person, slot, now=now)
                return len(people)
            upcoming = min(upcoming, rhythm.following(each, now))
        self._quiet = (now, upcoming)
        return 0

    def next_due(self, session: Session, now: datetime) -> datetime | None:
        """The next Monday of anybody, past where one is late; None where nobody has an office."""
        self._quiet = None  # whoever asks turns the clock to the answer, and then a letter must be written
        return min(self._slots(session, now), default=None)

    def _slots(self, session: Session, now: datetime) -> Iterator[datetime]:
        for each in _rhythms(session, self._site):
            slot = rhythm.latest(each, now)
            is_late = bool(_due(session, self._site, each.zone, slot, now, limit=1))
            yield slot if is_late else rhythm.following(each, now)

    def write(self, session: Session, person: Person, slot: datetime, *, now: datetime) -> None:
        """Their letter of this week, unless it is there, with what waits; owed where anything does."""
        office = office_of(session, self._site, person, now=now)
        letter = _begin(session, office, slot)
        if letter is None:
            return
        try:
            with session.begin_nested():
                self._fill(session, person, office, letter, now)
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            raise
        except Exception:  # the letters of others must not wait for it
            log.exception("no letter of a Monday person=%d letter=%d", person.id, letter.id)

    def _fill(self, session: Session, person: Person, office: Office, letter: Letter, now: datetime) -> None:
        waiting = waiting_for(session, self._site, self._parts, self._kinds, person, now=now)
        found = health.of(session, _groups(session, office), now=now)
        if waiting or not found.is_good:
            self._owe(session, office, letter, waiting, found)

    def _owe(
        self, session: Session, office: Office, letter: Letter, waiting: Sequence[Waiting], found: health.Health
    ) -> None:
        items = [one.thing for one in text.numbered(waiting) if one.thing is not None]
        session.add_all(_row(session, letter, number, thing) for number, thing in enumerate(items, start=1))
        letter.owed_at, about = office.now, Thing(KIND, letter.id)
        session.flush()
        service.tell(
            session,
            self._site,
            person_id=office.person_id,
            words=text.letter(office, self._verbs, waiting, found),
            language=office.language,
            source=SOURCE,
            kind="monday.letter.organiser",
            occurrence=letter.id,
            now=office.now,
            about=about,
            footer=_footer(session, self._site, office),
            layout="letter",
        )
        activity.note(session, "letter.written", now=office.now, person_id=office.person_id, thing=about)


def week_of(slot: datetime, zone: str) -> int:
    """The ISO week of a slot, as 202611, on the calendar of that zone."""
    year, week, _ = local(slot, zone).isocalendar()
    return year * 100 + week


def _rhythms(session: Session, site: Site) -> list[Rhythm]:
    """The Monday of each zone in which somebody has an office; none while the site sends nothing."""
    if switch.why_held(session) is not None:
        return []
    zones = sa.select(_zone(site)).join(Role, Role.person_id == Person.id).distinct()
    return [Rhythm(zone, rhythm.minutes(HOUR), MONDAY) for zone in sorted(session.scalars(zones))]


def _due(session: Session, site: Site, zone: str, slot: datetime, now: datetime, limit: int = PAGE) -> Sequence[Person]:
    """Who had an office then, and no letter of that week yet."""
    if now - slot > LATE_BY:
        return ()
    in_office = Person.id.in_(sa.select(Role.person_id).where(Role.granted_at <= slot))
    had = sa.exists().where(Letter.person_id == Person.id, Letter.week == week_of(slot, zone))
    people = sa.select(Person).where(in_office, _zone(site) == zone, Person.erased_at.is_(None), ~had)
    return session.scalars(people.order_by(Person.id).limit(limit)).all()


def _zone(site: Site) -> sa.ColumnElement[str]:
    return sa.func.coalesce(Person.time_zone, site.time_zone)


def _begin(session: Session, office: Office, slot: datetime) -> Letter | None:
    """The letter in rows; None where another process has just begun it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Letter).values(
        person_id=office.person_id,
        slot=slot,
        language=office.language,
        time_zone=office.zone,
        written_at=office.now,
        week=week_of(slot, office.zone),
    )
    letter_id = session.scalar(row.on_conflict_do_nothing().returning(Letter.id))
    return session.get_one(Letter, letter_id) if letter_id is not None else None


def _row(session: Session, letter: Letter, number: int, thing: Thing) -> LetterItem:
    return LetterItem(
        letter_id=letter.id,
        position=number,
        number=number,
        how=How.LINE,
        thing=thing.kind,
        thing_id=thing.id,
        list_id=things.list_of(session, thing) or WHOLE_SITE,
    )


def _groups(session: Session, office: Office) -> Sequence[int]:
    """The groups whose mail they hear of."""
    if WHOLE_SITE in office.roles:
        return [group.id for group in reading.open_lists(session)]
    return sorted(office.roles | office.organises)


def _footer(session: Session, site: Site, office: Office) -> str:
    """Why it came, and what to answer."""
    because = "organiser" if office.organises else "moderator"
    titles = [reading.title(session, one, office.language) or "" for one in sorted(office.roles - {WHOLE_SITE})]
    is_named = WHOLE_SITE not in office.roles and len(titles) <= _MOST_NAMED
    named = formats.listing(office.language, titles) if is_named else site.name
    sentence = say(office.language, f"footer.{because}", group=named)
    return footer(office.language, sentence, roles.contact(session, site), member=False)
