"""Whom `export members` writes out, in pages: the people of a group, of a segment, or of both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.among import among
from mailhub.cli import groups, segment
from mailhub.db.session import Database
from mailhub.lists.tables import Subscription, SubscriptionState
from mailhub.people.segments import counting
from mailhub.people.tables import Address, Person, PersonField
from mailhub.site import Site

PAGE = 500
_OWN = ("email", "name", "language", "time_zone")
_OF_A_PLACE = ("delivery", "state", "joined_at")
_SOME = among(PersonField.person_id.expression, "people")
_NAMES = sa.select(PersonField.name).where(_SOME).distinct()
_FIELDS = sa.select(PersonField).where(_SOME)


@dataclass(frozen=True, slots=True)
class Roll:
    """Who it is, found once, and what is said of each."""

    ids: Sequence[int]
    fields: Sequence[str]  # that organisers keep about any of them
    list_id: int | None  # where their place in a group is said as well

    @property
    def columns(self) -> Sequence[str]:
        return _OWN if self.list_id is None else (*_OWN, *_OF_A_PLACE)

    def pages(self) -> Iterator[Sequence[int]]:
        return (self.ids[start : start + PAGE] for start in range(0, len(self.ids), PAGE))


def roll(session: Session, site: Site, group: str | None, named: str | None, *, now: datetime) -> Roll:
    """The people of this group, of this segment, or of both. Raises BadInput where there is no such one."""
    list_id = groups.found(session, group).id if group is not None else None
    wanted = sa.select(Person.id).join(Address, _first(Address)).order_by(Person.id)
    if list_id is not None:
        wanted = wanted.join(Subscription, Subscription.person_id == Person.id)
        wanted = wanted.where(Subscription.list_id == list_id, Subscription.state != SubscriptionState.LEFT)
    if named is not None:
        one = segment.find(session, site, named)
        wanted = wanted.where(Person.id.in_(counting.who(one.when, site, now=now)))
    ids = session.scalars(wanted).all()
    names: set[str] = set()
    for page in Roll(ids, (), None).pages():
        names |= set(session.scalars(_NAMES, {"people": page}))
    return Roll(ids, sorted(names), list_id)


def pages(database: Database, of: Roll) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
    """Pages of ids and their lines; who has been erased meanwhile is left out."""
    for ids in of.pages():
        with database.reading() as session:
            people = session.execute(
                sa.select(Person, Address.email)
                .join(Address, _first(Address))
                .where(among(Person.id.expression, "people"))
                .order_by(Person.id),
                {"people": ids},
            ).all()
            places = _places(session, of.list_id, ids)
            fields = _fields(session, ids)
            rows = [_line(*each, places.get(each.Person.id), fields.get(each.Person.id, {}), of) for each in people]
        yield [each.Person.id for each in people], rows


def _first(address: type[Address]) -> sa.ColumnElement[bool]:
    return (address.person_id == Person.id) & (address.rank == 0)


def _places(session: Session, list_id: int | None, ids: Sequence[int]) -> Mapping[int, Subscription]:
    if list_id is None:
        return {}
    mine = Subscription.list_id == list_id, among(Subscription.person_id.expression, "people")
    return {place.person_id: place for place in session.scalars(sa.select(Subscription).where(*mine), {"people": ids})}


def _fields(session: Session, ids: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
    kept: dict[int, dict[str, str]] = {}
    for row in session.scalars(_FIELDS, {"people": ids}):
        kept.setdefault(row.person_id, {})[row.name] = row.value
    return kept


def _line(who: Person, email: str, place: Subscription | None, fields: Mapping[str, str], of: Roll) -> list[str]:
    own = [email, who.name, who.language or "", who.time_zone or ""]
    if place is not None:
        joined = place.joined_at.isoformat(timespec="seconds") if place.joined_at else ""
        own += [place.delivery.value, place.state.value, joined]
    elif of.list_id is not None:
        own += [""] * len(_OF_A_PLACE)
    return [*own, *(fields.get(name, "") for name in of.fields)]
