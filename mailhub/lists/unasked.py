"""People an import brought without saying that they agreed: one letter that asks them, and nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.session import ring
from mailhub.lists import kinds, places, reading, telling, things
from mailhub.lists.tables import MailList, Subscription, SubscriptionState
from mailhub.people import consent, persons, questions
from mailhub.people.tables import ConsentState, Question
from mailhub.site import Site
from mailhub.verbs import Thing

BELL = "lists"
PAGE = 50  # letters in one transaction


def _unwritten() -> sa.ColumnElement[bool]:
    """Subscriptions whose letter nobody has written yet."""
    asked = sa.exists().where(
        Question.kind == things.UNASKED,
        Question.thing_id == Subscription.person_id,
        Question.list_id == Subscription.list_id,
    )
    return (Subscription.state == SubscriptionState.UNASKED) & ~asked


def _whose_letter_waits() -> sa.Select[int]:
    whose = sa.select(Subscription.person_id).join(MailList, MailList.id == Subscription.list_id)
    return whose.where(_unwritten(), MailList.closed_at.is_(None))


WAITS = _whose_letter_waits().limit(1)  # to be written


def send_letters(session: Session, site: Site, *, now: datetime, limit: int = PAGE) -> int:
    """Write the next letters; how many people were looked at."""
    waiting = session.scalars(
        sa.select(Subscription)
        .join(MailList, MailList.id == Subscription.list_id)
        .where(_unwritten(), MailList.closed_at.is_(None))
        .order_by(Subscription.list_id, Subscription.person_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Subscription)
    ).all()
    for place in waiting:
        _ask(session, site, place, now)
    return len(waiting)


def awake(session: Session) -> None:
    """Letters wait: somebody should look once this is committed."""
    ring(session, BELL)


def keep(session: Session, question: Question, *, now: datetime, evidence: Mapping[str, Any]) -> Subscription | None:
    """Their yes: they belong; None when the letter's time was over."""
    if not questions.settle(session, question, "confirm", question.thing_id, now=now):
        return None
    for asking in questions.asked(session, question):
        reached = persons.write_to(session, [asking.person_id]).get(asking.person_id)
        if reached is not None:
            persons.confirm(session, reached, now=now)
    return places.enter(
        session,
        reading.get(session, question.list_id or 0),
        question.thing_id,
        now=now,
        source="mail",
        evidence={**evidence, "question": question.id},
        text=str(question.detail.get("text", "")),
        language=question.detail.get("language"),
    )


def expire(session: Session, question_id: int, now: datetime) -> None:
    """Silence is no yes: nothing more is written to them."""
    question = session.get_one(Question, question_id)
    place = reading.subscription(session, question.list_id or 0, question.thing_id)
    if place is not None and place.state is SubscriptionState.UNASKED:
        places.drop(session, reading.get(session, place.list_id), place.person_id, now=now)


def _ask(session: Session, site: Site, place: Subscription, now: datetime) -> None:
    """The letter, the question it asks, and the note that they were asked in these words."""
    group = reading.get(session, place.list_id)
    reached = persons.write_to(session, [place.person_id]).get(place.person_id)
    address_id = reached.id if reached else None
    asked = [(place.person_id, address_id)]
    question = questions.ask(session, kinds.UNASKED, place.person_id, asked, now=now, list_id=group.id)
    words = telling.tell(
        session,
        site,
        place.person_id,
        group,
        "confirm-unasked",
        _values(session, site, group, place),
        because="unasked",
        occurrence=question.id,
        now=now,
        about=Thing(things.UNASKED, question.id),
        address_id=address_id,
    )
    language = telling.language_to(session, site, place.person_id)
    question.detail = {"text": words.text, "language": language}
    consent.record(
        session,
        place.person_id,
        consent.list_purpose(group.id),
        ConsentState.ASKED,
        now=now,
        source="import",
        evidence={"question": question.id},
        text=words.text,
        language=language,
    )


def _values(session: Session, site: Site, group: MailList, place: Subscription) -> dict[str, str]:
    language, rules = telling.language_to(session, site, place.person_id), reading.definition_of(group)
    return {
        "group": rules.titled(language),
        "rhythm": telling.rhythm(language, place.delivery, coming=True),
        "privacy": telling.privacy(language, rules),
    }
