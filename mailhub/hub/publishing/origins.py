"""Who published by mail what runs now: the answer that made it run says so, at the same instant."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.versions import Published
from mailhub.hub.publishing import kinds
from mailhub.journeys import things as journeys
from mailhub.lists import voice
from mailhub.people.tables import Person, Question

LANGUAGE = "en"  # of what operators read


def author(session: Session, version: Published) -> str:
    """Their name; "" where that is not known any more."""
    asked = Question.kind.in_((*kinds.ALL, journeys.PUBLISH)), Question.settled_at == version.published_at
    for question in session.scalars(sa.select(Question).where(*asked)):
        slugs = {question.detail.get("slug"), *(one["slug"] for one in question.detail.get("files", ()))}
        # Where another organiser agreed, the question says who asked for it.
        person_id = question.detail.get("who") if question.kind == journeys.PUBLISH else question.settled_by
        person = session.get(Person, person_id) if person_id is not None else None
        if version.slug in slugs and person is not None:
            return voice.name_of(person, LANGUAGE)
    return ""
