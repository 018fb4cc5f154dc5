"""What conditions may ask about a person as such; other rooms declare what they know."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub.facts import SHORT, Fact, FactType
from mailhub.people.roles import MODERATOR, ORGANISER
from mailhub.people.tables import Address, Person, PersonField, Role
from mailhub.site import LANGUAGES

FIELD = "person.field."
_NAMED = re.compile(r"\bperson\.field\.([a-z0-9_]+)", re.ASCII)
_COMING = ("person.met", "person.imported")


def field(name: str) -> Fact:
    """The fact of one thing organisers keep: `person.field.town`; its text, null where nothing is kept."""

    def value(person: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
        kept = aliased(PersonField)
        return sa.select(kept.value).where(kept.person_id == person, kept.name == name).scalar_subquery()

    def having(test: Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]) -> sa.Select[Any]:
        kept = aliased(PersonField)
        is_short = sa.func.length(kept.value) <= sa.text(str(SHORT))  # as the index says it
        return sa.select(kept.person_id).where(kept.name == name, is_short, test(kept.value.expression))

    return Fact(
        name=f"{FIELD}{name}",
        type=FactType.TEXT,
        sql=value,
        changed_by=("person.changed", "person.imported"),
        having=having,
    )


def fields_named(text: str) -> Sequence[Fact]:
    """A fact for each field that a text names: nobody need have it yet."""
    return [field(name) for name in sorted(set(_NAMED.findall(text)))]


def fields(session: Session) -> Sequence[Fact]:
    """A fact for each thing that is kept about anybody today."""
    return [field(name) for name in session.scalars(sa.select(PersonField.name).distinct().order_by(PersonField.name))]


def _own(column: str) -> Callable[[sa.ColumnElement[int]], sa.ColumnElement[Any]]:
    def value(person: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
        own = aliased(Person)  # the query that asks may read people as well
        return sa.select(getattr(own, column)).where(own.id == person).scalar_subquery()

    return value


def _name(person: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """Their name, as they or a list of members write it; not known where it is empty."""
    own = aliased(Person)
    return sa.select(sa.func.nullif(own.name, "")).where(own.id == person).scalar_subquery()


def _is_confirmed(person: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether they have ever answered from an address of theirs."""
    address = aliased(Address)
    return sa.exists().where(address.person_id == person, address.confirmed_at.is_not(None))


def _has(role: str) -> Fact:
    """Whether they have this role anywhere, in one list or in the whole site."""

    def has(person: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        having = aliased(Role)
        return sa.exists().where(having.person_id == person, having.name == role)

    return Fact(
        name=f"person.{role}",
        type=FactType.FLAG,
        sql=has,
        changed_by=(f"{role}.granted", f"{role}.taken"),
        nullable=False,
    )


FACTS: Sequence[Fact] = (
    Fact(
        name="person.name",
        type=FactType.TEXT,
        sql=_name,
        changed_by=("person.changed", *_COMING),
    ),
    Fact(
        name="person.confirmed",
        type=FactType.FLAG,
        sql=_is_confirmed,
        changed_by=("address.confirmed",),
        nullable=False,
    ),
    Fact(
        name="person.language",
        type=FactType.CHOICE,
        sql=_own("language"),
        changed_by=("person.changed", *_COMING),
        choices=LANGUAGES,
    ),
    Fact(
        name="person.time_zone",
        type=FactType.TEXT,
        sql=_own("time_zone"),
        changed_by=("person.changed", *_COMING),
    ),
    Fact(
        name="person.created",
        type=FactType.INSTANT,
        sql=_own("created_at"),
        changed_by=_COMING,
        nullable=False,
    ),
    _has(ORGANISER),
    _has(MODERATOR),
)
