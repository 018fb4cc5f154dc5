"""What takes two mails (level 4): one asks, and a second, ten minutes later, goes to the address on record.

Its «confermo» carries the verb out. Whoever can write as somebody for a moment cannot read their mailbox then, and the
owner has been told in between. The second mail is the reminder of a question, so that it is not owed before its time.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.authority import TWO_MAILS_APART, Level
from mailhub.hub import acting
from mailhub.language import say
from mailhub.people import persons, questions
from mailhub.people.tables import Asking, Person, Question
from mailhub.questions import QuestionKind
from mailhub.site import Site
from mailhub.tokens import TWICE as TOKEN
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb, Verbs

KIND = TOKEN.name
CONFIRM = "confirm-twice"
WAITS = "twice"  # the reason of a mail that is held until the second one is answered
AGAIN = "asked-again"
ENDS_AFTER = timedelta(days=2)


def ask(act: Act, verb: str) -> Answer:
    """Remember what is asked for; of two requests the newest counts. The answer says when the second mail comes."""
    former = questions.standing_question(act.session, KIND, act.person_id)
    if former is not None:
        questions.settle(act.session, former, AGAIN, None, now=act.now)
    address = persons.write_to(act.session, [act.person_id])[act.person_id]
    wish = {"verb": verb, "thing": act.thing.kind, "thing_id": act.thing.id, "argument": act.argument}
    questions.ask(
        act.session,
        TWICE,
        act.person_id,
        [(act.person_id, address.id)],
        now=act.now,
        detail={**wish, "language": act.language},
    )
    person = act.session.get_one(Person, act.person_id)
    values = {
        "what": say(act.language, f"people.what-{verb}"),
        "when": _told(act.site, person, act.now + TWO_MAILS_APART, act.language),
        "address": address.email,
    }
    return Answer("people.twice-asked", values)


def asked_ago(session: Session, thing: Thing, now: datetime) -> timedelta | None:
    """How long ago the request was made that an answer to this thing confirms; None where it is no such thing."""
    question = session.get(Question, thing.id) if thing.kind == KIND else None
    return now - question.asked_at if question is not None else None


def confirm_verb(verbs: Verbs) -> Verb:
    """The answer to the second mail; it carries out any verb of `verbs` that takes two."""

    def perform(act: Act) -> Outcome:
        question = act.session.get_one(Question, act.thing.id)
        if not questions.settle(act.session, question, CONFIRM, act.person_id, now=act.now):
            return Outcome(False)
        wish = question.detail
        thing = Thing(wish["thing"], wish["thing_id"])
        return verbs.get(wish["verb"]).perform(replace(act, thing=thing, argument=wish["argument"]))

    words = {"it": ("confermo", "sì confermo", "sì, confermo"), "en": ("confirm", "i confirm", "yes, confirm")}
    return Verb(CONFIRM, words, Level.CHARTER, frozenset({KIND}), perform)


def _send_second(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Ask at the address on record, in the language in which it was asked for."""
    question = session.get_one(Question, question_id)
    asking = session.get_one(Asking, (question_id, question.thing_id))
    person = session.get_one(Person, question.thing_id)
    language = question.detail["language"]
    values = {
        "what": say(language, f"people.what-{question.detail['verb']}"),
        "when": _told(site, person, question.asked_at, language),
        "until": _told(site, person, question.asked_at + ENDS_AFTER, language),
    }
    acting.tell_of(
        session,
        site,
        person.id,
        Answer("people.twice-code", values, Thing(KIND, question_id)),
        occurrence=question_id,
        now=now,
        because="named",
        address_id=asking.address_id,
        language=language,
    )


TWICE = QuestionKind(KIND, ends_after=ENDS_AFTER, remind_after=TWO_MAILS_APART, remind=_send_second)


def _told(site: Site, person: Person, when: datetime, language: str) -> str:
    return formats.day_hour(language, when, persons.zone_of(person, site))
