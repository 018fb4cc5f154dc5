"""Who may do more than a member: organisers and moderators, of one list or (list 0) of the whole site.

A role comes from the configuration, a file or a verb, and is taken away only by a verb.
"""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.people import activity, persons
from mailhub.people.tables import Activity, Person, Role
from mailhub.site import Site

ORGANISER = "organiser"
MODERATOR = "moderator"
SITE = 0  # the list id of a role for the whole site


# Made once: every mail asks these, and making a statement costs as much as running it.
_HERE = (Role.list_id == sa.bindparam("list")) | (Role.list_id == SITE)
_HELD = sa.select(Role.name).where(Role.person_id == sa.bindparam("person"), _HERE)
_OFFICERS = sa.select(Person).where(
    Person.id.in_(sa.select(Role.person_id).where(Role.name.in_((MODERATOR, ORGANISER)), _HERE))
)


def grant(session: Session, person_id: int, name: str, list_id: int = SITE, *, origin: str, now: datetime) -> bool:
    """Give a role; False when they have it already. Ends the person's older tokens."""
    if session.get(Role, (person_id, name, list_id)) is not None:
        return False
    session.add(Role(person_id=person_id, name=name, list_id=list_id, granted_at=now, origin=origin))
    _changed(session, f"{name}.granted", person_id, list_id, now, origin)
    return True


def take(session: Session, person_id: int, name: str, list_id: int = SITE, *, now: datetime) -> bool:
    """Take a role away; False when nobody would be left to organise, and then nothing changes."""
    # Two organisers who resign in the same moment wait for each other here.
    having = set(
        session.scalars(sa.select(Role.person_id).where(Role.name == name, Role.list_id == list_id).with_for_update())
    )
    if person_id not in having:
        return True
    if name == ORGANISER and having == {person_id} and not _others_organise(session, list_id):
        return False
    session.delete(session.get_one(Role, (person_id, name, list_id)))
    _changed(session, f"{name}.taken", person_id, list_id, now, "verb")
    return True


def appoint(
    session: Session, emails: Iterable[str], name: str, list_id: int = SITE, *, origin: str, now: datetime
) -> list[Person]:
    """Give a role to everybody a file or the configuration names, but not back to who lost it by a verb."""
    appointed = []
    for email in emails:
        person, _ = persons.meet(session, email, now=now)
        if not _lost(session, person.id, name, list_id) and grant(
            session, person.id, name, list_id, origin=origin, now=now
        ):
            appointed.append(person)
    return appointed


def holders(session: Session, name: str, list_id: int = SITE) -> list[Person]:
    """Who has this role, the longest-serving first."""
    return list(
        session.scalars(
            sa.select(Person)
            .join(Role, Role.person_id == Person.id)
            .where(Role.name == name, Role.list_id == list_id)
            .order_by(Role.granted_at, Person.id)
        )
    )


def organisers_of(session: Session, list_id: int) -> list[Person]:
    """The list's organisers, else the site's."""
    return holders(session, ORGANISER, list_id) or holders(session, ORGANISER)


def contact(session: Session, site: Site) -> str:
    """The address of a person who organises the site, the longest-serving that mail reaches."""
    people = [person.id for person in holders(session, ORGANISER)]
    reached = persons.write_to(session, people)
    return next((reached[one].email for one in people if one in reached), site.address("postmaster"))


def moderators_of(session: Session, list_id: int) -> list[Person]:
    """The list's moderators, else its organisers."""
    return holders(session, MODERATOR, list_id) or organisers_of(session, list_id)


def officers(session: Session, list_id: int) -> list[Person]:
    """Everybody with an office in this list, those of the whole site among them."""
    return list(session.scalars(_OFFICERS, {"list": list_id}))


def may_moderate(session: Session, person_id: int, list_id: int) -> bool:
    """Whether they may decide what a list publishes: organisers always may."""
    return _has(session, person_id, (MODERATOR, ORGANISER), list_id)


def may_organise(session: Session, person_id: int, list_id: int) -> bool:
    """Whether they may change a list and its people: the site's organisers always may."""
    return _has(session, person_id, (ORGANISER,), list_id)


def held(session: Session, person_id: int, list_id: int) -> frozenset[str]:
    """Every role of this person in this list, those of the whole site among them."""
    return frozenset(session.scalars(_HELD, {"person": person_id, "list": list_id}))


def only_organises(session: Session, person_id: int) -> list[int]:
    """The lists (0: the whole site) that nobody would organise without this person."""
    own = session.scalars(sa.select(Role.list_id).where(Role.person_id == person_id, Role.name == ORGANISER))
    return [list_id for list_id in sorted(own) if _nobody_else_organises(session, person_id, list_id)]


def _nobody_else_organises(session: Session, person_id: int, list_id: int) -> bool:
    others = sa.select(Role.person_id).where(
        Role.name == ORGANISER, Role.list_id.in_({SITE, list_id}), Role.person_id != person_id
    )
    return session.scalar(others.limit(1)) is None


def _has(session: Session, person_id: int, names: tuple[str, ...], list_id: int) -> bool:
    having = sa.select(1).where(Role.person_id == person_id, Role.name.in_(names), Role.list_id.in_({SITE, list_id}))
    return session.scalar(having.limit(1)) is not None


def _others_organise(session: Session, list_id: int) -> bool:
    """A list without organisers of its own is the site's."""
    return list_id != SITE and bool(holders(session, ORGANISER))


def _lost(session: Session, person_id: int, name: str, list_id: int) -> bool:
    last = session.scalar(
        sa.select(Activity.what)
        .where(
            Activity.person_id == person_id,
            Activity.what.in_((f"{name}.granted", f"{name}.taken")),
            Activity.list_id == list_id,
        )
        .order_by(Activity.id.desc())
        .limit(1)
    )
    return last == f"{name}.taken"


def _changed(session: Session, what: str, person_id: int, list_id: int, now: datetime, origin: str) -> None:
    persons.end_tokens(session, session.get_one(Person, person_id))
    activity.note(session, what, now=now, person_id=person_id, list_id=list_id, origin=origin)
