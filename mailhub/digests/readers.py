"""Who reads the letter when: the rhythms of those who have something waiting, and the people of one of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub.digests.rhythm import EVERY_DAY, Rhythm, minutes
from mailhub.digests.tables import Letter, LetterReader
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site

_ITS = LetterReader.person_id == Person.id


def choose(session: Session, person_id: int, at: time, days: int, *, now: datetime) -> None:
    """They read at this hour of their own clock, on these days."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    chosen = {"at": minutes(at), "days": days & EVERY_DAY or EVERY_DAY, "changed_at": now}
    row = insert(LetterReader).values(person_id=person_id, **chosen)
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=chosen))


def choice_of(session: Session, person_id: int) -> tuple[time, int] | None:
    """The hour and days this person has chosen; None where they read as everybody does."""
    chosen = session.get(LetterReader, person_id, populate_existing=True)
    return (time(*divmod(chosen.at, 60)), chosen.days) if chosen else None


def forget_choice(session: Session, person_id: int) -> None:
    """They read as everybody does."""
    session.execute(sa.delete(LetterReader).where(LetterReader.person_id == person_id))


def rhythm_of(session: Session, site: Site, person: Person) -> Rhythm:
    """When this person reads."""
    chosen = session.get(LetterReader, person.id, populate_existing=True)
    zone = persons.zone_of(person, site)
    return Rhythm(zone, chosen.at, chosen.days) if chosen else Rhythm(zone, minutes(site.digest_hour))


def rhythms(session: Session, site: Site, lagging: Iterable[sa.Select[int]]) -> list[Rhythm]:
    """Every rhythm of these people, each once."""
    waiting = [people.subquery() for people in lagging]
    if not waiting:
        return []
    among = sa.or_(*(Person.id.in_(sa.select(people)) for people in waiting))
    found = sa.select(*_rhythm(site)).distinct().select_from(Person).outerjoin(LetterReader, _ITS).where(among)
    return sorted(Rhythm(zone, at, days) for zone, at, days in session.execute(found))


def due(
    session: Session, site: Site, rhythm: Rhythm, slot: datetime, waiting: Sequence[sa.Select[int]], limit: int
) -> list[int]:
    """People of this rhythm who wait for this letter and have not had it."""
    if not waiting:
        return []
    zone, at, days = _rhythm(site)
    of_the_day = Letter.query.is_(None), Letter.week.is_(None)
    had = sa.exists().where(Letter.person_id == Person.id, Letter.slot == slot, *of_the_day)
    people = (
        sa.select(Person.id)
        .outerjoin(LetterReader, _ITS)
        .where(
            sa.or_(*(Person.id.in_(one) for one in waiting)),
            zone == rhythm.zone,
            at == rhythm.at,
            days == rhythm.days,
            ~had,
        )
    )
    return list(session.scalars(people.order_by(Person.id).limit(limit)))


def _rhythm(site: Site) -> tuple[sa.ColumnElement[str], sa.ColumnElement[int], sa.ColumnElement[int]]:
    return (
        sa.func.coalesce(Person.time_zone, site.time_zone),
        sa.func.coalesce(LetterReader.at, minutes(site.digest_hour)),
        sa.func.coalesce(LetterReader.days, EVERY_DAY),
    )
