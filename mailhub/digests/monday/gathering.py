"""What waits for one person, gathered from every room: the letter words it, a page may show it."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists.tables import MailList
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Person, Question, Role
from mailhub.questions import QuestionKinds
from mailhub.site import Site
from mailhub.waiting import WHOLE_SITE, Asked, Office, Parts, Waiting

AT_MOST = 50  # questions of a kind that are told one by one; a letter has room for fewer


def waiting_for(
    session: Session, site: Site, parts: Parts, kinds: QuestionKinds, person: Person, *, now: datetime
) -> list[Waiting]:
    """Everything that waits for this person: first what wants a word of theirs, then the rest, each oldest first."""
    office = office_of(session, site, person, now=now)
    asked: dict[str, list[Asked]] = {}
    for question in questions.waiting_for(session, person.id, parts.kinds):
        asked.setdefault(question.kind, []).append(_asked(question, kinds))
    found: list[Waiting] = []
    for kind, those in asked.items():
        told = sorted(parts.tell(kind)(session, site, office, those[:AT_MOST]), key=_order)
        found += [*told[:-1], *(replace(last, count=1 + len(those[AT_MOST:])) for last in told[-1:])]
    found += [one for part in parts for one in part.beside(session, site, office)]
    return sorted(found, key=_order)


def _order(one: Waiting) -> tuple[bool, datetime, int, str, str]:
    """The same rows make the same letter, in whatever order a database finds them."""
    return one.thing is None, one.since, one.thing.id if one.thing else 0, one.key, str(sorted(one.values.items()))


def office_of(session: Session, site: Site, person: Person, *, now: datetime) -> Office:
    """What they look after: lists where they have a role; to the site's organisers, also those nobody else has."""
    held = session.execute(sa.select(Role.name, Role.list_id).where(Role.person_id == person.id)).all()
    organises = {list_id for name, list_id in held if name == roles.ORGANISER}
    if WHOLE_SITE in organises:
        organised = sa.exists().where(Role.list_id == MailList.id, Role.name == roles.ORGANISER)
        organises |= set(session.scalars(sa.select(MailList.id).where(MailList.closed_at.is_(None), ~organised)))
    return Office(
        person_id=person.id,
        language=persons.language_of(person, site),
        zone=persons.zone_of(person, site),
        now=now,
        roles=frozenset(list_id for _, list_id in held),
        organises=frozenset(organises),
    )


def _asked(question: Question, kinds: QuestionKinds) -> Asked:
    kind = kinds.get(question.kind)
    return Asked(
        id=question.id,
        kind=question.kind,
        thing_id=question.thing_id,
        list_id=question.list_id,
        asked_at=question.asked_at,
        until=question.asked_at + kind.ends_after if kind.ends_after is not None else None,
        detail=question.detail,
    )
