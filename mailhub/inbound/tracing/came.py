"""A mail that came in as a trace tells it: what it was taken for, what it became for each recipient, what followed."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, Raw
from mailhub.db import cause
from mailhub.delivery.tables import Delivery
from mailhub.digests import which
from mailhub.digests.posting import ANSWERED
from mailhub.hub.build import Hub
from mailhub.inbound import identity
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.inbound.tracing import became, decided, left
from mailhub.inbound.tracing.values import (
    Done,
    Fate,
    Happened,
    Incoming,
    Outgoing,
    Piece,
    without_addresses,
    without_tokens,
)
from mailhub.lists import things
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost
from mailhub.people import persons, roles
from mailhub.people.tables import Activity, Asking, Deed, Question
from mailhub.verbs import Thing

_QUESTIONS = (*things.QUESTIONS, identity.KIND, which.KIND)  # kinds whose id is that of a question


def incoming(session: Session, hub: Hub, mail: InboundMail) -> Incoming:
    """The whole story of one received mail."""
    ends = session.scalars(sa.select(Disposition).where(Disposition.mail_id == mail.id)).all()
    questions = _questions(session, mail, ends)
    people = _people(session, mail, ends, questions)
    noted = _noted(session, mail, people)
    posts = _posts(session, ends, noted)
    lists = {end.list_id for end in ends if end.list_id} | {row.list_id for row in noted if row.list_id}
    answered = {end.thing_id for end in ends if end.thing in _QUESTIONS}
    sent = left.of_mail(session, hub, mail, people)
    for post in posts:
        sent += left.of_post(session, hub, post)
    relayed = {int(row.detail["to"]) for row in noted if "to" in row.detail}
    sent += left.of_relay(session, hub, mail, people | relayed, lists)
    return Incoming(
        message_id=mail.message_id,
        at=mail.received_at,
        author=mail.author,
        subject=became.subject(session, hub.site, mail),
        size=session.get_one(Raw, mail.raw_id).size,
        protocol=mail.protocol,
        state=mail.state.value,
        kind=mail.kind,
        evidence=mail.evidence,
        why=(mail.auth or {}).get("why"),
        level=mail.level,
        tries=mail.tries,
        fault=_fault(mail),
        fates=tuple(_fate(session, hub, end, noted, questions) for end in sorted(ends, key=_position)),
        asked=tuple(became.asked(session, question) for question in questions if question.id not in answered),
        happened=tuple(Happened(row.what, row.at, became.group(session, row.list_id)) for row in noted),
        left=tuple(sorted(sent, key=lambda one: one.at)),
    )


def _position(end: Disposition) -> int:
    return end.position


def _fault(mail: InboundMail) -> str | None:
    lines = (mail.fault or "").strip().splitlines()
    return without_addresses(without_tokens(lines[-1])) if lines else None


def _questions(session: Session, mail: InboundMail, ends: Sequence[Disposition]) -> list[Question]:
    """What was asked because of it: who wrote it, what its words answer, who reads it, whether somebody may come in."""
    held = {end.thing_id for end in ends if end.thing == things.HELD and end.outcome == "held"}
    people, moments = {end.person_id for end in ends if end.person_id}, [end.at for end in ends]
    joining = Question.kind.in_((things.JOIN, things.APPROVAL)) & Question.thing_id.in_(people)
    about = (
        (Question.kind == identity.KIND) & (Question.thing_id == mail.id),
        (Question.kind == which.KIND) & (Question.thing_id == mail.raw_id),
        (Question.kind == things.HELD) & Question.thing_id.in_(held),
        joining & Question.asked_at.in_(moments),
    )
    return list(session.scalars(sa.select(Question).where(sa.or_(*about)).order_by(Question.id)))


def _people(
    session: Session, mail: InboundMail, ends: Sequence[Disposition], questions: Sequence[Question]
) -> set[int]:
    """Whom it may have concerned: its author, who was asked, who a decision was about, who holds a role there."""
    author = persons.find(session, mail.author) if mail.author else None
    people = {end.person_id for end in ends if end.person_id} | ({author.id} if author else set())
    for end in ends:
        for person in (*roles.officers(session, end.list_id or roles.SITE),):
            people.add(person.id)
        people |= _concerned(session, Thing(end.thing, end.thing_id)) if end.thing and end.thing_id else set()
    asked = sa.select(Asking.person_id).where(Asking.question_id.in_([question.id for question in questions]))
    return people | set(session.scalars(asked))


def _concerned(session: Session, about: Thing) -> set[int]:
    """Whose message, or whose coming in, a mail decided on."""
    if about.kind == things.HELD:
        held = session.get(HeldPost, about.id)
        officers = {person.id for person in roles.officers(session, held.list_id)} if held else set()
        return officers | ({held.person_id} if held and held.person_id else set())
    question = session.get(Question, about.id) if about.kind in things.QUESTIONS else None
    if question is None:
        return set()
    officers = {person.id for person in roles.officers(session, question.list_id or roles.SITE)}
    return {question.thing_id} | officers


def _noted(session: Session, mail: InboundMail, people: set[int]) -> Sequence[Activity]:
    """The activity rows it caused."""
    marked = Activity.detail[cause.KEY].as_integer() == mail.id
    return session.scalars(
        sa.select(Activity).where(Activity.person_id.in_(people), marked).order_by(Activity.id)
    ).all()


def _posts(session: Session, ends: Sequence[Disposition], noted: Sequence[Activity]) -> list[Post]:
    """The messages that went out, now or once somebody had read them."""
    ids = {row.thing_id for row in noted if row.what == "post.published"}
    ids |= {end.thing_id for end in ends if end.thing == things.POST and end.outcome == "posted"}
    held = {end.thing_id for end in ends if end.thing == things.HELD}
    held |= {row.thing_id for row in noted if row.what == "post.held"}
    read = sa.select(HeldPost.raw_id).where(HeldPost.id.in_(held), HeldPost.relay_to == 0)
    out = sa.select(Post).where(Post.id.in_(ids) | Post.raw_id.in_(read)).order_by(Post.id)
    return list(session.scalars(out))


def _fate(
    session: Session,
    hub: Hub,
    end: Disposition,
    noted: Sequence[Activity],
    questions: Sequence[Question],
) -> Fate:
    about = Thing(end.thing, end.thing_id) if end.thing and end.thing_id is not None else None
    is_message = end.outcome in ("posted", "held") or end.reason in ("publish", "refuse", "withdraw", "duplicate")
    answered = session.get(Question, about.id) if about and about.kind in _QUESTIONS else None
    list_id = end.list_id or (things.list_of(session, about) if about else None)
    return Fate(
        recipient=without_tokens(end.recipient),
        outcome=end.outcome,
        reason=end.reason,
        at=end.at,
        group=became.group(session, list_id),
        about=about.kind if about else None,
        became=became.thing(session, about) if is_message else None,
        pieces=_pieces(session, end, noted, questions),
        done=_done(session, end),
        answered=became.asked(session, answered) if answered else None,
        returned=_returned(session, hub, end),
        decided=decided.of_author(session, list_id, end.person_id, end.at) if end.reason == Reason.BANNED else (),
    )


def _pieces(
    session: Session, end: Disposition, noted: Sequence[Activity], questions: Sequence[Question]
) -> tuple[Piece, ...]:
    """Of an answer to a letter: what each part became, those that were asked about last."""
    asked = {question.id for question in questions if question.kind == which.KIND}
    rows = [row for row in noted if row.what == ANSWERED and row.person_id == end.person_id]
    if asked:
        later = sa.select(Activity).where(Activity.person_id == end.person_id, Activity.what == ANSWERED)
        later = later.where(Activity.detail["question"].as_integer().in_(asked))
        rows += [row for row in session.scalars(later) if row not in rows]
    return tuple(
        Piece(
            number=row.detail.get("number"),
            outcome=str(row.detail.get("outcome")),
            reason=str(row.detail.get("reason")),
            became=became.thing(session, Thing(row.thing, row.thing_id)) if row.thing and row.thing_id else None,
        )
        for row in rows
    )


def _done(session: Session, end: Disposition) -> tuple[Done, ...]:
    """The verbs carried out for this recipient."""
    deeds = sa.select(Deed).where(Deed.id.in_(end.detail.get("deeds", ())))
    return tuple(became.done(deed) for deed in session.scalars(deeds.order_by(Deed.id)))


def _returned(session: Session, hub: Hub, end: Disposition) -> Outgoing | None:
    """The mail of ours that a report is about."""
    if end.outcome != "recorded" or "mailing" not in end.detail:
        return None
    key = end.detail["mailing"], end.detail["person"], end.detail["occurrence"]
    delivery = session.get(Delivery, key)
    return left.of_delivery(session, hub, delivery) if delivery else None
