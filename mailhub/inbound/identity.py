"""«Was this you?»: mail below the level of what it asks waits, and the address on record is asked, once a day.

Its «sì» is evidence A for that one mail, which is then worked on again as if it had been proven from the start.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats, tokens
from mailhub.authority import Level
from mailhub.hub import acting
from mailhub.inbound.failures import Failure
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.inbound.visit import Visit
from mailhub.people import persons, questions
from mailhub.people.tables import Address, Asking, Person, Question
from mailhub.questions import QuestionKind
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

KIND = tokens.MAIL.name
ONCE_IN = timedelta(days=1)
WAITS_FOR = timedelta(days=7)
WAS_IT_YOU = QuestionKind(KIND, ends_after=WAITS_FOR)
UNPROVEN = Failure.UNPROVEN

Again = Callable[[Session, int, datetime], None]  # works on a mail once more, where it waited for its author's word


def ask(visit: Visit, position: int) -> None:
    """Ask the address on record, unless it has been asked within a day: then the mail just waits."""
    person, address = visit.person, visit.address
    if person is None or address is None or visit.is_automatic or _asked_lately(visit.session, person.id, visit.now):
        return
    _ask(visit.session, visit.hub.site, visit.receipt, position, person, address, visit.now)


def ask_on(session: Session, site: Site, person_id: int, now: datetime) -> None:
    """Somebody has just vouched for one mail, so they may be asked about the next that waits for their word."""
    found = session.execute(_waiting(person_id, now)).first()
    address = persons.address_of(session, found.InboundMail.author or "") if found else None
    if found is None or address is None or address.person_id != person_id:
        return
    person = session.get_one(Person, person_id)
    _ask(session, site, found.InboundMail, found.Disposition.position, person, address, now)


def _waiting(person_id: int, now: datetime) -> sa.Select[InboundMail, Disposition]:
    """The oldest mail of this person that is held as unproven, and that nobody has asked about."""
    asked = sa.exists().where(Question.kind == KIND, Question.thing_id == InboundMail.id)
    return (
        sa.select(InboundMail, Disposition)
        .join(Disposition, Disposition.mail_id == InboundMail.id)
        .where(Disposition.person_id == person_id, Disposition.at > now - WAITS_FOR)
        .where(Disposition.outcome == "held", Disposition.reason == UNPROVEN, ~asked)
        .order_by(Disposition.mail_id, Disposition.position)
        .limit(1)
    )


def _ask(
    session: Session, site: Site, mail: InboundMail, position: int, person: Person, address: Address, now: datetime
) -> None:
    question = questions.ask(session, WAS_IT_YOU, mail.id, [(person.id, address.id)], now=now)
    language = persons.language_of(person, site)
    when = formats.day_hour(language, mail.received_at, persons.zone_of(person, site))
    # No word of the mail is repeated: whoever forged it would have us carry their text (S-05).
    values = {"when": when, "address": mail.recipients[position]}
    answer = Answer("inbound.was-this-you", values, Thing(KIND, question.id))
    acting.tell_of(
        session, site, person.id, answer, occurrence=question.id, now=now, because="named", address_id=address.id
    )


def verbs(again: Again) -> tuple[Verb, Verb]:
    """The two answers to the question."""

    def yes(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, "it-was-me", act.person_id, now=act.now):
            return Outcome(False, None)
        again(act.session, question.thing_id, act.now)
        ask_on(act.session, act.site, act.person_id, act.now)
        return Outcome(True)

    def no(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, "not-me", act.person_id, now=act.now):
            return Outcome(False)
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
