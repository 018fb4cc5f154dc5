"""The worker: works until nothing is due, names what is due next, and lets time pass in steps."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import state
from mailhub.db.session import Database
from mailhub.delivery import switch
from mailhub.hub.build import CLOCK, build_hub
from mailhub.hub.chores import Chore
from mailhub.inbound import claims, intake
from mailhub.jobs import worker as workers
from mailhub.people.tables import Question
from tests.stories.town import START, Town

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Town:
    found = Town(tmp_path, database)
    found.opens_list("garden", members=["ana@example.org", "bea@example.org"], grace="2 min")
    found.settles()
    return found


def only_chores(town: Town, *chores: Chore) -> None:
    object.__setattr__(town.hub, "chores", chores)


class Alarm:
    """A chore that is due at some instants, and remembers when it was done."""

    def __init__(self, instants: Sequence[datetime]) -> None:
        self.waiting = list(instants)
        self.done: list[datetime] = []

    def page(self, _session: Session, now: datetime) -> int:
        due = [instant for instant in self.waiting if instant <= now]
        self.waiting = [instant for instant in self.waiting if instant > now]
        self.done += [now] * len(due)
        return len(due)

    def next_due(self, _session: Session, _now: datetime) -> datetime | None:
        return min(self.waiting, default=None)

    @property
    def chore(self) -> Chore:
        return Chore("alarm", self.page, self.next_due)


def test_what_waits_for_its_grace_is_the_next_thing_due(town: Town) -> None:
    assert town.worker.is_idle()
    town.writes("ana@example.org", to="garden@lists.test", subject="Seeds")
    assert town.worker.next_due() == START + 2 * MINUTE
    assert town.worker.is_idle(), "nothing is due yet"
    town.clock.pass_by(2 * MINUTE)
    assert not town.worker.is_idle()
    assert town.worker.settle() is True
    assert [mail["Subject"] for mail in town.inbox("bea@example.org")] == ["Seeds"]
    assert town.worker.is_idle()


def test_time_stops_at_every_instant_at_which_something_is_due(town: Town) -> None:
    alarm = Alarm([START + 5 * HOUR, START + HOUR, START + 3 * HOUR, START + 30 * HOUR])
    only_chores(town, alarm.chore)
    assert town.worker.turn(24 * HOUR) is True
    assert alarm.done == [START + HOUR, START + 3 * HOUR, START + 5 * HOUR]
    assert town.clock.now() == START + 24 * HOUR


def test_what_comes_of_the_work_is_worked_on_at_its_own_instant(town: Town) -> None:
    second = Alarm([])

    class First(Alarm):
        def page(self, session: Session, now: datetime) -> int:
            done = super().page(session, now)
            second.waiting += [now + HOUR] * done
            return done

    only_chores(town, First([START + HOUR]).chore, second.chore)
    town.worker.turn(24 * HOUR)
    assert second.done == [START + 2 * HOUR]


def test_what_was_due_already_is_done_before_time_passes(town: Town) -> None:
    alarm = Alarm([START - HOUR])
    only_chores(town, alarm.chore)
    town.worker.turn(HOUR)
    assert alarm.done == [START]


def test_the_clock_never_goes_back(town: Town) -> None:
    town.worker.turn(-HOUR)
    assert town.clock.now() == START


def test_a_turned_clock_is_still_turned_after_a_restart(town: Town) -> None:
    town.worker.turn(36 * HOUR)
    with town.hub.database.reading() as session:
        assert state.get(session, CLOCK) == {"offset_microseconds": 36 * 3600 * 10**6}
    again = build_hub(town.hub.settings, database=town.hub.database)
    assert again.clock.offset == 36 * HOUR


def test_a_settle_that_gives_up_ends_the_turn_where_it_is(town: Town) -> None:
    alarm = Alarm([START + HOUR, START + 2 * HOUR])
    only_chores(town, alarm.chore)
    answers = iter([True, False])
    assert town.worker.turn(24 * HOUR, lambda: next(answers)) is False
    assert town.clock.now() == START + HOUR


def always(count: int) -> Callable[[Session, datetime], int]:
    return lambda _session, _now: count


def test_work_that_never_ends_is_an_error_and_no_endless_loop(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ROUNDS", 5)
    only_chores(town, Chore("busy", always(1), lambda _, _now: None))
    with pytest.raises(RuntimeError, match="never ends"):
        town.worker.settle()


def test_what_stays_due_though_it_is_done_is_an_error_and_no_endless_loop(town: Town) -> None:
    only_chores(town, Chore("stuck", always(0), lambda _, _now: START))
    with pytest.raises(RuntimeError, match="stays due"):
        town.worker.turn(HOUR)


def test_a_site_that_holds_its_mail_lets_time_pass(town: Town) -> None:
    with town.hub.database.transaction() as session:
        switch.hold(session, "restored", now=town.clock.now())
    town.writes("ana@example.org", to="garden@lists.test", subject="Seeds")
    assert town.worker.turn(HOUR) is True
    assert town.clock.now() == START + HOUR
    assert town.inbox("bea@example.org") == []
    with town.hub.database.transaction() as session:
        switch.let_go(session)
    town.settles()
    assert len(town.inbox("bea@example.org")) == 1


def test_a_mail_that_waits_or_is_in_work_is_not_idle(town: Town) -> None:
    with town.hub.database.transaction() as session:
        mail = intake.keep(
            session,
            town.hub.site,
            intake.Envelope("ana@example.org", ("garden@lists.test",), "127.0.0.1", "smtp"),
            b"From: ana@example.org\r\n\r\nHello\r\n",
            now=START,
        )
    assert not town.worker.is_idle()
    with town.hub.database.transaction() as session:
        assert [claimed.id for claimed in claims.claim(session, town.clock.real())] == [mail.id]
    assert not town.worker.is_idle()
    with town.hub.database.transaction() as session:
        claims.take_over(session)
    town.settles()
    assert town.worker.is_idle()


def test_chores_with_nothing_to_do_leave_the_writer_alone(town: Town) -> None:
    pages = []

    def page(_session: Session, now: datetime) -> int:
        pages.append(now)
        return 0

    of_rows = sa.select(Question.next_at).where(Question.kind == "bell").limit(1)
    only_chores(town, Chore("instant", page, instants=[of_rows]), Chore("waits", page, waiting=[of_rows]))
    town.worker.chores()
    assert pages == []
    with town.database.transaction() as session:
        session.add(Question(kind="bell", thing_id=1, detail={}, asked_at=START, next_at=START + HOUR))
    assert town.worker.next_due() == START, "what waits is due at once"
    town.worker.chores()
    town.clock.pass_by(HOUR)
    town.worker.chores()
    assert pages == [START, START + HOUR, START + HOUR]
