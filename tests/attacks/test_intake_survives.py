"""A sender who hangs up harms nobody but themselves."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from mailhub.db.session import Database
from mailhub.inbound.intake import Envelope, Keeper
from mailhub.inbound.server import DoorRules, Doors
from mailhub.site import Site
from mailhub.tokens import Keys
from tests.dialogs.follow import Line
from tests.stories.town import START

PATIENCE = 10.0  # seconds; never slept through where all is well
ENVELOPE = Envelope("zoe@example.net", ("garden@lists.test",), "127.0.0.1", "smtp")


class SlowKeeper(Keeper):
    """A keeper whose commits last until they may end."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.given_up = threading.Event()
        site = Site(name="Pietrafiore", domain="lists.test", keys=Keys(b"k" * 32), data_dir=folder)
        super().__init__(database, site, self._slow)

    def offer(self, envelope: Envelope, raw: bytes) -> Future[int]:
        future = super().offer(envelope, raw)
        future.add_done_callback(lambda done: self.given_up.set() if done.cancelled() else None)
        return future

    def _slow(self) -> datetime:
        self.begun.set()
        self.may_end.wait(PATIENCE)
        return START


@pytest.fixture
def keeper(database: Database, tmp_path: Path) -> Iterator[SlowKeeper]:
    slow = SlowKeeper(database, tmp_path)
    yield slow
    slow.may_end.set()
    slow.close()


def test_a_sender_who_gives_up_while_a_mail_is_kept_does_not_end_the_keeping(keeper: SlowKeeper) -> None:
    first = keeper.offer(ENVELOPE, b"Subject: one\r\n\r\n")
    assert keeper.begun.wait(PATIENCE)
    first.cancel()  # as asyncio does when the handler that waits for it is cancelled
    keeper.may_end.set()
    assert keeper.offer(ENVELOPE, b"Subject: two\r\n\r\n").result(PATIENCE) == 2


def test_who_hangs_up_after_the_dot_does_not_close_the_door_to_others(keeper: SlowKeeper, tmp_path: Path) -> None:
    rules = DoorRules("lists.test", 100_000, tmp_path, 10, lambda _: None, lambda: 0, keeper.offer, lambda: None)
    doors = Doors(rules, smtp=tmp_path / "s", lmtp=None)
    doors.open()
    try:
        impatient = _with_a_mail(tmp_path / "s")
        assert keeper.begun.wait(PATIENCE)
        impatient.close()
        keeper.given_up.wait(0.5)  # until the door has noticed; where a mail cannot be given up it never says so
        keeper.may_end.set()
        patient = _with_a_mail(tmp_path / "s")
        assert patient.hear().startswith("250 2.0.0 Kept")
        patient.close()
    finally:
        doors.close()


def _with_a_mail(path: Path) -> Line:
    """A connection that has just sent the final dot."""
    line = Line(path)
    line.hear()
    for said in (b"HELO a.example", b"MAIL FROM:<zoe@example.net>", b"RCPT TO:<garden@lists.test>", b"DATA"):
        line.say(said + b"\r\n")
        assert line.hear()[0] in "23"
    line.say(b"Subject: hello\r\n\r\nhello\r\n.\r\n")
    return line


def test_a_mail_that_cannot_be_kept_does_not_cost_the_others_of_its_commit_their_250(keeper: SlowKeeper) -> None:
    first = keeper.offer(ENVELOPE, b"Subject: one\r\n\r\n")
    assert keeper.begun.wait(PATIENCE)
    no_utf8 = replace(ENVELOPE, sender=b"zo\xffe@example.net".decode("utf-8", "surrogateescape"))  # as the door has it
    bad = keeper.offer(no_utf8, b"Subject: two\r\n\r\n")
    good = keeper.offer(ENVELOPE, b"Subject: three\r\n\r\n")
    keeper.may_end.set()
    assert first.exception(PATIENCE) is None
    assert bad.exception(PATIENCE) is not None
    assert good.exception(PATIENCE) is None
