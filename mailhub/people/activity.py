"""What happened, written in the transaction of the fact (design idea 4), and reacted to once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import cause, prepared
from mailhub.db.session import ring
from mailhub.people.tables import Activity, Person
from mailhub.verbs import Thing

BELL = "activity"
_TABLE = cast(sa.Table, Activity.__table__)
_NOTE = prepared.insert(_TABLE, "what", "at", "person_id", "list_id", "thing", "thing_id", "detail")


_READ = [_TABLE.c[name] for name in ("id", "what", "at", "person_id", "list_id", "thing", "thing_id", "detail")]


@dataclass(frozen=True, slots=True)
class Happened:
    """One activity, as whoever reacts to it sees it."""

    id: int
    what: str
    at: datetime
    person_id: int | None
    list_id: int | None
    thing: str | None
    thing_id: int | None
    detail: Mapping[str, Any]


def note(
    session: Session,
    what: str,
    *,
    now: datetime,
    person_id: int | None = None,
    list_id: int | None = None,
    thing: Thing | None = None,
    **detail: Any,
) -> None:
    """Write down that something happened: `<thing>.<participle>`, as in `subscription.confirmed`.

    The mail that made it happen, where one did, is noted with it.
    """
    row = {
        "what": what,
        "at": now,
        "person_id": person_id,
        "list_id": list_id,
        "thing": thing.kind if thing else None,
        "thing_id": thing.id if thing else None,
        "detail": {**cause.mark(session), **detail},
    }
    _NOTE.run(session.connection(), [row])
    ring(session, BELL)


def note_about(
    session: Session, what: str, things: Collection[Thing], *, now: datetime, list_id: int | None = None
) -> None:
    """Write down that the same happened to many things, in one statement."""
    shared = {"what": what, "at": now, "person_id": None, "list_id": list_id, "detail": cause.mark(session)}
    rows = [{**shared, "thing": thing.kind, "thing_id": thing.id} for thing in things]
    if rows:
        _NOTE.run(session.connection(), rows)
        ring(session, BELL)


def note_each(
    session: Session,
    what: str,
    person_ids: Collection[int],
    *,
    now: datetime,
    list_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write down that the same happened to many people, in one statement."""
    if not person_ids:
        return
    row = {"what": what, "at": now, "list_id": list_id, "detail": dict(detail or {})}
    columns = [sa.literal(value, Activity.__table__.c[name].type) for name, value in row.items()]
    people = sa.select(Person.id, *columns).where(Person.id.in_(person_ids))
    session.execute(sa.insert(_TABLE).from_select(["person_id", *row], people))
    ring(session, BELL)


def unreacted(session: Session, limit: int) -> Sequence[Happened]:
    """What nobody has reacted to yet, oldest first; another worker gets other rows."""
    wanted = (
        sa.select(*_READ)
        .where(_TABLE.c.reacted_at.is_(None))
        .order_by(_TABLE.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
    )
    return [Happened(*row) for row in session.connection().execute(wanted)]


def react(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """These have been reacted to, in this transaction."""
    session.execute(
        sa.update(Activity).where(Activity.id.in_(ids), Activity.reacted_at.is_(None)).values(reacted_at=now)
    )
