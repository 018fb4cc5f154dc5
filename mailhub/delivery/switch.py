"""Whether this site sends at all: a restored backup does not, until somebody has looked at what it would send."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import state
from mailhub.db.session import ring
from mailhub.delivery.rows import BELL, DELIVERY, WAITING

NAME = "sending"


def hold(session: Session, why: str, *, now: datetime) -> None:
    """Send nothing from now on; mail still comes in, and what is to be sent waits."""
    state.put(session, NAME, {"held": why, "since": now.isoformat()})


def let_go(session: Session) -> None:
    """Send again."""
    state.put(session, NAME, {})
    ring(session, BELL)


def why_held(session: Session) -> str | None:
    """Why nothing is sent; None when mail goes out."""
    kept = state.get(session, NAME)
    return str(kept["held"]) if kept and "held" in kept else None


def waiting(session: Session) -> int:
    """How many copies wait to leave."""
    return session.scalar(sa.select(sa.func.count()).select_from(DELIVERY).where(WAITING)) or 0
