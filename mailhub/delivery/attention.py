"""How much mail beyond service a person has been written lately: one budget over all that wants their attention."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.among import among
from mailhub.db import prepared
from mailhub.delivery.tables import Attention

ATTENTION = cast(sa.Table, Attention.__table__)
LATELY = timedelta(days=7)
_SPEND = prepared.insert_new(ATTENTION, "person_id", "at", "mailing_id", "occurrence")
_LATELY = (
    sa.select(ATTENTION.c.person_id, ATTENTION.c.at)
    .where(among(ATTENTION.c.person_id, "people"), ATTENTION.c.at > sa.bindparam("since"))
    .order_by(ATTENTION.c.person_id, ATTENTION.c.at)
)


def spend(session: Session, mails: Sequence[tuple[int, int, int]], *, now: datetime) -> None:
    """Note mails that were owed: to whom, of which mailing, for which occurrence."""
    rows = [{"person_id": p, "at": now, "mailing_id": m, "occurrence": o} for p, m, o in mails]
    _SPEND.run(session.connection(), rows)


def lately(session: Session, person_ids: Collection[int], *, now: datetime) -> Mapping[int, tuple[datetime, ...]]:
    """When each of these was written to within a week, the oldest first; who is missing was not."""
    found: dict[int, list[datetime]] = {}
    asked = {"people": list(person_ids), "since": now - LATELY}
    for person_id, at in session.connection().execute(_LATELY, asked):
        found.setdefault(person_id, []).append(at)
    return {person_id: tuple(moments) for person_id, moments in found.items()}
