"""Whether somebody's address was changed a short while ago without a word from the one before.

As long as that one may take it back, nothing is done that could not be: what takes two mails (level 4) waits.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists import things
from mailhub.people.questions import EXPIRED
from mailhub.people.tables import Question

BACK_WITHIN = timedelta(days=14)  # the former address may take it back
MOVED, TAKEN_BACK = "moved", "taken_back"  # what the question keeps: the address that was added; that it was undone


def stands(question: Question, now: datetime) -> bool:
    """Whether an address was added by this question, and can still be taken back."""
    if question.settled_at is None or MOVED not in question.detail or TAKEN_BACK in question.detail:
        return False
    return now < question.settled_at + BACK_WITHIN


def until(session: Session, person_id: int, now: datetime) -> datetime | None:
    """Until when this person's former address may take back what silence allowed; None where nothing is to be."""
    found = session.scalars(
        sa.select(Question).where(
            Question.kind == things.MOVE,
            Question.thing_id == person_id,
            Question.outcome == EXPIRED,
            Question.settled_at > now - BACK_WITHIN,
        )
    )
    ends = [question.settled_at + BACK_WITHIN for question in found if question.settled_at and stands(question, now)]
    return max(ends, default=None)
