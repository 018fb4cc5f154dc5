"""An organiser who knows the person vouches, by reply, having spoken with them; two, where the person has an office.

Asked are the organisers of the group that was written to, where the person belongs to it, else of one of theirs. Only
who organises a group of that person can vouch, at the moment they do.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.authority import Level
from mailhub.hub import acting
from mailhub.hub.lost import moving
from mailhub.hub.lost.strangers import has_office
from mailhub.language import Words, say, with_text_below
from mailhub.lists import reading, telling, things, voice
from mailhub.lists.redaction import redactor
from mailhub.lists.signing_up import ADDRESS
from mailhub.lists.vocabulary import Forms
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Asking, Person, Question
from mailhub.questions import QuestionKind
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

NAME, DENY = "vouch", "deny-vouch"
WORDS: Forms = {"it": ("garantisco", "garantisco io"), "en": ("vouch", "i vouch")}
VOUCH = QuestionKind(things.VOUCH, ends_after=timedelta(days=7))
MOST_OPEN = 5  # claims that wait in one group: a crowd of strangers must not fill its organisers' mailboxes


def ask(session: Session, site: Site, claim: Question, *, now: datetime) -> None:
    """Ask who may know them; nobody is asked twice about one mailbox."""
    person = session.get(Person, claim.detail["person"] or 0)
    list_id = _group_of(session, person, claim.list_id)
    asked = _organisers(session, person, list_id)
    standing = questions.standing_question(session, things.VOUCH, claim.thing_id)
    if not asked or standing is not None or _open(session, list_id) >= MOST_OPEN:
        return
    question = questions.ask(
        session,
        VOUCH,
        claim.thing_id,
        [(one, None) for one in asked],
        now=now,
        list_id=list_id,
        detail=dict(claim.detail),
    )
    for one in asked:
        _tell(session, site, question, person, one, now)


def vouch(act: Act) -> Outcome:
    """They are who they say: from now on the address on record has three days to say no."""
    question = act.session.get_one(Question, act.thing.id)
    if question.settled_at is not None or moving.is_gone(act.session, question.thing_id):
        return moving.over(act)
    person = _named(act, question)
    if person is None or not may_vouch(act.session, act.person_id, person):
        return Outcome(False, Answer("lost.whom", {}, act.thing))
    email = str(question.detail["email"])
    if (other := questions.standing_question(act.session, things.MOVE, person.id)) is not None:
        return Outcome(False, Answer("lost.under-way", moving.values(act, person, other), act.thing))
    if question.detail["person"] != person.id:
        questions.ask_anew(act.session, question)
        question.detail = {**question.detail, "person": person.id}
    said = questions.answer(act.session, question, NAME, act.person_id, now=act.now)
    vouched = {one for one in said if may_vouch(act.session, one, person)}
    if len(vouched) < _needed(act.session, person):
        name = voice.name_of(person, act.language)
        return Outcome(True, Answer("lost.second-needed", {"name": name}, act.thing), {"moved": None})
    questions.settle(act.session, question, NAME, act.person_id, now=act.now)
    moved = moving.begin(act, person, question, vouched)
    _tell_others(act, question)
    told = moving.values(act, person, moved) | {"address": email}
    return Outcome(True, Answer("lost.vouched", told, act.thing), {"moved": moved.id})


def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo: their word counts no more; what the address on record was told is told to be over."""
    if kept["moved"] is not None:
        return Outcome(moving.call_off(act, int(kept["moved"])))
    question = act.session.get_one(Question, act.thing.id)
    if question.settled_at is not None:
        return Outcome(False)
    questions.ask_anew(act.session, question)
    return Outcome(True)


def deny(act: Act) -> Outcome:
    """They are not: it ends here."""
    question = act.session.get_one(Question, act.thing.id)
    if not questions.settle(act.session, question, DENY, act.person_id, now=act.now):
        return moving.over(act)
    _tell_others(act, question)
    return Outcome(True, Answer("lost.denied", {"address": question.detail["email"]}, act.thing))


