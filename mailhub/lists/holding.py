"""Posts that wait: kept whole, with every reason, until a moderator, their author or a confirmation decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists import things
from mailhub.lists.arrival import Arrival
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState, MailList
from mailhub.mail.authenticity import weighing
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.people import activity
from mailhub.people.deeds import letters
from mailhub.verbs import Thing

# Made once: every mail asks these, and making a statement costs as much as running it.
_ALL = sa.select(HeldPost).where(
    HeldPost.list_id == sa.bindparam("list"),
    HeldPost.relay_to == 0,
    (HeldPost.raw_id == sa.bindparam("raw")) | (HeldPost.message_id == sa.bindparam("message_id")),
)
_OF_RAW = sa.select(HeldPost).where(
    HeldPost.list_id == sa.bindparam("list"),
    HeldPost.raw_id == sa.bindparam("raw"),
    HeldPost.relay_to == sa.bindparam("to"),
)


def hold(
    session: Session,
    group: MailList,
    arrival: Arrival,
    reasons: Sequence[Reason],
    person_id: int | None,
    *,
    relay_to: int = 0,
) -> HeldPost:
    """Keep this mail as waiting for these reasons; one that waits already gets the reasons of now."""
    held = of_raw(session, group.id, arrival.raw_id, relay_to)
    if held is None:
        held = HeldPost(
            list_id=group.id,
            raw_id=arrival.raw_id,
            relay_to=relay_to,
            message_id=arrival.mail.message_id,
            subject=arrival.mail.subject[:500],
            state=HeldState.WAITING,
            held_at=arrival.now,
        )
        session.add(held)
    held.person_id = person_id
    held.reasons = {**_codes(reasons), **_kept(arrival.authenticity)}
    held.evidence = letters(arrival.evidence)
    session.flush()
    thing = Thing(things.HELD, held.id)
    activity.note(session, "post.held", now=arrival.now, person_id=person_id, list_id=group.id, thing=thing)
    return held


def of_raw(session: Session, list_id: int, raw_id: int, relay_to: int = 0) -> HeldPost | None:
    """What waits, or waited, as this very mail."""
    return session.scalar(_OF_RAW, {"list": list_id, "raw": raw_id, "to": relay_to})


def of_mail(session: Session, list_id: int, arrival: Arrival) -> tuple[HeldPost | None, bool]:
    """What waits, or waited, as this very mail; and whether another mail of the same id and author did so before."""
    asked = {"list": list_id, "raw": arrival.raw_id, "message_id": arrival.mail.message_id}
    held = session.scalars(_ALL, asked).all()
    own = next((one for one in held if one.raw_id == arrival.raw_id), None)
    return own, any(_is_same(one, arrival) for one in held if one is not own)


def _is_same(held: HeldPost, arrival: Arrival) -> bool:
    is_its = held.message_id is not None and held.message_id == arrival.mail.message_id
    is_theirs = arrival.person is not None and held.person_id == arrival.person.id
    counts = not arrival.is_proven or Reason.UNPROVEN not in reasons_of(held)
    return is_its and is_theirs and counts and held.subject == arrival.mail.subject[:500]


def _codes(reasons: Sequence[Reason]) -> dict[str, Any]:
    return {"codes": [reason.value for reason in reasons]}


def _kept(found: Authenticity) -> dict[str, Any]:
    return {"authenticity": weighing.as_row(found)} if found.is_judged else {}


def waits_for(held: HeldPost, reasons: Sequence[Reason]) -> None:
    """From now on it waits for these reasons; what was found out about it stays."""
    held.reasons = {**held.reasons, **_codes(reasons)}


def reworded(held: HeldPost, raw_id: int) -> None:
    """From now on it is this mail; what its author signed was another."""
    held.raw_id = raw_id
    held.reasons = {**held.reasons, **_kept(replace(authenticity_of(held), is_signed=False))}


def authenticity_of(held: HeldPost) -> Authenticity:
    """Where it comes from, as it was judged when it came."""
    return weighing.from_row(held.reasons.get("authenticity"))


def reasons_of(held: HeldPost) -> tuple[Reason, ...]:
    return tuple(Reason(code) for code in held.reasons.get("codes", ()))


def waiting_of(session: Session, list_id: int, person_id: int) -> list[HeldPost]:
    """What of this person waits in a group, the oldest first."""
    mine = sa.select(HeldPost).where(
        HeldPost.list_id == list_id, HeldPost.person_id == person_id, HeldPost.state == HeldState.WAITING
    )
    return list(session.scalars(mine.order_by(HeldPost.id)))


def settle(
    session: Session, held: HeldPost, state: HeldState, by: int | None, *, now: datetime, note: str | None = None
) -> bool:
    """End the waiting; False when somebody else has ended it, and then the row says who and how."""
    ended = session.execute(
        sa.update(HeldPost)
        .where(HeldPost.id == held.id, HeldPost.state == HeldState.WAITING)
        .values(state=state, settled_at=now, settled_by=by, note=note)
        .returning(HeldPost.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    session.refresh(held)
    if ended is None:
        return False
    thing = Thing(things.HELD, held.id)
    activity.note(
        session, f"post.{_TOLD[state]}", now=now, person_id=held.person_id, list_id=held.list_id, thing=thing, by=by
    )
    return True


# What the activity of an ended wait is called; publishing itself is told by `post.published`.
_TOLD = {
    HeldState.PUBLISHED: "released",
    HeldState.REFUSED: "refused",
    HeldState.WITHDRAWN: "withdrawn",
    HeldState.EXPIRED: "expired",
}
