"""Mail from somebody we know that is for nobody here: who organises is asked for whom it is, and its author hears so.

«info@», an old name, a slip, prose to the front desk. What the organisers may answer is in `teaching`. A stranger's
mail is answered with how it works here, as is whoever writes too many such mails in a day.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.db.cause import caused_by
from mailhub.inbound import identity
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.tables import Disposition
from mailhub.inbound.visit import Visit, ways
from mailhub.inbound.waiting import Waiting, find, tell_author, tell_organiser, written_by
from mailhub.language import say
from mailhub.lists import called, nicknames, reading, telling, things
from mailhub.lists.moderation import USUALLY_WITHIN
from mailhub.people import activity, persons, questions, roles
from mailhub.people.tables import Activity, Person, Question, Role
from mailhub.questions import QuestionKind
from mailhub.site import FRONT_DESK, Site
from mailhub.verbs import Thing

KIND = things.UNROUTED
WAITS = Failure.UNROUTED
MOST_A_DAY = 3  # such mails of one person; further ones are answered with how it works here
REMIND_AFTER, WAITS_FOR = timedelta(days=2), timedelta(days=14)
MOST_GROUPS, MOST_NAMED = 12, 8  # named in one mail, a line each, and in one sentence


def receive(visit: Visit, position: int) -> Result | None:
    """Show it to who organises; None where its author is nobody we know, or nobody is there to ask."""
    person = visit.person
    if person is None or not is_known(visit.session, person):
        return None
    if not visit.evidence().aligned:
        identity.ask(visit, position)
        return Result("held", identity.UNPROVEN, person.id)
    question = questions.standing_question(visit.session, KIND, visit.receipt.id)
    if question is None:
        organisers = roles.organisers_of(visit.session, roles.SITE)
        has_both = organisers and reading.open_lists(visit.session)
        if not visit.may_answer or not has_both or _today(visit.session, person.id, visit.now) >= MOST_A_DAY:
            return None
        others = [one.id for one in organisers if one.id != person.id] or [person.id]
        question = _ask(visit, person, others)
    return Result("held", WAITS, person.id, thing=Thing(KIND, question.id))


def is_known(session: Session, person: Person) -> bool:
    """Whether they have confirmed who they are, or hold a role; an address somebody else gave us is not enough."""
    if person.unconfirmed_until is None:
        return True
    return session.scalar(sa.select(sa.literal(1)).where(Role.person_id == person.id).limit(1)) is not None


def listed(session: Session) -> list[str]:
    """The names of the open groups."""
    return [group.slug for group in reading.open_lists(session)][:MOST_GROUPS]


def remind(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Nobody has answered: who was asked is asked once more."""
    question = session.get_one(Question, question_id)
    waiting = find(session, site, question)
    if waiting is None:
        return
    with caused_by(session, question.thing_id):  # so that it goes when its author asks to be forgotten
        for asking in questions.asked(session, question):
            _show(session, site, waiting, asking.person_id, now, again=True)


def expire(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Nobody ever did: its author gets it back."""
    question = session.get_one(Question, question_id)
    close(session, question, Failure.UNROUTED_EXPIRED, now=now)
    waiting = find(session, site, question)
    if waiting is not None:
        tell_author(session, site, waiting, "expired", {"contact": roles.contact(session, site)}, now)


def close(session: Session, question: Question, reason: Failure, *, now: datetime) -> None:
    """Note how the waiting of its mail ended, where it went nowhere."""
    noted = sa.update(Disposition).where(
        Disposition.mail_id == question.thing_id, Disposition.outcome == "held", Disposition.reason == WAITS
    )
    ended = noted.values(outcome="answered", reason=reason, at=now)
    session.execute(ended.execution_options(synchronize_session="fetch"))


FOR_WHOM = QuestionKind(KIND, ends_after=WAITS_FOR, expire=expire, remind_after=REMIND_AFTER, remind=remind)


def _ask(visit: Visit, author: Person, organisers: list[int]) -> Question:
    session, site = visit.session, visit.hub.site
    local = site.local_part(visit.recipient) or ""
    name = "" if local == FRONT_DESK else ways(visit.hub, session, visit.now).names.name_in(local)
    question = questions.ask(
        session,
        FOR_WHOM,
        visit.receipt.id,
        [(person_id, None) for person_id in organisers],
        now=visit.now,
        detail={
            "author": author.id,
            "address": visit.recipient,
            "name": name,
            "teachable": bool(name) and nicknames.may_be_one(session, name, visit.hub.verbs),
        },
    )
    activity.note(session, "mail.unrouted", now=visit.now, person_id=author.id, thing=Thing(KIND, question.id))
    waiting = Waiting(question, visit.receipt, visit.recipient, name, author, visit.mail)
    for person_id in organisers:
        _show(session, site, waiting, person_id, visit.now)
    if author.id not in organisers:
        language = persons.language_of(author, site)
        values = {"until": telling.told_day(site, author, visit.now + USUALLY_WITHIN, language, visit.now)}
        tell_author(session, site, waiting, "waits" if name else "waits-at-desk", values, visit.now)
    return question


def _show(session: Session, site: Site, waiting: Waiting, to: int, now: datetime, *, again: bool = False) -> None:
    """Who wrote what, and what may be answered."""
    language = telling.language_to(session, site, to)
    names = listed(session)
    taught = "asked-taught" if waiting.question.detail.get("teachable") else ""
    files = [file.name or say(language, "lists.untitled") for file in waiting.mail.attachments]
    values = {
        "subject": telling.short(language, waiting.mail.subject),
        "author": written_by(waiting, language),
        "where": say(language, f"unrouted.{'at-address' if waiting.name else 'at-desk'}", address=waiting.address),
        "example": example(session, waiting),
        "taught": say(language, f"unrouted.{taught}", address=waiting.address) if taught else "",
        "groups": formats.listing(language, names[:MOST_NAMED]),
        "attachments": say(language, "lists.attachments", files=", ".join(files)) if files else "",
    }
    tell_organiser(
        session,
        site,
        waiting,
        to,
        "asked",
        values,
        now,
        occurrence=waiting.question.id * 2 + again,
        below=waiting.mail.text.strip()[: telling.LONGEST_TEXT],
    )


def example(session: Session, waiting: Waiting) -> str:
    """The group that is likeliest meant, else one of its author's, else any: it stands in what may be answered."""
    near = called.groups(session, waiting.name) if waiting.name else []
    theirs = reading.lists_of(session, waiting.author.id)
    there = reading.open_lists(session)
    return next(group.slug for group in (*near, *(one for one in there if one.id in theirs), *there))


def _today(session: Session, person_id: int, now: datetime) -> int:
    written = sa.select(sa.func.count()).where(
        Activity.person_id == person_id, Activity.what == "mail.unrouted", Activity.at > now - timedelta(days=1)
    )
    return session.scalar(written) or 0
