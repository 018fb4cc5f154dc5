"""How many moderators must say «pubblica» before a message goes out, and how many have (`approvals` of the group)."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.language import say
from mailhub.lists import reading
from mailhub.lists.tables import HeldPost
from mailhub.people import questions, roles
from mailhub.people.tables import Question

PUBLISH = "publish"


def needed(session: Session, held: HeldPost) -> int:
    """As many as the group decided; where fewer moderate it, all of them but the author."""
    wanted = reading.definition_of(reading.get(session, held.list_id)).approvals
    others = {person.id for person in roles.moderators_of(session, held.list_id)} - {held.person_id}
    return max(1, min(wanted, len(others)))


def give(session: Session, held: HeldPost, by: int, *, now: datetime) -> int:
    """Count one moderator's «pubblica»; how many are still missing."""
    wanted = needed(session, held)
    question = session.get(Question, held.question_id) if held.question_id is not None else None
    if question is None or wanted == 1:
        return 0
    return max(0, wanted - len(questions.answer(session, question, PUBLISH, by, now=now)))


def sentence(session: Session, held: HeldPost, language: str) -> str:
    """What a moderator reads of it; nothing where one is enough."""
    wanted = needed(session, held)
    question = session.get(Question, held.question_id) if held.question_id is not None else None
    if question is None or wanted == 1:
        return ""
    given = sum(asking.verb == PUBLISH for asking in questions.asked(session, question))
    return say(language, "lists.votes", needed=wanted, given=given)
