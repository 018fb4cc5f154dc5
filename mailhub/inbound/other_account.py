"""Mail with a member's token from an address we do not know: held, and the member is asked once whether it was them.

On a telephone «Rispondi» often opens another account. «mio anche questo» adds the address, «solo questa volta» lets
this one mail count. Nothing is asked about mail that proves nothing, nor where the address is another person's.
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
from mailhub.tokens import TWICE, Token
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

KIND = tokens.kind("other-account", 25).name  # is this address yours too; id: the question
NOT_THEIRS = Failure.NOT_THEIRS
WAITS_FOR = timedelta(days=7)
MOST_ASKED = 3  # in that time: a token that has been passed around must not fill anybody's mailbox
WHOSE = QuestionKind(KIND, ends_after=WAITS_FOR)

Again = Callable[[Session, int, Person, Address, datetime], None]  # works on a held mail as if this person had sent it


def ask(visit: Visit, token: Token, position: int) -> None:
    """Ask whose token it is, if this may be a slip of theirs and they were not asked about this address yet."""
    author, session = visit.mail.author, visit.session
    owner = session.get(Person, token.person)
    if author is None or owner is None or owner.erased_at is not None or visit.person is not None:
        return
    if visit.is_automatic or token.kind is TWICE or not visit.evidence().aligned:
        return
    address = persons.write_to(session, [owner.id]).get(owner.id)
    if address is None or _was_asked(session, owner.id, author.email, visit.now):
        return
    question = questions.ask(
        session,
        WHOSE,
        visit.receipt.id,
        [(owner.id, address.id)],
        now=visit.now,
        detail={"email": author.email, "position": position},
    )
    _tell(session, visit.hub.site, question, owner, address, visit.receipt, visit.now)


def _was_asked(session: Session, person_id: int, email: str, now: datetime) -> bool:
    asked = (
        sa.select(Question.detail)
        .join(Asking, Asking.question_id == Question.id)
        .where(Question.kind == KIND, Asking.person_id == person_id, Asking.asked_at > now - WAITS_FOR)
    )
    found = list(session.scalars(asked))
    return len(found) >= MOST_ASKED or any(detail["email"] == email for detail in found)


def _tell(
    session: Session, site: Site, question: Question, owner: Person, address: Address, mail: InboundMail, now: datetime
) -> None:
    language = persons.language_of(owner, site)
    when = formats.day_hour(language, mail.received_at, persons.zone_of(owner, site))
    values = {"address": question.detail["email"], "when": when}
    answer = Answer("inbound.yours-too", values, Thing(KIND, question.id))
    acting.tell_of(
        session, site, owner.id, answer, occurrence=question.id, now=now, because="known", address_id=address.id
    )


def verbs(again: Again) -> tuple[Verb, ...]:
    """The three answers."""

    def mine_too(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, "mine-too", act.person_id, now=act.now):
            return Outcome(False)
        email = str(question.detail["email"])
        for mail_id in _held(act.session, email, act.now):
            again(act.session, mail_id, *_owner(act), act.now)
        added = persons.add_address(act.session, act.session.get_one(Person, act.person_id), email, now=act.now)
        if added is not None:
            persons.confirm(act.session, added, now=act.now)
        return Outcome(True, Answer("inbound.address-added", {"address": email}))

    def this_once(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, "this-once", act.person_id, now=act.now):
            return Outcome(False)
        again(act.session, question.thing_id, *_owner(act), act.now)
        return Outcome(True)

    def not_mine(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, "not-mine", act.person_id, now=act.now):
            return Outcome(False)
        return Outcome(True, Answer("inbound.was-not-you"))

    def verb(name: str, it: tuple[str, ...], en: tuple[str, ...], perform: Callable[[Act], Outcome]) -> Verb:
        level = Level.LIGHT if perform is not_mine else Level.OFFICE  # whoever may add an address may speak for them
        return Verb(name, {"it": it, "en": en}, level, frozenset({KIND}), perform, one_tap=True)

    return (
        verb("mine-too", ("mio anche questo", "è mio", "è mio anche questo"), ("mine too", "it is mine too"), mine_too),
        verb("this-once", ("solo questa volta",), ("only this time", "just this once"), this_once),
        verb("not-mine", ("non sono io", "no"), ("not me", "no"), not_mine),
    )


def _owner(act: Act) -> tuple[Person, Address]:
    asking = act.session.get_one(Asking, (act.thing.id, act.person_id))
    address = (
        act.session.get(Address, asking.address_id) or persons.write_to(act.session, [act.person_id])[act.person_id]
    )
    return act.session.get_one(Person, act.person_id), address


def _held(session: Session, email: str, now: datetime) -> list[int]:
    """The mails from this address that wait, the oldest first."""
    waiting = (
        sa.select(InboundMail.id)
        .join(Disposition, Disposition.mail_id == InboundMail.id)
        .where(InboundMail.author == email, Disposition.outcome == "held", Disposition.reason == NOT_THEIRS)
        .where(Disposition.at > now - WAITS_FOR)
    )
    return list(session.scalars(waiting.distinct().order_by(InboundMail.id)))
