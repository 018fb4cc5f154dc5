"""The address on record is told and may say no for three days; then mail goes to the new one, and that may be undone.

Silence moves it, since a lost mailbox answers nothing. Every address on record is told, before and after; each may say
no, and for two weeks may still take it back, since somebody may have been away. Who vouched hears of a no.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.authority import Level
from mailhub.hub import acting
from mailhub.hub.lost import recent
from mailhub.hub.lost.recent import BACK_WITHIN, MOVED, TAKEN_BACK
from mailhub.hub.lost.strangers import is_stranger
from mailhub.language import say
from mailhub.lists import things, voice
from mailhub.people import activity, consent, persons, questions, roles
from mailhub.people.tables import Address, Person, Question
from mailhub.questions import QuestionKind
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

SAME, NOT_SAME, CALLED_OFF = "same-person", "not-same-person", "called-off"
NO_WITHIN = timedelta(days=3)
CLAIMANT = "claimant"  # whoever was met when the new address wrote
MOST_ADDRESSES = 20  # of one person that are told


def begin(act: Act, person: Person, claim: Question, vouched: set[int]) -> Question:
    """Tell every address on record what will happen unless one of them says no."""
    known = persons.addresses_of(act.session, person.id)[:MOST_ADDRESSES]
    email = str(claim.detail["email"])
    detail = {"email": email, "vouched": sorted(vouched), CLAIMANT: claim.thing_id}
    asked = [(person.id, known[0].id if known else None)]
    question = questions.ask(act.session, MOVE, person.id, asked, now=act.now, detail=detail)
    thing = Thing(things.MOVE, question.id)
    activity.note(
        act.session, "address.vouched", now=act.now, person_id=person.id, thing=thing, by=sorted(vouched), email=email
    )
    language = persons.language_of(person, act.site)
    names = [voice.name_of(act.session.get(Person, one), language) for one in sorted(vouched)]
    values = {"address": email, "who": formats.listing(language, names)}
    when = told(act.site, act.session, person.id, question, MOVE)
    _tell_known(act.session, act.site, question, "lost.warned", {**values, "until": when}, act.now)
    return question


def same(act: Act) -> Outcome:
    """The address on record says it is true: nothing to wait for."""
    question = act.session.get_one(Question, act.thing.id)
    if not questions.settle(act.session, question, SAME, act.person_id, now=act.now):
        return over(act)
    if not _move(act.session, act.site, question, act.now):
        return over(act)
    return Outcome(True, Answer("lost.same", {"address": question.detail["email"]}))


def not_same(act: Act) -> Outcome:
    """It is not true: nothing changes, or what has changed is as before."""
    question = act.session.get_one(Question, act.thing.id)
    values = {"address": question.detail["email"]}
    if questions.settle(act.session, question, NOT_SAME, act.person_id, now=act.now):
        _refused(act.session, act.site, question, "lost.said-no", act.now)
        return Outcome(True, Answer("lost.refused", values))
    if not recent.stands(question, act.now) or act.address_id == question.detail[MOVED]:
        return over(act)
    _put_back(act.session, question, act.now)
    _refused(act.session, act.site, question, "lost.said-no", act.now)
    contact = roles.contact(act.session, act.site)
    return Outcome(True, Answer("lost.put-back", {**values, "contact": contact}))


def call_off(act: Act, question_id: int) -> bool:
    """Who vouched takes their word back while the address on record has its time; False when that is over."""
    question = act.session.get_one(Question, question_id)
    if not questions.settle(act.session, question, CALLED_OFF, act.person_id, now=act.now):
        return False
    values = {"address": question.detail["email"]}
    _tell_known(act.session, act.site, question, "lost.called-off", values, act.now)
    return True


def over(act: Act) -> Outcome:
    """Nothing to do: the question has ended."""
    return Outcome(False, Answer("lost.over", {"contact": roles.contact(act.session, act.site)}))


def is_gone(session: Session, claimant: int) -> bool:
    """Whether who claimed has asked to be forgotten meanwhile: then not even their address is known any more."""
    who = session.get(Person, claimant)
    return who is not None and who.erased_at is not None


def values(act: Act, person: Person, question: Question) -> dict[str, str]:
    """Whom it is about, where they are known, and until when a no counts, for who vouches."""
    reached = persons.write_to(act.session, [person.id]).get(person.id)
    return {
        "name": voice.name_of(person, act.language),
        "former": reached.email if reached else say(act.language, "lists.someone"),
        "until": told(act.site, act.session, act.person_id, question, MOVE),
    }


def told(site: Site, session: Session, to: int, question: Question, kind: QuestionKind) -> str:
    """When a question ends by itself, as this person's clock says it."""
    person = session.get_one(Person, to)
    ends = question.asked_at + (kind.ends_after or timedelta())
    return _day_hour(site, person, ends)


