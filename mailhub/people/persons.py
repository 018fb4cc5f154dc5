"""Who somebody is: found by address, met by writing, reachable at the address of rank 0."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mailhub.errors import BadInput
from mailhub.mail.address import canonical
from mailhub.people import activity
from mailhub.people.tables import LONGEST_NAME, LONGEST_VALUE, Address, Person, PersonField
from mailhub.site import Site

UNCONFIRMED_FOR = timedelta(days=7)  # P-03
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

_ASIDE = -1  # the rank an address has while two change places; ranks are unique


# Made once: every mail asks these, and making a statement costs as much as running it.
_ADDRESS = sa.select(Address).where(Address.email_key == sa.bindparam("key"))


_AUTHOR = (
    sa.select(Person, Address)
    .join(Address, Address.person_id == Person.id)
    .where(Address.email_key == sa.bindparam("key"))
)


def find(session: Session, email: str) -> Person | None:
    """The person one of whose addresses this is."""
    return session.scalar(
        sa.select(Person).join(Address, Address.person_id == Person.id).where(Address.email_key == canonical(email))
    )


def address_of(session: Session, email: str) -> Address | None:
    """The row of this address, whosever it is."""
    return session.scalar(_ADDRESS, {"key": canonical(email)})


def author_of(session: Session, email: str) -> tuple[Person, Address] | None:
    """Whose address this is, with its row: what every mail asks first."""
    found = session.execute(_AUTHOR, {"key": canonical(email)}).one_or_none()
    return (found[0], found[1]) if found is not None else None


def meet(
    session: Session, email: str, *, name: str = "", language: str | None = None, now: datetime
) -> tuple[Person, Address]:
    """Find the person of this address, else write them down, unconfirmed.

    Somebody we know keeps the name and language they have: anybody can write a name beside an address.
    """
    known = address_of(session, email)
    if known is None:
        try:
            with session.begin_nested():
                return _write_down(session, email, name, language, now)
        except IntegrityError:  # on PostgreSQL two mails of one newcomer may be read at once
            known = session.scalars(sa.select(Address).where(Address.email_key == canonical(email))).one()
    return session.get_one(Person, known.person_id), known


def write_to(session: Session, person_ids: Collection[int]) -> Mapping[int, Address]:
    """Where we write to each of these people; who has no address is missing."""
    rows = session.scalars(sa.select(Address).where(Address.person_id.in_(person_ids), Address.rank == 0))
    return {address.person_id: address for address in rows}


def addresses_of(session: Session, person_id: int) -> list[Address]:
    """All addresses of a person, the one we write to first."""
    return list(session.scalars(sa.select(Address).where(Address.person_id == person_id).order_by(Address.rank)))


def language_of(person: Person, site: Site) -> str:
    """The language we write to them in."""
    return person.language or site.language


def zone_of(person: Person, site: Site) -> str:
    """The time zone their «nine o'clock» is in."""
    return person.time_zone or site.time_zone


def change(
    session: Session,
    person: Person,
    *,
    now: datetime,
    name: str | None = None,
    language: str | None = None,
    time_zone: str | None = None,
) -> None:
    """Set what is given; "" forgets it."""
    given = {"name": name, "language": language, "time_zone": time_zone}
    wanted = {key: value.strip()[:LONGEST_NAME] for key, value in given.items() if value is not None}
    changed = {key: value for key, value in wanted.items() if value != (getattr(person, key) or "")}
    for key, value in changed.items():
        setattr(person, key, value if value or key == "name" else None)
    if changed:
        activity.note(session, "person.changed", now=now, person_id=person.id, what_changed=sorted(changed))


def set_field(session: Session, person_id: int, name: str, value: str, *, now: datetime) -> str:
    """Keep something about a person; "" forgets it. Returns what was kept before, for who wants to undo it."""
    if not FIELD_NAME.fullmatch(name):
        raise BadInput(f"“{name}” cannot name a field; use small letters, digits and _, beginning with a letter")
    if len(value) > LONGEST_VALUE:
        raise BadInput(f"the field “{name}” would hold {len(value)} characters; {LONGEST_VALUE} fit")
    row = session.get(PersonField, (person_id, name))
    before = row.value if row else ""
    if value == before:
        return before
    if row is None:
        session.add(PersonField(person_id=person_id, name=name, value=value, at=now))
    elif value:
        row.value, row.at = value, now
    else:
        session.delete(row)
    activity.note(session, "person.changed", now=now, person_id=person_id, what_changed=[f"field.{name}"])
    return before


