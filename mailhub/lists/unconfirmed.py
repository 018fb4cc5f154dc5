"""Who was asked to confirm and has not, and whether our mail reached them: people.md, point 15."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import mailboxes
from mailhub.delivery.tables import Bounce, Trouble
from mailhub.lists import things
from mailhub.people.tables import Address, Asking, Question

MOST = 20  # of each group


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Somebody whose «sì» has not come, and why our mail to them came back, where it did."""

    email: str
    asked_at: datetime
    trouble: Trouble | None


def of_list(session: Session, list_id: int) -> Iterator[Unconfirmed]:
    """Those of one group, the longest-waiting first."""
    waiting = (
        sa.select(Question, Address)
        .join(Asking, Asking.question_id == Question.id)
        .join(Address, Address.id == Asking.address_id)
        .where(Question.kind == things.JOIN, Question.list_id == list_id, Question.settled_at.is_(None))
        .order_by(Question.asked_at, Question.id)
        .limit(MOST)
    )
    for question, address in session.execute(waiting).all():
        refusal = _refusal(session, question, address)
        trouble = mailboxes.trouble_of(refusal) if refusal is not None else None
        yield Unconfirmed(address.email, question.asked_at, trouble)


def _refusal(session: Session, question: Question, address: Address) -> Bounce | None:
    """The last that came back from this mailbox since it was asked."""
    came_back = sa.select(Bounce).where(Bounce.address_id == address.id, Bounce.at >= question.asked_at)
    return session.scalar(came_back.order_by(Bounce.id.desc()).limit(1))
