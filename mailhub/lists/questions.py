"""What this room waits for from people, and what happens when nobody answers."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.lists import approval, joining, kinds, mediating, moderation, personal, posting, rewording, unasked
from mailhub.lists.tables import HeldState
from mailhub.people.tables import Question
from mailhub.questions import QuestionKind
from mailhub.site import Site


def _join_ends(session: Session, site: Site, question_id: int, now: datetime) -> None:  # noqa: ARG001 - a kind's shape
    joining.expire(session, question_id, now)
    question = session.get_one(Question, question_id)
    posting.forget(session, question.list_id or 0, question.thing_id, HeldState.EXPIRED, now=now)


def _unasked_ends(session: Session, site: Site, question_id: int, now: datetime) -> None:  # noqa: ARG001 - a kind's shape
    unasked.expire(session, question_id, now)


KINDS: tuple[QuestionKind, ...] = (
    replace(kinds.JOIN, expire=_join_ends, remind=joining.remind),
    replace(kinds.UNASKED, expire=_unasked_ends),
    replace(kinds.APPROVAL, remind=approval.remind),
    replace(kinds.HELD, remind=moderation.remind),
    replace(kinds.PERSONAL, expire=personal.expire, remind=personal.remind),
    replace(kinds.REPHRASE, remind=rewording.remind, expire=rewording.expire),
    kinds.APPEAL,
    kinds.REPORT,
    replace(kinds.MEDIATION, expire=mediating.expire),
    replace(kinds.EDIT, remind=rewording.remind, expire=rewording.expire),
)
