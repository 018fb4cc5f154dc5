"""Coming in: a request, a confirmation from that very mailbox, and where the group wants it an organiser's yes.

The confirmation holds no word that a stranger chose (S-05), and nobody can have a mailbox flooded with them (S-04): one
at a time for an address and group, three a day over all groups.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import service
from mailhub.language import Words, mail, say
from mailhub.lists import kinds, places, reading, telling, things
from mailhub.lists.definition import Join
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription, SubscriptionState
from mailhub.people import activity, consent, persons, questions
from mailhub.people.tables import Address, Asking, ConsentState, Person, Question
from mailhub.site import Site
from mailhub.tokens import Token, kind_named
from mailhub.verbs import Thing

MOST_A_DAY = 3  # confirmations to one address, over all lists
MOST_TIMES = 4  # that one confirmation is written, to somebody who keeps asking by their own mail
DAY = timedelta(days=1)


class Asked(StrEnum):
    """What became of a request to join."""

    ASKED = "asked"
    STANDING = "standing"  # asked already, and not answered yet
    BELONGS = "belongs"
    WAITING = "waiting"  # for an organiser
    TOO_MANY = "too-many"
    INVITATION = "invitation"
    CLOSED = "closed"


def request(
    session: Session,
    site: Site,
    group: MailList,
    person_id: int,
    address: Address,
    *,
    now: datetime,
    source: str,
    evidence: Mapping[str, Any],
) -> Asked:
    """Ask an address whether its owner wants to join. `source` is "mail" where they wrote themselves.

    Who asks again by mail is written to again, once a day; a page must show the same whatever this returns (S-18).
    """
    refused = refusal(session, group, person_id, address, now)
    if refused is Asked.STANDING and source == "mail":
        _repeat(session, site, group, person_id, address.id, now)
    if refused is not None:
        return refused
    words = confirmation(session, site, group, person_id)
    language = telling.language_to(session, site, person_id)
    detail = {"own_mail": source == "mail", "text": words.text, "language": language, "source": source}
    begin(session, site, group, person_id, address, detail, now, evidence)
    return Asked.ASKED


def begin(
    session: Session,
    site: Site,
    group: MailList,
    person_id: int,
    address: Address,
    detail: Mapping[str, Any],
    now: datetime,
    evidence: Mapping[str, Any],
    **told: Any,
) -> None:
    """Put the question, note what was asked, and write it to that mailbox: `told`, else the confirmation."""
    question = questions.ask(
        session, kinds.JOIN, person_id, [(person_id, address.id)], now=now, list_id=group.id, detail=dict(detail)
    )
    source = str(detail["source"])
    places.put(session, group, person_id, SubscriptionState.PENDING, now=now)
    consent.record(
        session,
        person_id,
        consent.list_purpose(group.id),
        ConsentState.ASKED,
        now=now,
        source=source,
        evidence={**evidence, "question": question.id},
        text=str(detail["text"]),
        language=str(detail["language"]),
    )
    _tell(session, site, group, question, person_id, address.id, now, **told)
    activity.note(session, "subscription.requested", now=now, person_id=person_id, list_id=group.id, source=source)


def confirmation(session: Session, site: Site, group: MailList, person_id: int) -> Words:
    """The words of the confirmation, which are what consent will be given to; its page's address stays out of them."""
    language = telling.language_to(session, site, person_id)
    return mail(language, "lists.confirm", **terms(session, site, group, person_id), page="")


def standing(session: Session, list_id: int, person_id: int) -> Question | None:
    """The open question whether they want to join."""
    return questions.standing_question(session, things.JOIN, person_id, list_id)


def confirm(
    session: Session, question: Question, address: Address | None, *, now: datetime, evidence: Mapping[str, Any]
) -> Subscription | None:
    """Their yes: they belong, or wait for an organiser; None when the question had ended before."""
    person_id = question.thing_id
    if not questions.settle(session, question, "confirm", person_id, now=now):
        return None
    if address is not None:
        persons.confirm(session, address, now=now)
    group = reading.get(session, question.list_id or 0)
    place = reading.subscription(session, group.id, person_id)
    if place is not None and place.state in BELONGING:
        return place
    if reading.definition_of(group).join is Join.APPROVAL and not question.detail.get("approved"):
        return _wait(session, group, question, now=now, evidence=evidence)
    return places.enter(
        session,
        group,
        person_id,
        now=now,
        source=str(question.detail.get("source", "mail")),
        evidence={**evidence, "question": question.id},
        text=str(question.detail.get("text", "")),
        language=question.detail.get("language"),
    )


def decline(session: Session, question: Question, *, now: datetime, evidence: Mapping[str, Any]) -> bool:
    """Their no: nothing more is written to them about this; False when the question had ended before."""
    person_id = question.thing_id
    if not questions.settle(session, question, "decline", person_id, now=now):
        return False
    group = reading.get(session, question.list_id or 0)
    places.drop(session, group, person_id, now=now)
    consent.record(
        session,
        person_id,
        consent.list_purpose(group.id),
        ConsentState.WITHDRAWN,
        now=now,
        source="mail",
        evidence={**evidence, "question": question.id},
    )
    return True


