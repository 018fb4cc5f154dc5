"""How delivery's rows are found and added: the words of the partial indexes, and inserts that may be repeated."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from mailhub.delivery.tables import Delivery, DeliveryState, Mailing

DELIVERY = cast(sa.Table, Delivery.__table__)
MAILING = cast(sa.Table, Mailing.__table__)

BELL = "delivery"  # what `db.session.ring` calls the sender by

# Word for word as the partial indexes have them: with bound values neither database would use the index.
WAITING = sa.text("delivery.state IN ('ready', 'deferred')")
IN_WORK = sa.text("delivery.state IN ('claimed', 'sending', 'uncertain')")


def waiting_mailings(name: str = "waiting_mailing") -> sa.Subquery:
    """The ids of mailings with rows that wait: one step in the index for each, however many rows wait.

    A statement that holds it twice gives each another name.
    """
    first = sa.select(sa.func.min(DELIVERY.c.mailing_id).label("id")).where(WAITING)
    found = first.cte(name, recursive=True)
    after = sa.select(sa.func.min(DELIVERY.c.mailing_id)).where(WAITING, DELIVERY.c.mailing_id > found.c.id)
    found = found.union_all(sa.select(after.correlate(found).scalar_subquery()).where(found.c.id.is_not(None)))
    return sa.select(found.c.id).where(found.c.id.is_not(None)).subquery()


# One row by its key, for statements that run over many: `its_key` gives the values.
ITS_KEY = (
    DELIVERY.c.mailing_id == sa.bindparam("its_mailing"),
    DELIVERY.c.person_id == sa.bindparam("its_person"),
    DELIVERY.c.occurrence == sa.bindparam("its_occurrence"),
)
CANCEL = (
    sa.update(DELIVERY)
    .where(*ITS_KEY)
    .values(state=DeliveryState.CANCELLED, reply=sa.bindparam("why"), finished_at=sa.bindparam("at"), lease_until=None)
)


def its_key(mailing_id: int, person_id: int, occurrence: int) -> dict[str, Any]:
    return {"its_mailing": mailing_id, "its_person": person_id, "its_occurrence": occurrence}


def key_of(delivery: Delivery) -> dict[str, Any]:
    return its_key(delivery.mailing_id, delivery.person_id, delivery.occurrence)


def insert_new(session: Session, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that leaves rows alone whose key is there already."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
