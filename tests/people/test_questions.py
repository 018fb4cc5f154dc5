"""What we wait for: asked, reminded of once, settled once for all, or expired."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mailhub.db.session import Database
from mailhub.people import persons, questions
from mailhub.people.tables import Question
from mailhub.questions import QuestionKind, QuestionKinds
from mailhub.site import Site

DAY = timedelta(days=1)
GARDEN, MILL = 3, 4
PLAIN = QuestionKind("approval", ends_after=None)


def people(session: Session, now: datetime, *names: str) -> list[int]:
    return [persons.meet(session, f"{name}@example.org", now=now)[0].id for name in names]


def test_settling_is_once_for_all_and_the_others_can_be_told_who_did_it(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, bruno = people(session, now, "ana", "bruno")
        question = questions.ask(session, PLAIN, 7, [(ana, None), (bruno, None)], now=now, list_id=GARDEN)
        assert [q.id for q in questions.waiting_for(session, bruno)] == [question.id]
        assert questions.settle(session, question, "publish", ana, now=now)
    with database.transaction() as session:
        late = session.get_one(Question, question.id)
        assert not questions.settle(session, late, "refuse", bruno, now=now + DAY)
        assert (late.settled_by, late.outcome, late.settled_at) == (ana, "publish", now)
        assert questions.waiting_for(session, bruno) == []
        answered = {asking.person_id: (asking.verb, asking.answered_at) for asking in questions.asked(session, late)}
        assert answered == {ana: ("publish", now), bruno: (None, None)}
        assert questions.standing_question(session, "approval", 7) is None


def test_what_waits_for_somebody_may_be_asked_of_some_kinds_alone(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        first = questions.ask(session, PLAIN, 7, [(ana, None)], now=now)
        questions.settle(session, first, "publish", ana, now=now)
        again = questions.ask(session, PLAIN, 7, [(ana, None)], now=now + DAY)
        other = questions.ask(session, QuestionKind("held", ends_after=None), 7, [(ana, None)], now=now)
        assert [q.id for q in questions.waiting_for(session, ana)] == [other.id, again.id]
        assert [q.id for q in questions.waiting_for(session, ana, ["approval", "late"])] == [again.id]
        assert questions.waiting_for(session, ana, []) == []
        newest = questions.last_about(session, "approval", 7)
        assert newest is not None
        assert newest.id == again.id
        assert questions.last_about(session, "approval", 8) is None


def test_a_repeated_asking_adds_who_was_not_asked_and_nothing_else(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, bruno = people(session, now, "ana", "bruno")
        first = questions.ask(session, PLAIN, 7, [(ana, 11)], now=now, list_id=GARDEN, detail={"a": 1})
        again = questions.ask(session, PLAIN, 7, [(ana, None), (bruno, None)], now=now + DAY, list_id=GARDEN)
        assert again.id == first.id
        assert (again.asked_at, again.detail) == (now, {"a": 1})
        asked = [(a.person_id, a.address_id, a.asked_at) for a in questions.asked(session, first)]
        assert asked == [(ana, 11, now), (bruno, None, now + DAY)]


def test_the_same_thing_may_be_asked_about_in_two_lists_and_again_after_it_was_settled(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        garden = questions.ask(session, PLAIN, 7, [(ana, None)], now=now, list_id=GARDEN)
        mill = questions.ask(session, PLAIN, 7, [(ana, None)], now=now, list_id=MILL)
        assert garden.id != mill.id
        found = questions.standing_question(session, "approval", 7, GARDEN)
        assert found is not None
        assert found.id == garden.id
        questions.settle(session, garden, "publish", ana, now=now)
        again = questions.ask(session, PLAIN, 7, [(ana, None)], now=now, list_id=GARDEN)
        assert again.id not in (garden.id, mill.id)


@pytest.mark.parametrize("list_id", [GARDEN, None])
def test_two_mails_that_cause_one_question_at_once_make_one(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch, list_id: int | None
) -> None:
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        first = questions.ask(session, PLAIN, 7, [(ana, None)], now=now, list_id=list_id)
    looks = iter([False])  # the first look is from before the other's commit
    look = questions.standing_question
    monkeypatch.setattr(questions, "standing_question", lambda *a: look(*a) if next(looks, True) else None)
    with database.transaction() as session:
        assert questions.ask(session, PLAIN, 7, [(ana, None)], now=now, list_id=list_id).id == first.id


class Diary:
    """A kind of question that writes down when it reminds and expires."""

    def __init__(self, ends_after: timedelta | None, remind_after: timedelta | None) -> None:
        self.lines: list[tuple[str, int]] = []
        self.kind = QuestionKind(
            "join",
            ends_after,
            expire=lambda _session, _site, question_id, _now: self.lines.append(("expired", question_id)),
            remind_after=remind_after,
            remind=lambda _session, _site, question_id, _now: self.lines.append(("reminded", question_id)),
        )
        self.kinds = QuestionKinds([self.kind])


def test_a_question_is_reminded_of_once_and_then_expires(database: Database, site: Site, now: datetime) -> None:
    diary = Diary(ends_after=7 * DAY, remind_after=2 * DAY)
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        question = questions.ask(session, diary.kind, 7, [(ana, None)], now=now)
        assert session.scalar(questions.NEXT_DUE) == now + 2 * DAY
    looked_at = []
    for days in range(10):
        with database.transaction() as session:
            looked_at.append(questions.work(session, site, diary.kinds, now=now + days * DAY, limit=10))
    assert looked_at == [0, 0, 1, 0, 0, 0, 0, 1, 0, 0]
    assert diary.lines == [("reminded", question.id), ("expired", question.id)]
    with database.transaction() as session:
        ended = session.get_one(Question, question.id)
        assert (ended.outcome, ended.settled_by, ended.settled_at) == ("expired", None, now + 7 * DAY)
        assert not questions.settle(session, ended, "yes", ana, now=now + 8 * DAY)
        assert session.scalar(questions.NEXT_DUE) is None


def test_what_is_over_is_not_reminded_of_when_we_were_away(database: Database, site: Site, now: datetime) -> None:
    diary = Diary(ends_after=7 * DAY, remind_after=2 * DAY)
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        questions.ask(session, diary.kind, 7, [(ana, None)], now=now)
        assert questions.work(session, site, diary.kinds, now=now + 9 * DAY, limit=10) == 1
    assert [what for what, _ in diary.lines] == ["expired"]


def test_what_was_settled_is_neither_reminded_of_nor_expired(database: Database, site: Site, now: datetime) -> None:
    diary = Diary(ends_after=7 * DAY, remind_after=2 * DAY)
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        question = questions.ask(session, diary.kind, 7, [(ana, None)], now=now)
        questions.settle(session, question, "yes", ana, now=now)
        assert questions.work(session, site, diary.kinds, now=now + 9 * DAY, limit=10) == 0
    assert diary.lines == []


def test_a_question_without_an_end_waits_for_ever_after_its_reminder(
    database: Database, site: Site, now: datetime
) -> None:
    diary = Diary(ends_after=None, remind_after=2 * DAY)
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        questions.ask(session, diary.kind, 7, [(ana, None)], now=now)
        assert questions.work(session, site, diary.kinds, now=now + 3 * DAY, limit=10) == 1
        assert session.scalar(questions.NEXT_DUE) is None
        assert questions.standing_question(session, "join", 7) is not None


def test_one_page_of_work_takes_what_has_waited_longest(database: Database, site: Site, now: datetime) -> None:
    diary = Diary(ends_after=DAY, remind_after=None)
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        asked = [
            questions.ask(session, diary.kind, n, [(ana, None)], now=now - n * timedelta(hours=1)).id for n in range(3)
        ]
        assert questions.work(session, site, diary.kinds, now=now + DAY, limit=2) == 2
    assert diary.lines == [("expired", asked[2]), ("expired", asked[1])]


def test_a_question_whose_room_is_gone_does_not_hold_up_the_others(
    database: Database, site: Site, now: datetime
) -> None:
    diary = Diary(ends_after=DAY, remind_after=None)
    with database.transaction() as session:
        [ana] = people(session, now, "ana")
        questions.ask(session, QuestionKind("forgotten", ends_after=DAY), 1, [(ana, None)], now=now)
        questions.ask(session, diary.kind, 2, [(ana, None)], now=now)
        assert questions.work(session, site, diary.kinds, now=now + DAY, limit=10) == 2
        assert questions.work(session, site, diary.kinds, now=now + DAY, limit=10) == 0
    assert [what for what, _ in diary.lines] == ["expired"]