def remind(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """One more mail, only to somebody who asked by their own mail: others may not have asked at all."""
    question = session.get_one(Question, question_id)
    if not question.detail.get("own_mail"):
        return
    group = reading.get(session, question.list_id or 0)
    for asking in questions.asked(session, question):
        person = session.get_one(Person, asking.person_id)
        language = persons.language_of(person, site)
        telling.tell(
            session,
            site,
            asking.person_id,
            group,
            "confirm-again",
            {
                "group": reading.definition_of(group).titled(language),
                "asked": telling.told_day(site, person, question.asked_at, language, now).capitalize(),
                "page": _page(session, site, question, asking.person_id, now),
            },
            because="asked",
            occurrence=question.id,
            now=now,
            about=Thing(things.JOIN, question.id),
            address_id=asking.address_id,
        )


def expire(session: Session, question_id: int, now: datetime) -> None:
    """Nobody answered: the request goes, and what they wrote with it is no longer waiting."""
    question = session.get_one(Question, question_id)
    places.drop(session, reading.get(session, question.list_id or 0), question.thing_id, now=now)


def refusal(session: Session, group: MailList, person_id: int, address: Address, now: datetime) -> Asked | None:
    """Why this person is not asked now; None where they may be."""
    place = reading.subscription(session, group.id, person_id)
    if group.closed_at is not None:
        return Asked.CLOSED
    if place is not None and place.state in BELONGING:
        return Asked.BELONGS
    if place is not None and place.state is SubscriptionState.WAITING:
        return Asked.WAITING
    if standing(session, group.id, person_id) is not None:
        return Asked.STANDING
    if _asked_lately(session, address.id, now) >= MOST_A_DAY:
        return Asked.TOO_MANY
    return Asked.INVITATION if reading.definition_of(group).join is Join.INVITATION else None


def _asked_lately(session: Session, address_id: int, now: datetime) -> int:
    asked = (
        sa.select(sa.func.count())
        .select_from(Asking)
        .join(Question, Question.id == Asking.question_id)
        .where(Question.kind == things.JOIN, Asking.address_id == address_id, Asking.asked_at > now - DAY)
    )
    return session.scalar(asked) or 0


def _wait(
    session: Session, group: MailList, question: Question, *, now: datetime, evidence: Mapping[str, Any]
) -> Subscription:
    """Confirmed, and an organiser has the word; what was confirmed is kept until then."""
    place = places.put(session, group, question.thing_id, SubscriptionState.WAITING, now=now)
    activity.note(
        session,
        "subscription.waiting",
        now=now,
        person_id=question.thing_id,
        list_id=group.id,
        question=question.id,
        evidence=dict(evidence),
    )
    return place


def terms(session: Session, site: Site, group: MailList, person_id: int) -> dict[str, str]:
    """What somebody who is asked should know: the group, how often it writes, who sees their address."""
    language = telling.language_to(session, site, person_id)
    rules = reading.definition_of(group)
    return {
        "group": rules.titled(language),
        "rhythm": telling.rhythm(language, rules.default_delivery, coming=True),
        "privacy": telling.privacy(language, rules),
    }


def _repeat(session: Session, site: Site, group: MailList, person_id: int, address_id: int, now: datetime) -> None:
    """The confirmation may have been lost: write it once more, to the mailbox that was asked."""
    question = standing(session, group.id, person_id)
    if question is None:
        return
    times, last = int(question.detail.get("times", 1)), str(question.detail.get("last", ""))
    told_at = datetime.fromisoformat(last) if last else question.asked_at
    was_asked = any(asking.address_id == address_id for asking in questions.asked(session, question))
    if not was_asked or times >= MOST_TIMES or told_at > now - DAY:
        return
    question.detail = {**question.detail, "times": times + 1, "last": now.isoformat()}
    _tell(session, site, group, question, person_id, address_id, now)


def _tell(
    session: Session,
    site: Site,
    group: MailList,
    question: Question,
    person_id: int,
    address_id: int,
    now: datetime,
    *,
    key: str = "confirm",
    values: Mapping[str, str] | None = None,
) -> None:
    times = int(question.detail.get("times", 1))
    telling.tell(
        session,
        site,
        person_id,
        group,
        key,
        {
            **(values or terms(session, site, group, person_id)),
            "page": _page(session, site, question, person_id, now),
        },
        because="asked" if key == "confirm" else key,
        occurrence=question.id * MOST_TIMES + times - 1,
        now=now,
        about=Thing(things.JOIN, question.id),
        address_id=address_id,
    )


def _page(session: Session, site: Site, question: Question, person_id: int, now: datetime) -> str:
    """Where «sì» can be pressed, as a sentence; "" on a site without a web address."""
    person, kind = session.get_one(Person, person_id), kind_named(things.JOIN)
    assert kind is not None, "things registers it"
    token = Token(kind, person_id, question.id, (now + service.ANSWERABLE).date())
    link = site.link(f"a/{site.keys.issue_link(token, epoch=person.token_epoch)}?v=confirm")
    return say(persons.language_of(person, site), "lists.confirm-page", link=link) if link else ""
