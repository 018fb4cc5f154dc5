"""Moderators read first: a held post is a question to all of them, answered by reply, once; all hear how it ended."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.archive import raw as raws
from mailhub.language import say
from mailhub.lists import holding, kinds, reading, record, rules, telling, things, to_author, voice, votes
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState, MailList
from mailhub.mail import message
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.mail.message import Mail
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.verbs import Thing

# What may be asked of an author meanwhile; it ends when the waiting does.
_OF_AUTHOR = (kinds.REPHRASE, kinds.EDIT)
_OUTCOMES = {HeldState.PUBLISHED: "published", HeldState.REFUSED: "refused", HeldState.WITHDRAWN: "withdrawn"}
USUALLY_WITHIN = timedelta(days=1)


def ask(session: Session, site: Site, held: HeldPost, mail: Mail, *, now: datetime) -> Question:
    """Ask every moderator; the author is not asked about their own post, unless there is nobody else."""
    group = reading.get(session, held.list_id)
    everybody = [person.id for person in roles.moderators_of(session, group.id)]
    others = [person_id for person_id in everybody if person_id != held.person_id] or everybody
    asked = [(person_id, None) for person_id in others]
    question = questions.ask(session, kinds.HELD, held.id, asked, now=now, list_id=group.id)
    held.question_id = question.id
    session.flush()
    for person_id in others:
        _tell_moderator(session, site, group, held, mail, person_id, now)
    return question


def remind(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Nobody has answered: the moderators are asked once more, and the organisers with them."""
    question = session.get_one(Question, question_id)
    held = session.get_one(HeldPost, question.thing_id)
    if asked_author(session, held) is not None:
        return  # it waits for its author, and the moderators hear how that ends
    organisers = [(person.id, None) for person in roles.organisers_of(session, held.list_id)]
    questions.ask(session, kinds.HELD, held.id, organisers, now=now, list_id=held.list_id)
    tell_again(session, site, held, now, "held-for-moderators", held.id * 2 + 1)


def tell_again(
    session: Session, site: Site, held: HeldPost, now: datetime, key: str, occurrence: int, *, but: int | None = None
) -> None:
    """What waits once more, to everybody who was asked about it; `but` one, who knows."""
    question = session.get(Question, held.question_id) if held.question_id is not None else None
    mail = message.parse(raws.read(session, site, held.raw_id))
    group = reading.get(session, held.list_id)
    for asking in questions.asked(session, question) if question is not None else ():
        if asking.person_id != but:
            _tell_moderator(session, site, group, held, mail, asking.person_id, now, key, occurrence)


def asked_author(session: Session, held: HeldPost) -> Question | None:
    """What its author has been asked about it and has not answered yet."""
    found = (questions.standing_question(session, kind.name, held.id, held.list_id) for kind in _OF_AUTHOR)
    return next((question for question in found if question is not None), None)


def begin_anew(session: Session, held: HeldPost, *, now: datetime) -> None:
    """Its words have changed: what moderators said of the old ones counts no more, and they have time again."""
    question = session.get(Question, held.question_id) if held.question_id is not None else None
    if question is not None:
        questions.ask_anew(session, question)
        question.reminded_at, question.next_at = None, kinds.HELD.next_at(now, None)


def tell_waiting(
    session: Session, site: Site, held: HeldPost, *, now: datetime, in_reply_to: str | None, address_id: int | None
) -> None:
    """Tell the author that it arrived and waits, why, and how long it usually takes."""
    if held.person_id is None:
        return
    group = reading.get(session, held.list_id)
    person = session.get_one(Person, held.person_id)
    language = persons.language_of(person, site)
    values = {
        "reason": because(group, holding.reasons_of(held)[0], language),
        "until": telling.told_day(site, person, now + USUALLY_WITHIN, language, now),
    }
    to_author.tell(
        session,
        site,
        held,
        "held",
        values=values,
        occurrence=held.id,
        now=now,
        about=Thing(things.HELD, held.id),
        address_id=address_id,
        in_reply_to=in_reply_to,
    )


def settle(
    session: Session, site: Site, held: HeldPost, state: HeldState, by: int, *, now: datetime, note: str | None = None
) -> bool:
    """End the waiting and tell the others who were asked; False when it had ended before."""
    if not holding.settle(session, held, state, by, now=now, note=note):
        return False
    decided(session, site, held, state, by, now=now)
    return True


