"""Writes down many people at once, as an import brings them: one statement a table and page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.base import Base
from mailhub.people import activity, consent
from mailhub.people.roster import Entry
from mailhub.people.tables import Address, Consent, ConsentState, ImportJob, Person, PersonField, Suppression
from mailhub.site import Site

SOURCE = "import"
UNASKED_FOR = timedelta(days=30)  # P-10: imported without a basis, and silent
_BOUNCED = ("bounc", "rimbalz", "hard", "inesist", "non esist", "invalid", "unknown user")
_COMPLAINED = ("complain", "spam", "abuse", "reclam")


def people_of(session: Session, email_keys: Collection[str]) -> Mapping[str, int]:
    """Who is known by these canonical addresses."""
    rows = session.execute(sa.select(Address.email_key, Address.person_id).where(Address.email_key.in_(email_keys)))
    return {row.email_key: row.person_id for row in rows}


def blocked(session: Session, site: Site, email_keys: Iterable[str]) -> set[str]:
    """Which of these canonical addresses we do not write to."""
    whose = consent.hashes(site, email_keys)
    rows = session.scalars(sa.select(Suppression.key_hash).where(Suppression.key_hash.in_(whose)))
    return {whose[key_hash] for key_hash in rows}


def write_down(session: Session, job: ImportJob, entries: Sequence[Entry], *, now: datetime) -> list[int]:
    """The ids of these people, in their order, written down with what the file says of them.

    Who is known keeps name, language and time zone where they have one; fields are the organisers' and take the new
    value. Nobody is confirmed by being imported.
    """
    known = people_of(session, [entry.email_key for entry in entries])
    new = [entry for entry in entries if entry.email_key not in known]
    until = None if job.basis is not None else now + UNASKED_FOR
    ids = {**known, **_new_people(session, new, now, until)}
    _fill_gaps(session, [entry for entry in entries if entry.email_key in known], known)
    _set_fields(session, entries, ids, known.keys(), now)
    if job.basis is not None and job.list_id is not None:
        _give_consent(session, job, entries, ids, now)
    people = [ids[entry.email_key] for entry in entries]
    activity.note_each(session, "person.imported", people, now=now, list_id=job.list_id, detail={"job": job.id})
    return people


def suppress(session: Session, site: Site, entries: Sequence[Entry], *, now: datetime) -> None:
    """Write no more to these addresses; only a bounce among the reasons stops service mail as well."""
    rows = []
    for entry in entries:
        said = entry.fields.get("reason", "").casefold()
        bounced = any(word in said for word in _BOUNCED)
        reason = "bounce" if bounced else "complaint" if any(word in said for word in _COMPLAINED) else "import"
        key_hash = consent.key_hash(site, entry.email_key)
        rows.append({"key_hash": key_hash, "email": entry.email, "reason": reason, "hard": bounced, "at": now})
    _insert(session, Suppression, rows)
    owners = people_of(session, [entry.email_key for entry in entries]).values()
    activity.note_each(session, "address.suppressed", list(owners), now=now, detail={"reason": SOURCE})


def _new_people(session: Session, entries: Sequence[Entry], now: datetime, until: datetime | None) -> Mapping[str, int]:
    if not entries:
        return {}
    people = [
        {
            "name": entry.name,
            "language": entry.language,
            "time_zone": entry.time_zone,
            "created_at": now,
            "unconfirmed_until": until,
        }
        for entry in entries
    ]
    ids = session.scalars(
        sa.insert(Person.__table__).returning(Person.id, sort_by_parameter_order=True),  # type: ignore[arg-type]
        people,
    ).all()
    whose = {entry.email_key: person_id for entry, person_id in zip(entries, ids, strict=True)}
    addresses = [
        {
            "person_id": whose[entry.email_key],
            "email": entry.email,
            "email_key": entry.email_key,
            "rank": 0,
            "created_at": now,
        }
        for entry in entries
    ]
    _insert(session, Address, addresses)
    return whose


def _fill_gaps(session: Session, entries: Sequence[Entry], known: Mapping[str, int]) -> None:
    rows = session.scalars(sa.select(Person).where(Person.id.in_(known.values())))
    people = {person.id: person for person in rows}
    for entry in entries:
        person = people[known[entry.email_key]]
        person.name = person.name or entry.name
        person.language = person.language or entry.language
        person.time_zone = person.time_zone or entry.time_zone
    session.flush()


def _set_fields(
    session: Session, entries: Sequence[Entry], ids: Mapping[str, int], known: Collection[str], now: datetime
) -> None:
    rows = [
        {"person_id": ids[entry.email_key], "name": name, "value": value, "at": now}
        for entry in entries
        for name, value in entry.fields.items()
    ]
    old = [
        {"b_person_id": ids[entry.email_key], "b_name": name}
        for entry in entries
        if entry.email_key in known
        for name in entry.fields
    ]
    if old:
        fields = PersonField.__table__
        which = (fields.c.person_id == sa.bindparam("b_person_id")) & (fields.c.name == sa.bindparam("b_name"))
        session.execute(sa.delete(fields).where(which), old)  # type: ignore[arg-type]
    _insert(session, PersonField, rows)


def _give_consent(
    session: Session, job: ImportJob, entries: Sequence[Entry], ids: Mapping[str, int], now: datetime
) -> None:
    shared = {
        "basis": job.basis,
        "file": job.file_name,
        "sha256": job.sha256,
        "imported_by": job.imported_by,
    }
    purpose = consent.list_purpose(job.list_id or 0)
    rows = [
        {
            "person_id": ids[entry.email_key],
            "purpose": purpose,
            "state": ConsentState.GIVEN,
            "at": now,
            "language": entry.language,
            "source": SOURCE,
            "evidence": {**shared, "line": entry.line},
        }
        for entry in entries
    ]
    _insert(session, Consent, rows)
    people = list(ids.values())
    activity.note_each(session, "consent.given", people, now=now, list_id=job.list_id, detail={"purpose": purpose})


def _insert(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(cast(sa.Table, table.__table__)), rows)