def fields_of(session: Session, person_id: int) -> dict[str, str]:
    """What organisers keep about a person."""
    rows = session.scalars(sa.select(PersonField).where(PersonField.person_id == person_id).order_by(PersonField.name))
    return {row.name: row.value for row in rows}


def add_address(session: Session, person: Person, email: str, *, now: datetime) -> Address | None:
    """Give a person one more address, unconfirmed; None when it is somebody else's. Ends their older tokens."""
    known = address_of(session, email)
    if known is not None:
        return known if known.person_id == person.id else None
    last = session.scalar(sa.select(sa.func.max(Address.rank)).where(Address.person_id == person.id))
    address = Address(
        person_id=person.id,
        email=email,
        email_key=canonical(email),
        rank=0 if last is None else last + 1,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(address)
    except IntegrityError:  # written by somebody else in the same moment
        return None
    end_tokens(session, person)
    activity.note(session, "address.added", now=now, person_id=person.id, address_id=address.id)
    return address


def hand_over(session: Session, address: Address, person: Person, *, now: datetime) -> None:
    """Give an address to somebody else, unconfirmed, as the last of theirs. Ends the older tokens of both."""
    former = session.get_one(Person, address.person_id)
    others = [other for other in addresses_of(session, former.id) if other.id != address.id]
    if address.rank == 0 and others:
        make_first(session, others[0], now=now)
    last = session.scalar(sa.select(sa.func.max(Address.rank)).where(Address.person_id == person.id))
    address.person_id, address.rank, address.confirmed_at = person.id, 0 if last is None else last + 1, None
    session.flush()
    for what, whose in (("address.removed", former), ("address.added", person)):
        end_tokens(session, whose)
        activity.note(session, what, now=now, person_id=whose.id, address_id=address.id)


def part_with(session: Session, address: Address, *, now: datetime) -> None:
    """Whoever reads this mailbox is a stranger again, and is forgotten like one."""
    stranger = Person(created_at=now, unconfirmed_until=now + UNCONFIRMED_FOR)
    session.add(stranger)
    session.flush()
    hand_over(session, address, stranger, now=now)


def make_first(session: Session, address: Address, *, now: datetime) -> None:
    """From now on we write there. Ends the person's older tokens."""
    if address.rank == 0:
        return
    former = session.scalar(sa.select(Address).where(Address.person_id == address.person_id, Address.rank == 0))
    rank = address.rank
    for row, its_rank in ((former, _ASIDE), (address, 0), (former, rank)):
        if row is not None:
            row.rank = its_rank
            session.flush()
    end_tokens(session, session.get_one(Person, address.person_id))
    activity.note(session, "address.preferred", now=now, person_id=address.person_id, address_id=address.id)


def confirm(session: Session, address: Address, *, now: datetime) -> None:
    """Its owner has answered from it; the first time is remembered."""
    if address.confirmed_at is None:
        address.confirmed_at = now
        session.get_one(Person, address.person_id).unconfirmed_until = None
        activity.note(session, "address.confirmed", now=now, person_id=address.person_id, address_id=address.id)


def end_tokens(session: Session, person: Person) -> None:
    """Make every older token of this person above level 1 worthless."""
    person.token_epoch = Person.token_epoch + 1
    session.flush()
    session.refresh(person, ["token_epoch"])


def _write_down(session: Session, email: str, name: str, language: str | None, now: datetime) -> tuple[Person, Address]:
    person = Person(
        name=name.strip()[:LONGEST_NAME], language=language, created_at=now, unconfirmed_until=now + UNCONFIRMED_FOR
    )
    session.add(person)
    session.flush()
    address = Address(person_id=person.id, email=email, email_key=canonical(email), created_at=now)
    session.add(address)
    session.flush()
    activity.note(session, "person.met", now=now, person_id=person.id)
    return person, address