def decided(session: Session, site: Site, held: HeldPost, state: HeldState, by: int, *, now: datetime) -> None:
    """The moderators' question about it has its answer, and all who were asked hear which."""
    if (asked := asked_author(session, held)) is not None:
        questions.settle(session, asked, state.value, by, now=now)
    question = session.get(Question, held.question_id) if held.question_id is not None else None
    if question is not None:
        questions.settle(session, question, state.value, by, now=now)
        for asking in questions.asked(session, question):
            if asking.person_id != by:
                tell_handled(session, site, held, asking.person_id, now=now)


def tell_handled(session: Session, site: Site, held: HeldPost, person_id: int, *, now: datetime) -> None:
    """Tell a moderator what became of it, and by whom."""
    telling.tell(
        session,
        site,
        person_id,
        reading.get(session, held.list_id),
        "already-handled",
        handled(session, site, held, person_id, now),
        because="moderator",
        occurrence=held.id,
        now=now,
    )


def handled(session: Session, site: Site, held: HeldPost, person_id: int, now: datetime) -> dict[str, str]:
    """The values of «already decided»."""
    person = session.get_one(Person, person_id)
    language = persons.language_of(person, site)
    state, settled_by, at = held.state, held.settled_by, held.settled_at
    question = session.get(Question, held.question_id) if held.question_id is not None else None
    if state is HeldState.WAITING and question is not None and question.settled_at is not None:
        # It is decided, and waits for the pace of its conversation.
        state, settled_by, at = HeldState(question.outcome or ""), question.settled_by, question.settled_at
    by = session.get(Person, settled_by) if settled_by is not None else None
    return {
        "subject": telling.short(language, held.subject),
        "group": reading.title(session, held.list_id, language) or "",
        "outcome": say(language, f"lists.outcome-{_OUTCOMES.get(state, 'withdrawn')}"),
        "who": voice.name_of(by, language),
        "when": telling.told_day(site, person, at or now, language, now),
    }


def because(group: MailList, reason: Reason, language: str) -> str:
    """Why a post waits, or does not go out, after a comma."""
    if reason is Reason.TOO_LARGE:
        limit = formats.size(language, reading.definition_of(group).largest)
        return say(language, "lists.reason-too-large", limit=limit)
    return say(language, f"lists.reason-{reason.value}")


def why(group: MailList, said: str, language: str) -> str:
    """A moderator's reason, with the rule of the group it names in that rule's own words; "" where there is none."""
    return _with_rule(group, said, language, "lists.refused-why") if said.strip() else ""


def asked_so(group: MailList, said: str, language: str) -> str:
    """What a moderator asks of an author, with the rule it names."""
    return _with_rule(group, said, language, "lists.asked-why")


def _with_rule(group: MailList, said: str, language: str, key: str) -> str:
    words = say(language, key, words=" ".join(said.split()))
    rule = rules.text(reading.definition_of(group), language, said)
    return words if rule is None else f"{words} {say(language, 'lists.rule-named', number=rule[0], rule=rule[1])}"


def proof(found: Authenticity, language: str) -> str:
    """What shows that the author is who the mail says; nothing where that was not judged."""
    how, _, domain = found.why.partition(" ")
    if not found.aligned:
        return say(language, "lists.proof-none") if found.is_judged else ""
    return say(language, f"lists.proof-{how}", domain=domain)


def _tell_moderator(
    session: Session,
    site: Site,
    group: MailList,
    held: HeldPost,
    mail: Mail,
    person_id: int,
    now: datetime,
    key: str = "held-for-moderators",
    occurrence: int | None = None,
) -> None:
    """What waits, why, and the whole of it."""
    language = telling.language_to(session, site, person_id)
    reasons = holding.reasons_of(held)
    files = [file.name or say(language, "lists.untitled") for file in mail.attachments]
    values = {
        "group": reading.definition_of(group).titled(language),
        "subject": telling.short(language, held.subject),
        "author": _author(session, held, mail, language),
        "reasons": " ".join(say(language, f"lists.why-held-{reason.value}") for reason in reasons),
        "proof": proof(holding.authenticity_of(held), language),
        "record": record.sentence(session, site, held, person_id, now),
        "votes": votes.sentence(session, held, language),
        "attachments": say(language, "lists.attachments", files=", ".join(files)) if files else "",
    }
    telling.tell(
        session,
        site,
        person_id,
        group,
        key,
        values,
        because="moderator",
        occurrence=held.id * 2 if occurrence is None else occurrence,
        now=now,
        about=Thing(things.HELD, held.id),
        below=mail.text.strip(),
    )


def _author(session: Session, held: HeldPost, mail: Mail, language: str) -> str:
    person = session.get(Person, held.person_id) if held.person_id is not None else None
    name = voice.name_of(person, language)
    return f"{name} ({mail.author.email})" if mail.author else name