def _silent(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Nobody has said no."""
    question = session.get_one(Question, question_id)
    if not _move(session, site, question, now):
        _refused(session, site, question, "lost.not-moved", now)


def _move(session: Session, site: Site, question: Question, now: datetime) -> bool:
    """Mail goes to the new address from now on; False where it is somebody else's by now, or wants no mail."""
    person, email = session.get_one(Person, question.thing_id), str(question.detail["email"])
    if person.erased_at is not None or is_gone(session, question.detail[CLAIMANT]):
        return False
    if consent.suppressed(session, site, [email]):
        return False
    former = persons.addresses_of(session, person.id)[:MOST_ADDRESSES]
    address = _taken_in(session, person, email, now)
    if address is None:
        return False
    persons.confirm(session, address, now=now)
    persons.make_first(session, address, now=now)
    question.detail = {**question.detail, MOVED: address.id, "former": [one.id for one in former]}
    session.flush()
    until = _day_hour(site, person, now + BACK_WITHIN)
    key = "lost.moved" if question.outcome == questions.EXPIRED else "lost.moved-at-once"
    answer = Answer(key, {"until": until} if key == "lost.moved" else {})
    acting.tell_of(
        session, site, person.id, answer, occurrence=question.id, now=now, because="known", address_id=address.id
    )
    _tell_known(session, site, question, "lost.moved-from-here", {"address": email, "until": until}, now)
    return True


def _taken_in(session: Session, person: Person, email: str, now: datetime) -> Address | None:
    """The new address as one of theirs; None where whoever reads it has meanwhile become somebody on their own."""
    known = persons.address_of(session, email)
    if known is None or known.person_id == person.id:
        return persons.add_address(session, person, email, now=now)
    if not is_stranger(session, session.get_one(Person, known.person_id)):
        return None
    persons.hand_over(session, known, person, now=now)
    return known


def _put_back(session: Session, question: Question, now: datetime) -> None:
    added = session.get(Address, question.detail[MOVED])
    if added is not None and added.person_id == question.thing_id:
        persons.part_with(session, added, now=now)
    question.detail = {**question.detail, TAKEN_BACK: True}
    session.flush()


def _tell_known(
    session: Session, site: Site, question: Question, key: str, values: dict[str, str], now: datetime
) -> None:
    """A mail to each address that is on record, the new one apart."""
    thing = Thing(things.MOVE, question.id)
    for turn, address in enumerate(persons.addresses_of(session, question.thing_id)[: MOST_ADDRESSES + 1]):
        if address.id != question.detail.get(MOVED):
            acting.tell_of(
                session,
                site,
                question.thing_id,
                Answer(key, values, thing),
                occurrence=question.id * (MOST_ADDRESSES + 1) + turn,
                now=now,
                because="known",
                address_id=address.id,
            )


def _refused(session: Session, site: Site, question: Question, key: str, now: datetime) -> None:
    """Who vouched hears why it came to nothing: whoever claimed does not."""
    person = session.get_one(Person, question.thing_id)
    activity.note(
        session, "address.refused", now=now, person_id=person.id, thing=Thing(things.MOVE, question.id), why=key
    )
    if person.erased_at is not None:
        return
    for one in question.detail["vouched"]:
        language = persons.language_of(session.get_one(Person, one), site)
        values = {"name": voice.name_of(person, language), "address": question.detail["email"]}
        answer = Answer(key, values)
        acting.tell_of(session, site, one, answer, occurrence=question.id, now=now, because="organiser")


def _day_hour(site: Site, person: Person, moment: datetime) -> str:
    return formats.day_hour(persons.language_of(person, site), moment, persons.zone_of(person, site))


MOVE = QuestionKind(things.MOVE, ends_after=NO_WITHIN, expire=_silent)
_NO = {"it": ("non sono io", "no", "non è vero"), "en": ("not me", "no", "not true", "that is not me")}
_YES = {"it": ("sì", "sono io", "è vero"), "en": ("yes", "it's me", "it is me", "true")}
VERBS = (
    Verb(SAME, _YES, Level.OFFICE, frozenset({things.MOVE}), same),
    Verb(NOT_SAME, _NO, Level.LIGHT, frozenset({things.MOVE}), not_same),
)
