"""A plan that waits for its author's word: the two kinds of question it can be."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.lists import things
from mailhub.people.tables import Question
from mailhub.questions import QuestionKind
from mailhub.site import Site

PLAN = tokens.kind("plan", 56).name  # files that one word publishes; id: the question
CHARTER = tokens.kind("plan-charter", 58).name  # those that take two mails: they give roles, or write to many at once
ALL = (PLAN, CHARTER)
ENDS_AFTER = timedelta(days=7)


def empty(question: Question) -> None:
    """What was mailed is kept no longer than it waits; which files it was stays."""
    files = [{name: one[name] for name in ("kind", "slug")} for one in question.detail["files"]]
    question.detail = {"files": files}


def _expire(session: Session, _site: Site, question_id: int, _now: datetime) -> None:
    empty(session.get_one(Question, question_id))


KINDS = tuple(QuestionKind(name, ends_after=ENDS_AFTER, expire=_expire) for name in ALL)
KIND = {kind.name: kind for kind in KINDS}

things.QUESTIONS.update(ALL)
