"""The rows of questions: what we wait for, from whom, until when; settled once for all.

What a kind of question waits for and does at its end is declared in `mailhub/questions.py`.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mailhub.db import prepared
from mailhub.faults import Point, point
from mailhub.people import activity
from mailhub.people.tables import Asking, Question
from mailhub.questions import QuestionKind, QuestionKinds
from mailhub.site import Site
from mailhub.verbs import Thing

log = logging.getLogger("mailhub.people")

EXPIRED = "expired"
AFTER_FAULT = timedelta(hours=6)  # a question whose room fails is looked at again then
THING = "question"
_QUESTION = cast(sa.Table, Question.__table__)
_ASKING = prepared.insert_new(cast(sa.Table, Asking.__table__), "question_id", "person_id", "address_id", "asked_at")
NEXT_DUE = sa.select(sa.func.min(Question.next_at)).where(Question.settled_at.is_(None))  # to be looked at


def ask(
    session: Session,
    kind: QuestionKind,
    thing_id: int,
    people: Sequence[tuple[int, int | None]],
    *,
    now: datetime,
    list_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> Question:
    """Ask these people, as (person, the address it is sent to alone); who does not settle it in time is answered for.

    Where the same is already asked, that question stands, and only who was not asked yet is added.
    """
    question = standing_question(session, kind.name, thing_id, list_id)
    if question is None:
        row = Question(
            kind=kind.name,
            thing_id=thing_id,
            list_id=list_id,
            asked_at=now,
            next_at=kind.next_at(now, None),
            detail=detail or {},
        )
        try:
            with session.begin_nested():
                session.add(row)
            question = row
            activity.note(session, "question.asked", now=now, list_id=list_id, thing=Thing(THING, row.id))
        except IntegrityError:  # on PostgreSQL two mails may cause the same question at once
            question = _one_standing(session, kind.name, thing_id, list_id)
    _add_askings(session, question, people, now)
    return question


def ask_each(
    session: Session,
    kind: QuestionKind,
    people: Mapping[int, int],
    details: Mapping[int, dict[str, Any]],
    *,
    now: datetime,
    list_id: int | None = None,
) -> dict[int, int]:
    """Ask one person about each of these things, as `ask` does, in a few statements: the question's id by the thing's.

    Whoever asks has locked the things, so that nobody else asks about them at this moment.
    """
    standing = sa.select(Question.thing_id, Question.id).where(
        Question.kind == kind.name, Question.thing_id.in_(people), Question.settled_at.is_(None)
    )
    known: dict[int, int] = dict(session.connection().execute(standing).all())
    shared = {"kind": kind.name, "list_id": list_id, "asked_at": now, "next_at": kind.next_at(now, None)}
    rows = [{**shared, "thing_id": thing, "detail": details[thing]} for thing in people if thing not in known]
    if rows:
        asked = session.connection().execute(sa.insert(_QUESTION).returning(_QUESTION.c.thing_id, _QUESTION.c.id), rows)
        added: dict[int, int] = dict(asked.all())
        things = [Thing(THING, number) for number in added.values()]
        activity.note_about(session, "question.asked", things, now=now, list_id=list_id)
        known |= added
    askings = [
        {"question_id": known[thing], "person_id": person, "address_id": None, "asked_at": now}
        for thing, person in people.items()
    ]
    _ASKING.run(session.connection(), askings)
    return known


def standing_question(session: Session, kind_name: str, thing_id: int, list_id: int | None = None) -> Question | None:
    """The unsettled question of this kind about this thing; with `list_id`, of that list only."""
    wanted = [Question.kind == kind_name, Question.thing_id == thing_id, Question.settled_at.is_(None)]
    if list_id is not None:
        wanted.append(Question.list_id == list_id)
    return session.scalar(sa.select(Question).where(*wanted).order_by(Question.id.desc()).limit(1))


def settle(session: Session, question: Question, verb: str, by: int | None, *, now: datetime) -> bool:
    """End a question for everybody asked; False when it had ended before: `settled_by` and `outcome` then say how."""
    settled = session.execute(
        sa.update(Question)
        .where(Question.id == question.id, Question.settled_at.is_(None))
        .values(settled_at=now, settled_by=by, outcome=verb, next_at=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(question)
    if settled.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if by is not None:
        session.execute(
            sa.update(Asking)
            .where(Asking.question_id == question.id, Asking.person_id == by)
            .values(answered_at=now, verb=verb)
        )
    activity.note(
        session,
        f"question.{EXPIRED if verb == EXPIRED else 'settled'}",
        now=now,
        person_id=by,
        list_id=question.list_id,
        thing=Thing(THING, question.id),
        verb=verb,
    )
    point(Point.QUESTION_SETTLED)
    return True


def asked(session: Session, question: Question) -> list[Asking]:
    """Everybody asked; those but `settled_by` are told who did it."""
    return list(session.scalars(sa.select(Asking).where(Asking.question_id == question.id).order_by(Asking.person_id)))


def answer(session: Session, question: Question, verb: str, by: int, *, now: datetime) -> set[int]:
    """Note what one of several has answered, where that settles nothing yet; gives everybody who said the same."""
    _add_askings(session, question, [(by, None)], now)
    asking = session.get_one(Asking, (question.id, by))
    asking.answered_at, asking.verb = now, verb
    session.flush()
    return {asking.person_id for asking in asked(session, question) if asking.verb == verb}


def pass_to(session: Session, question: Question, thing_id: int, detail: dict[str, Any]) -> None:
    """What it is about has another number now; whoever was asked is still asked."""
    question.thing_id, question.detail = thing_id, detail
    session.flush()


def ask_anew(session: Session, question: Question) -> None:
    """What was answered so far counts no more: what the question is about has changed."""
    for asking in asked(session, question):
        asking.answered_at, asking.verb = None, None
    session.flush()


def waiting_for(session: Session, person_id: int, kinds: Collection[str] | None = None) -> list[Question]:
    """What still awaits this person's word, the longest-waiting first; a settled question awaits nobody's.

    With `kinds`, of these alone: then only open questions of these kinds are looked at, whoever is asked.
    """
    wanted = (
        sa.select(Question)
        .join(Asking, Asking.question_id == Question.id)
        .where(Asking.person_id == person_id, Asking.answered_at.is_(None), Question.settled_at.is_(None))
        .order_by(Question.asked_at, Question.id)
    )
    return list(session.scalars(wanted if kinds is None else wanted.where(Question.kind.in_(sorted(kinds)))))


def last_about(session: Session, kind_name: str, thing_id: int) -> Question | None:
    """The newest question of this kind about this thing, settled or not."""
    wanted = sa.select(Question).where(Question.kind == kind_name, Question.thing_id == thing_id)
    return session.scalar(wanted.order_by(Question.id.desc()).limit(1))


def work(session: Session, site: Site, kinds: QuestionKinds, *, now: datetime, limit: int) -> int:
    """Remind and expire what is due; how many questions were looked at. One whose time is over is not reminded of."""
    due = session.scalars(
        sa.select(Question)
        .where(Question.settled_at.is_(None), Question.next_at <= now)
        .order_by(Question.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for question in due:
        try:
            with session.begin_nested():
                _move_on(session, site, kinds, question, now)
        except (sa.exc.OperationalError, sa.exc.InterfaceError):
            raise
        except Exception:  # the others must not wait for it
            log.exception("question put off question=%d kind=%s", question.id, question.kind)
            question.next_at = now + AFTER_FAULT
    session.flush()
    return len(due)


def _move_on(session: Session, site: Site, kinds: QuestionKinds, question: Question, now: datetime) -> None:
    if question.kind not in kinds:  # its room is gone from this release: it waits until the room is back
        question.next_at = None
        return
    kind = kinds.get(question.kind)
    over = kind.ends_after is not None and question.asked_at + kind.ends_after <= now
    if over:
        if settle(session, question, EXPIRED, None, now=now) and kind.expire is not None:
            kind.expire(session, site, question.id, now)
        return
    question.reminded_at = now
    question.next_at = kind.next_at(question.asked_at, now)
    session.flush()
    if kind.remind is not None:
        kind.remind(session, site, question.id, now)


def _add_askings(session: Session, question: Question, people: Sequence[tuple[int, int | None]], now: datetime) -> None:
    already = {asking.person_id for asking in asked(session, question)}
    for person_id, address_id in dict(people).items():
        if person_id not in already:
            session.add(Asking(question_id=question.id, person_id=person_id, address_id=address_id, asked_at=now))
    session.flush()


def _one_standing(session: Session, kind_name: str, thing_id: int, list_id: int | None) -> Question:
    found = standing_question(session, kind_name, thing_id, list_id)
    assert found is not None, "another transaction has just committed it"
    return found
