"""What a person may ask of us about themselves, and what is forgotten by itself."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.base import Base
from mailhub.people import activity, consent
from mailhub.people.persons import UNCONFIRMED_FOR
from mailhub.people.tables import (
    Activity,
    Address,
    Asking,
    Consent,
    ConsentState,
    Deed,
    Erasure,
    Person,
    PersonField,
    Question,
    Role,
)
from mailhub.site import Site

NEXT_DUE = sa.select(sa.func.min(Person.unconfirmed_until))  # somebody who has not confirmed must be looked at

Export = Callable[[Session, int], Mapping[str, Any]]  # what another room holds about one person
Hold = Callable[[sa.ColumnElement[int]], sa.ColumnElement[bool]]  # whether another room needs a person to stay

_OWN: Mapping[str, type[Base]] = {
    "addresses": Address,
    "fields": PersonField,
    "roles": Role,
    "consents": Consent,
    "questions": Asking,
    "deeds": Deed,
    "activity": Activity,
    "erasures": Erasure,
}


def export_person(session: Session, site: Site, person_id: int, others: Iterable[Export] = ()) -> dict[str, Any]:
    """Everything we hold about one person, ready for JSON; each other room adds its part under its own names."""
    whole: dict[str, Any] = {"person": _plain(session.get_one(Person, person_id))}
    for name, table in _OWN.items():
        order = sa.inspect(table).primary_key
        rows = session.scalars(sa.select(table).where(_owner(table) == person_id).order_by(*order))
        whole[name] = [_plain(row) for row in rows]
    emails = [address["email"] for address in whole["addresses"]]
    whole["suppressions"] = [_plain(row) for row in consent.suppressed(session, site, emails).values()]
    for export in others:
        whole.update(export(session, person_id))
    return whole


def note_access(
    session: Session, by: int, person_ids: Collection[int], why: str, *, now: datetime, list_id: int | None = None
) -> None:
    """An organiser was shown these people's data; each of them finds it in their export (P-13)."""
    activity.note_each(session, "person.shown", person_ids, now=now, list_id=list_id, detail={"by": by, "why": why})


def prune(session: Session, *, now: datetime, limit: int = 50, holds: Sequence[Hold] = ()) -> int:
    """Look at one page of people who have not confirmed in time, and forget those nothing holds (P-03).

    Consent, a role, a field, an open question or a foreign key of another room holds a person, who is looked at again a
    week later. Rooms that name people without a foreign key say so in `holds`.
    """
    due = session.scalars(
        sa.select(Person.id)
        .where(Person.unconfirmed_until <= now)
        .order_by(Person.unconfirmed_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return 0
    free = session.scalars(sa.select(Person.id).where(Person.id.in_(due), *_nothing_holds(holds))).all()
    for table in _OWN.values():
        session.execute(sa.delete(table).where(_owner(table).in_(free)))
    session.execute(sa.delete(Person).where(Person.id.in_(free)))
    held = sa.update(Person).where(Person.id.in_(due)).values(unconfirmed_until=now + UNCONFIRMED_FOR)
    session.execute(held)
    return len(due)


def _nothing_holds(holds: Sequence[Hold]) -> list[sa.ColumnElement[bool]]:
    return [
        _none_of(Address, Address.confirmed_at.is_not(None)),
        _none_of(Consent, Consent.state != ConsentState.ASKED),
        _none_of(Role),
        _none_of(PersonField),
        _none_of(Asking, Asking.question_id == Question.id, Question.settled_at.is_(None)),
        *(~sa.exists().where(column == Person.id) for column in _foreign_keys()),
        *(~hold(Person.id.expression) for hold in holds),
    ]


def _none_of(table: type[Base], *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(_owner(table) == Person.id, *conditions)


def _foreign_keys() -> list[sa.Column[Any]]:
    """The columns of other rooms that a person cannot be taken from under."""
    own = {Person.__table__, *(table.__table__ for table in _OWN.values())}
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        if table not in own
        for key in table.foreign_keys
        if key.column is Person.__table__.c.id
    ]


def _owner(table: type[Base]) -> sa.ColumnElement[int]:
    column: sa.ColumnElement[int] = table.__table__.c.person_id
    return column


def _plain(row: Base) -> dict[str, Any]:
    return {attribute.key: _json(getattr(row, attribute.key)) for attribute in sa.inspect(type(row)).column_attrs}


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
    return value
