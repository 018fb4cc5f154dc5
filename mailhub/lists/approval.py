"""An organiser decides who comes in, by reply; the first answer counts and the others hear of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mailhub.language import say
from mailhub.lists import kinds, places, reading, telling, things, voice
from mailhub.lists.tables import MailList, Subscription, SubscriptionState
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.verbs import Thing

APPROVE, DENY, WITHDRAW = "approve", "deny", "withdraw"
OUTCOMES = {APPROVE: "accepted", DENY: "declined", WITHDRAW: "withdrawn"}


def ask(
    session: Session, site: Site, group: MailList, person_id: int, *, now: datetime, detail: Mapping[str, Any]
) -> Question:
    """Ask every organiser of the group whether this confirmed person may come in; `detail` is their consent."""
    organisers = [person.id for person in roles.organisers_of(session, group.id)]
    question = questions.ask(
        session,
        kinds.APPROVAL,
        person_id,
        [(organiser, None) for organiser in organisers],
        now=now,
        list_id=group.id,
        detail=dict(detail),
    )
    for organiser in organisers:
        _tell(session, site, group, question, organiser, now)
    return question


def accept(session: Session, question: Question, by: int, *, now: datetime) -> Subscription | None:
    """They belong from now on; None when it was decided before."""
    if not questions.settle(session, question, APPROVE, by, now=now):
        return None
    detail = question.detail
    return places.enter(
        session,
        reading.get(session, question.list_id or 0),
        question.thing_id,
        now=now,
        source=str(detail.get("source", "mail")),
        evidence={**detail.get("evidence", {}), "approved_by": by},
        text=detail.get("text"),
        language=detail.get("language"),
    )


def deny(session: Session, site: Site, question: Question, by: int, *, now: datetime) -> bool:
    """The request ends, and its author hears it from us; False when it was decided before."""
    if not questions.settle(session, question, DENY, by, now=now):
        return False
    group = reading.get(session, question.list_id or 0)
    places.drop(session, group, question.thing_id, now=now)
    person = session.get_one(Person, question.thing_id)
    language = persons.language_of(person, site)
    values = {
        "group": reading.definition_of(group).titled(language),
        "when": telling.told_day(site, person, now, language, now),
        "contact": voice.contact(site, group, language),
    }
    telling.tell(
        session, site, person.id, group, "join-declined", values, because="asked", occurrence=question.id, now=now
    )
    return True


def withdraw(session: Session, question: Question, *, now: datetime) -> bool:
    """Its author takes the request back; False when it was decided before."""
    if not questions.settle(session, question, WITHDRAW, question.thing_id, now=now):
        return False
    places.drop(session, reading.get(session, question.list_id or 0), question.thing_id, now=now)
    return True


def still_waits(session: Session, question: Question) -> bool:
    place = reading.subscription(session, question.list_id or 0, question.thing_id)
    return question.settled_at is None and place is not None and place.state is SubscriptionState.WAITING


def remind(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """The organisers are asked once more."""
    question = session.get_one(Question, question_id)
    if still_waits(session, question):
        group = reading.get(session, question.list_id or 0)
        for asking in questions.asked(session, question):
            _tell(session, site, group, question, asking.person_id, now, again=True)


def _tell(
    session: Session,
    site: Site,
    group: MailList,
    question: Question,
    to: int,
    now: datetime,
    again: bool = False,
) -> None:
    language = telling.language_to(session, site, to)
    person = session.get_one(Person, question.thing_id)
    reached = persons.write_to(session, [person.id]).get(person.id)
    values = {
        "group": reading.definition_of(group).titled(language),
        "name": voice.name_of(person, language),
        "email": reached.email if reached else say(language, "lists.someone"),
    }
    telling.tell(
        session,
        site,
        to,
        group,
        "join-asked",
        values,
        because="organiser",
        occurrence=question.id * 2 + again,
        now=now,
        about=Thing(things.APPROVAL, question.id),
    )
