"""Whether whoever writes from an address is a stranger: only they can say who they were before."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists import reading
from mailhub.people.tables import Person, Role


def is_stranger(session: Session, person: Person | None) -> bool:
    """Whether nobody has ever confirmed to be this person, and they belong nowhere and have no office."""
    if person is None:
        return True
    if person.unconfirmed_until is None or person.erased_at is not None:
        return False
    return not reading.lists_of(session, person.id) and not has_office(session, person)


def has_office(session: Session, person: Person) -> bool:
    """Whether they organise or moderate anything."""
    return session.scalar(sa.select(Role.name).where(Role.person_id == person.id).limit(1)) is not None
