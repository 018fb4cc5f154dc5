"""«Was this you?»: mail below the level of what it asks waits, and the address on record is asked, once a day.

Its «sì» is evidence A for that one mail, which is then worked on again as if it had been proven from the start.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats, tokens
from mailhub.authority import Evidence, Level
from mailhub.hub import acting
from mailhub.inbound import answers
from mailhub.inbound.visit import Visit
from mailhub.people import persons, questions
from mailhub.people.tables import Asking, Question
from mailhub.questions import QuestionKind
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

KIND = tokens.MAIL.name
ONCE_IN = timedelta(days=1)
WAS_IT_YOU = QuestionKind(KIND, ends_after=timedelta(days=7))

Again = Callable[[Session, int, int, datetime], None]  # works on a mail once more, for the recipient at this position


def ask(visit: Visit, position: int) -> None:
    """Ask the address on record, unless it has been asked within a day: then the mail just waits."""
    person, address = visit.person, visit.address
    if person is None or address is None or visit.is_automatic or _asked_lately(visit.session, person.id, visit.now):
        return
    detail = {"position": position}
    question = questions.ask(
        visit.session, WAS_IT_YOU, visit.receipt.id, [(person.id, address.id)], now=visit.now, detail=detail
    )
    when = formats.day_hour(visit.language, visit.receipt.received_at, persons.zone_of(person, visit.hub.site))
    # No word of the mail is repeated: whoever forged it would have us carry their text (S-05).
    values = {"when": when, "address": visit.receipt.recipients[position]}
    act = Act(
        session=visit.session,
        site=visit.hub.site,
        person_id=person.id,
        thing=Thing(KIND, question.id),
        argument="",
        evidence=Evidence(),
        via="reply",
        now=visit.now,
        language=visit.language,
        address_id=address.id,
    )
    answer = Answer("inbound.was-this-you", values, act.thing)
    acting.tell(act, answer, occurrence=visit.receipt.id * answers.PER_MAIL + position, because="named")


def verbs(again: Again) -> tuple[Verb, Verb]:
    """The two answers to the question."""

    def yes(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, "it-was-me", act.person_id, now=act.now):
            return Outcome(False, None)
        again(act.session, question.thing_id, int(question.detail["position"]), act.now)
        return Outcome(True)

    def no(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        questions.settle(act.session, question, "not-me", act.person_id, now=act.now)
        return Outcome(True, Answer("inbound.was-not-you"))

    def verb(name: str, words: dict[str, tuple[str, ...]], perform: Callable[[Act], Outcome]) -> Verb:
        return Verb(name, words, Level.VOICE, frozenset({KIND}), perform, one_tap=True, mailbox_suffices=True)

    return (
        verb("it-was-me", {"it": ("sì", "sono stato io", "sono stata io"), "en": ("yes", "it was me")}, yes),
        verb("not-me", {"it": ("no",), "en": ("no",)}, no),
    )


def _asked_lately(session: Session, person_id: int, now: datetime) -> bool:
    asked = (
        sa.select(Asking.question_id)
        .join(Question, Question.id == Asking.question_id)
        .where(Question.kind == KIND, Asking.person_id == person_id, Asking.asked_at > now - ONCE_IN)
    )
    return session.scalar(asked.limit(1)) is not None
