"""Takes kept mails to work on, oldest first, and notes what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.inbound.tables import InboundMail, InboundState

CLAIM_AT_MOST = 24  # three times what shares a transaction
LEASE = timedelta(minutes=5)  # real time: parsing is killed long before
TRIES = 3
WAITS_FOR_DNS = timedelta(minutes=1)  # the first time; the second four times as long


def claim(session: Session, real: datetime, *, at_most: int = CLAIM_AT_MOST) -> Sequence[InboundMail]:
    """Take what waits, and what another worker let lie; mail of one author stays in order because ids do."""
    due = (
        sa.select(InboundMail.id)
        .where(
            sa.or_(
                InboundMail.state == InboundState.KEPT,
                sa.and_(InboundMail.state == InboundState.CLAIMED, InboundMail.lease_until < real),
            )
        )
        .order_by(InboundMail.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    claimed = session.scalars(
        sa.update(InboundMail)
        .where(InboundMail.id.in_(due))
        .values(
            state=InboundState.CLAIMED,
            lease_until=real + LEASE,
            epoch=InboundMail.epoch + 1,
            tries=InboundMail.tries + 1,
        )
        .returning(InboundMail)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed, key=lambda mail: mail.id)


def finish(session: Session, claimed: InboundMail, state: InboundState, **columns: object) -> bool:
    """Write the end of the work; False when the lease was taken meanwhile, so the caller must roll back."""
    written = session.execute(
        sa.update(InboundMail)
        .where(
            InboundMail.id == claimed.id,
            InboundMail.epoch == claimed.epoch,
            InboundMail.state == InboundState.CLAIMED,
        )
        .values(state=state, lease_until=None, **columns)
        .execution_options(synchronize_session=False)
    )
    return bool(written.rowcount)  # type: ignore[attr-defined]


_MAIL = cast(sa.Table, InboundMail.__table__)
_ENDS = ("kind", "message_id", "author", "evidence", "level", "auth", "fault")
# Made once: every mail ends so, and making a statement costs more than running it.
_DONE = (
    sa.update(_MAIL)
    .where(
        _MAIL.c.id == sa.bindparam("b_id"),
        _MAIL.c.epoch == sa.bindparam("b_epoch"),
        _MAIL.c.state == InboundState.CLAIMED,
    )
    .values(state=InboundState.DONE, lease_until=None, **{name: sa.bindparam(f"b_{name}") for name in _ENDS})
)


def finish_all(session: Session, ends: Sequence[tuple[InboundMail, Mapping[str, object]]]) -> bool:
    """Write the end of work that went well on several mails; False when the lease of any was taken meanwhile."""
    rows = [
        {"b_id": mail.id, "b_epoch": mail.epoch, **{f"b_{name}": columns.get(name) for name in _ENDS}}
        for mail, columns in ends
    ]
    return session.connection().execute(_DONE, rows).rowcount == len(rows)


def postpone(session: Session, waiting: Sequence[InboundMail], real: datetime) -> None:
    """Leave these for a while, as if another worker had them: each time longer, until it is their last try."""
    for mail in waiting:
        later = sa.update(InboundMail).where(
            InboundMail.id == mail.id, InboundMail.epoch == mail.epoch, InboundMail.state == InboundState.CLAIMED
        )
        until = real + WAITS_FOR_DNS * 4 ** (mail.tries - 1)
        session.execute(later.values(lease_until=until).execution_options(synchronize_session=False))


def take_over(session: Session) -> int:
    """At the start of a process that is alone: what its predecessor had claimed is free again."""
    freed = session.execute(
        sa.update(InboundMail)
        .where(InboundMail.state == InboundState.CLAIMED)
        .values(state=InboundState.KEPT, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(freed.rowcount)  # type: ignore[attr-defined]


def waits(session: Session) -> bool:
    """Whether any mail has no disposition yet."""
    undone = sa.select(InboundMail.id).where(InboundMail.state.in_([InboundState.KEPT, InboundState.CLAIMED]))
    return session.scalar(undone.limit(1)) is not None
