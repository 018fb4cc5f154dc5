"""How a trace names somebody who decided, asked or answered."""

from sqlalchemy.orm import Session

from mailhub.inbound.tracing.values import shortened
from mailhub.people import persons
from mailhub.people.tables import Person


def name(session: Session, person_id: int | None) -> str | None:
    """A person's name, else their address as others may see it; None for nobody, or for who is forgotten."""
    person = session.get(Person, person_id) if person_id is not None else None
    if person is None or person.name:
        return person.name if person else None
    address = persons.write_to(session, [person.id]).get(person.id)
    return shortened(address.email) if address else None
