"""What cannot be worked on waits alone: a bad row, a full disk or a reader that died holds nobody else up."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.archive.tables import Raw
from mailhub.db.session import Database
from mailhub.inbound import intake
from mailhub.inbound.tables import InboundMail, InboundState
from mailhub.inbound.working import Inbound
from mailhub.mail.wire import crlf
from mailhub.offload import Cell
from mailhub.people.tables import Question
from tests.stories.town import Town

ANA, BO = "ana@example.org", "bo@example.org"
LOOKS = 8  # pages a loop of the running site works, one after a fault in another


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Town:
    """A town that is left with work it cannot do."""
    return Town(tmp_path, database)


def test_a_damaged_mail_does_not_hold_up_those_behind_it(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BO])
    first, second = _keeps(town, 1), _keeps(town, 2)
    _damages(town, first)
    _looks(town.worker.inbound)
    town.clock.pass_by(timedelta(minutes=6))  # longer than a lease
    _looks(town.worker.inbound)
    assert _states(town) == {first: InboundState.PARKED, second: InboundState.DONE}


def test_a_question_that_cannot_be_reminded_of_does_not_hold_up_the_others(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BO], moderator="mo@example.org", post="moderators")
    first, _ = _keeps(town, 1), _keeps(town, 2)
    _looks(town.worker.inbound)
    _damages(town, first)
    town.clock.turn(timedelta(days=8))
    _looks(town.worker.chores)
    with town.hub.database.reading() as session:
        _, reminded_at = session.scalars(sa.select(Question.reminded_at).order_by(Question.id))
    assert reminded_at is not None


def test_a_chore_that_fails_does_not_keep_the_others_from_their_turn(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.opens_list("garden", members=[ANA, BO])
    _keeps(town, 1)
    _looks(town.worker.inbound)

    def fail(*_args: object, **_names: object) -> int:
        raise ValueError("a fault in one room")

    monkeypatch.setattr("mailhub.people.questions.work", fail)
    _looks(town.worker.chores)
    with town.hub.database.reading() as session:
        assert session.scalar(sa.select(Raw.codec)) != "plain", "nothing was packed"


def test_a_mail_that_met_a_full_disk_is_worked_on_once_there_is_room(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.opens_list("garden", members=[ANA, BO])
    mail = _keeps(town, 1)

    def full(*_args: object) -> dict[str, object]:
        raise sa.exc.OperationalError("INSERT", {}, OSError("database or disk is full"))

    with monkeypatch.context() as no_room:
        no_room.setattr(Inbound, "_dispose", full)
        _looks(town.worker.inbound)
    _looks(town.worker.inbound)
    assert _states(town) == {mail: InboundState.DONE}


@pytest.fixture
def reader(town: Town) -> Iterator[Cell]:
    """The process in which the running site reads what strangers sent."""
    cell = Cell(20.0)
    object.__setattr__(town.hub, "reader", cell)
    yield cell
    cell.close()


def test_a_reader_that_was_killed_between_two_mails_costs_no_mail(town: Town, reader: Cell) -> None:
    town.opens_list("garden", members=[ANA, BO])
    town.writes(ANA, "garden@lists.test", "one", "Hello")
    assert reader._child is not None
    process = reader._child._process.pid
    os.kill(process, signal.SIGKILL)  # as a kernel short of memory does
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    town.writes(ANA, "garden@lists.test", "two", "Hello")
    assert [mail["Subject"] for mail in town.inbox(BO)] == ["one", "two"]


def _keeps(town: Town, number: int) -> int:
    text = f"From: {ANA}\nTo: garden@lists.test\nSubject: {number}\nMessage-ID: <x{number}@example.org>\n\nHello\n"
    envelope = intake.Envelope(ANA, ("garden@lists.test",), "127.0.0.1", "smtp")
    with town.hub.database.transaction() as session:
        return intake.keep(session, town.hub.site, envelope, crlf(text.encode()), now=town.clock.now()).id


def _damages(town: Town, mail_id: int) -> None:
    """As a disk does, or a file that was lost."""
    with town.hub.database.transaction() as session:
        raw_id = session.get_one(InboundMail, mail_id).raw_id
        session.execute(sa.update(Raw).where(Raw.id == raw_id).values(body=b"not what was kept", codec="kept"))


def _looks(page: Callable[[], int]) -> None:
    """What a loop of the running site does: a fault is logged, and the next page follows."""
    for _ in range(LOOKS):
        with suppress(Exception):
            page()


def _states(town: Town) -> dict[int, InboundState]:
    with town.hub.database.reading() as session:
        return {mail.id: mail.state for mail in session.scalars(sa.select(InboundMail))}
