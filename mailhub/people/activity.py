"""What happened, written in the transaction of the fact (design idea 4), and reacted to once."""

from collections.abc import Collection, Mapping, Sequence
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


def unreacted(session: Session, limit: int) -> Sequence[Activity]:
    """What nobody has reacted to yet, oldest first; another worker gets other rows."""
    return session.scalars(
        sa.select(Activity)
        .where(Activity.reacted_at.is_(None))
        .order_by(Activity.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # SQLite has one writer and ignores it
    ).all()


def react(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """These have been reacted to, in this transaction."""
    session.execute(
        sa.update(Activity).where(Activity.id.in_(ids), Activity.reacted_at.is_(None)).values(reacted_at=now)
    )
