"""What is owed to whom: a row added with its cause, and taken back when consent is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import cause, prepared
from mailhub.db.session import ring
from mailhub.delivery.rows import BELL, DELIVERY, MAILING, insert_new
from mailhub.delivery.tables import DeliveryState, Mailing

_NOT_YET_LEAVING = (DeliveryState.READY, DeliveryState.DEFERRED, DeliveryState.CLAIMED)

_OWED = "mailing_id person_id occurrence state due_at epoch attempts slots language".split()  # noqa: SIM905
_OWE = prepared.insert_new(DELIVERY, *_OWED)


@dataclass(frozen=True, slots=True)
class Owed:
    """One mail that is owed to one person, its words frozen."""

    mailing_id: int
    person_id: int
    occurrence: int
    slots: Mapping[str, str]
    language: str


def owe_all(session: Session, mails: Sequence[Owed], *, now: datetime) -> None:
    """Owe each of these, as `owe` does, in one statement."""
    marked = _marked(session)
    shared = {"state": DeliveryState.READY, "due_at": now, "epoch": 0, "attempts": 0}
    rows = [
        {
            **shared,
            "mailing_id": mail.mailing_id,
            "person_id": mail.person_id,
            "occurrence": mail.occurrence,
            "slots": {**mail.slots, **marked},
            "language": mail.language,
        }
        for mail in mails
    ]
    if rows:
        _OWE.run(session.connection(), rows)
        ring(session, BELL)


def owe(
    session: Session,
    mailing: Mailing,
    person_id: int,
    *,
    now: datetime,
    occurrence: int = 0,
    slots: Mapping[str, str] | None = None,
    address_id: int | None = None,
    due_at: datetime | None = None,
    language: str | None = None,
) -> None:
    """Owe this mailing to this person; a repeat for the same occurrence changes nothing.

    Without `address_id` it goes to the address the person reads when it leaves.
    """
    row = insert_new(session, DELIVERY).values(
        mailing_id=mailing.id,
        person_id=person_id,
        occurrence=occurrence,
        state=DeliveryState.READY,
        due_at=due_at or now,
        epoch=0,
        attempts=0,
        address_id=address_id,
        slots={**slots, **_marked(session)} if slots is not None else None,
        language=language,
    )
    session.connection().execute(row)
    ring(session, BELL)


def cancel(session: Session, *, person_id: int, purpose: str, now: datetime, reason: str) -> int:
    """Owe this person nothing more of what they no longer agree to; how many mails that stops.

    What is being handed over at this moment arrives. The room's `settled` is not called: it is the room that asked.
    """
    of_purpose = sa.select(MAILING.c.id).where(MAILING.c.purpose == purpose)
    taken_back = (
        sa.update(DELIVERY)
        .where(
            DELIVERY.c.person_id == person_id,
            DELIVERY.c.state.in_(_NOT_YET_LEAVING),
            DELIVERY.c.mailing_id.in_(of_purpose),
        )
        .values(state=DeliveryState.CANCELLED, reply=reason, finished_at=now, lease_until=None)
    )
    return session.connection().execute(taken_back).rowcount


def cancel_all(session: Session, person_id: int, *, now: datetime, reason: str) -> None:
    """Owe this person nothing of what has been owed so far, whatever it is."""
    session.connection().execute(
        sa.update(DELIVERY)
        .where(DELIVERY.c.person_id == person_id, DELIVERY.c.state.in_(_NOT_YET_LEAVING))
        .values(state=DeliveryState.CANCELLED, reply=reason, finished_at=now, lease_until=None)
    )


def _marked(session: Session) -> dict[str, str]:
    """What names the mail this answers; no frame has a place for it, so that it stays here."""
    return {name: str(mail_id) for name, mail_id in cause.mark(session).items()}