def may_vouch(session: Session, by: int, person: Person) -> bool:
    """Whether this is an organiser of the site, or of a group of that person's; nobody vouches for themselves."""
    if by == person.id or person.erased_at is not None:
        return False
    groups = {roles.SITE, *reading.lists_of(session, person.id)}
    return any(roles.may_organise(session, by, list_id) for list_id in groups)


def _named(act: Act, question: Question) -> Person | None:
    """Whom they vouch for: whose address they write, else whom the claim names."""
    written = ADDRESS.search(act.argument)
    if written is not None:
        return persons.find(act.session, written[1].strip("."))
    return act.session.get(Person, question.detail["person"] or 0)


def _needed(session: Session, person: Person) -> int:
    return 2 if has_office(session, person) else 1


def _group_of(session: Session, person: Person | None, written_to: int | None) -> int | None:
    theirs = reading.lists_of(session, person.id) if person is not None else set()
    return written_to if person is None or written_to in theirs else min(theirs, default=None)


def _organisers(session: Session, person: Person | None, list_id: int | None) -> list[int]:
    """Who is asked; those of the whole site as well, where a second one is needed or nobody else is there."""
    asked = {one.id for one in roles.organisers_of(session, list_id or roles.SITE)}
    if person is not None:
        if _needed(session, person) > 1:
            asked |= {one.id for one in roles.holders(session, roles.ORGANISER)}
        asked -= {person.id}
    return sorted(asked or {one.id for one in roles.holders(session, roles.ORGANISER)} - {person.id if person else 0})


def _open(session: Session, list_id: int | None) -> int:
    here = Question.list_id == list_id if list_id is not None else Question.list_id.is_(None)
    waiting = sa.select(sa.func.count()).select_from(Question)
    return session.scalar(waiting.where(Question.kind == things.VOUCH, Question.settled_at.is_(None), here)) or 0


def _tell(session: Session, site: Site, question: Question, person: Person | None, to: int, now: datetime) -> None:
    """What they wrote stands below, whole: it may say more than a name."""
    language = telling.language_to(session, site, to)
    values = {"address": question.detail["email"], "until": moving.told(site, session, to, question, VOUCH)}
    key = "lost.asked-whom"
    if person is not None:
        key = "lost.asked"
        reached = persons.write_to(session, [person.id]).get(person.id)
        values |= {
            "name": telling.short(language, voice.name_of(person, language)),
            "former": reached.email if reached else say(language, "lists.someone"),
            "more": say(language, "lost.two-needed") if _needed(session, person) > 1 else "",
        }
    below = with_text_below(Words("", ""), redactor(site)(question.detail["words"])).text.strip()
    answer = Answer(key, values, Thing(things.VOUCH, question.id), below=below)
    acting.tell_of(session, site, to, answer, occurrence=question.id, now=now, because="organiser")


def _tell_others(act: Act, question: Question) -> None:
    for asking in questions.asked(act.session, question):
        if asking.person_id != act.person_id:
            _tell_settled(act, question, asking)


def _tell_settled(act: Act, question: Question, asking: Asking) -> None:
    language = telling.language_to(act.session, act.site, asking.person_id)
    who = voice.name_of(act.session.get(Person, act.person_id), language)
    values = {"who": telling.short(language, who), "address": question.detail["email"]}
    answer = Answer("lost.settled", values, Thing(things.VOUCH, question.id))
    acting.tell_of(
        act.session,
        act.site,
        asking.person_id,
        answer,
        occurrence=question.id,
        now=act.now,
        because="organiser",
    )


VERBS = (
    Verb(NAME, WORDS, Level.OFFICE, frozenset({things.VOUCH}), vouch, take_back, takes_argument=True),
    Verb(
        DENY,
        {"it": ("no", "non garantisco", "non è vero"), "en": ("no", "i do not vouch", "not true")},
        Level.OFFICE,
        frozenset({things.VOUCH}),
        deny,
    ),
)
