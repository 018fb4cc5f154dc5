"""The manners of the door, as dialogues over a Unix socket."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailhub.inbound.intake import Envelope
from mailhub.inbound.refusals import AtDoor, Refusal
from mailhub.inbound.server import DoorRules, Doors
from tests.dialogs.follow import Line, follow


@dataclass
class Porter:
    """A door with a memory instead of a database."""

    folder: Path
    kept: list[tuple[Envelope, bytes]] = field(default_factory=list)
    waiting: int = 0
    fails: bool = False

    def keep(self, envelope: Envelope, raw: bytes) -> Future[int]:
        done: Future[int] = Future()
        if self.fails:
            done.set_exception(OSError("disk"))
            return done
        self.kept.append((envelope, raw))
        done.set_result(len(self.kept))
        return done

    def refuse(self, address: str) -> Refusal | None:
        return None if address.startswith(("garden", "news")) else Refusal(AtDoor.UNKNOWN_NAME, "nobody of this name")

    def rules(self) -> DoorRules:
        return DoorRules(
            hostname="lists.test",
            max_bytes=100_000,
            data_dir=self.folder,
            most_in_work=10,
            refuse=self.refuse,
            in_work=lambda: self.waiting,
            keep=self.keep,
            after=lambda: None,
        )

    @property
    def smtp(self) -> Path:
        return self.folder / "s"

    @property
    def lmtp(self) -> Path:
        return self.folder / "l"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Porter]:
    porter = Porter(tmp_path)
    doors = Doors(porter.rules(), smtp=porter.smtp, lmtp=porter.lmtp)
    doors.open()
    yield porter
    doors.close()


def test_a_mail_for_a_known_address_is_kept_with_its_envelope(door: Porter) -> None:
    follow(
        door.smtp,
        """
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 250 2.1.0
        C: RCPT TO:<garden@lists.test>
        S: 250 2.1.5
        C: DATA
        S: 354
        C: Subject: hello
        C:
        C: ..dots
        C: .
        S: 250 2.0.0
        C: QUIT
        S: 221
        """,
    )
    [(envelope, raw)] = door.kept
    assert envelope == Envelope("zoe@example.net", ("garden@lists.test",), "local", "smtp")
    assert raw == b"Subject: hello\r\n\r\n.dots\r\n"


def test_an_unknown_recipient_is_refused_before_any_data(door: Porter) -> None:
    follow(
        door.smtp,
        """
        S: 220
        C: HELO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 250
        C: RCPT TO:<nobody@lists.test>
        S: 550 5.1.1
        C: DATA
        S: 503
        """,
    )
    assert door.kept == []


@pytest.mark.parametrize(
    "content",
    ["a\\nb", "a\\rb", "a\\0b", "a\\n.\\nMAIL FROM:<x@example.net>", "a\\n.", "\\r.\\rDATA", "a\\r\\r"],
)
def test_bare_bytes_are_refused_and_smuggle_nothing(door: Porter, content: str) -> None:
    follow(
        door.smtp,
        f"""
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 250
        C: RCPT TO:<garden@lists.test>
        S: 250
        C: DATA
        S: 354
        C: Subject: x
        C:
        C: {content}
        C: .
        S: 550 5.6.0
        C: NOOP
        S: 250
        """,
    )
    assert door.kept == []


def test_lmtp_answers_once_for_each_recipient(door: Porter) -> None:
    follow(
        door.lmtp,
        """
        S: 220
        C: LHLO postfix.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 250
        C: RCPT TO:<garden@lists.test>
        S: 250
        C: RCPT TO:<nobody@lists.test>
        S: 550
        C: RCPT TO:<news@lists.test>
        S: 250
        C: DATA
        S: 354
        C: Subject: two
        C:
        C: hello
        C: .
        S: 250 2.0.0
        S: 250 2.0.0
        C: QUIT
        S: 221
        """,
    )
    assert [envelope.recipients for envelope, _ in door.kept] == [("garden@lists.test", "news@lists.test")]


def test_a_size_announced_above_the_limit_is_refused_at_mail(door: Porter) -> None:
    follow(
        door.smtp,
        """
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net> SIZE=100001
        S: 552
        C: MAIL FROM:<zoe@example.net> SIZE=100000
        S: 250
        """,
    )


def test_a_mail_that_grows_over_the_limit_is_refused_with_its_code(door: Porter) -> None:
    line = Line(door.smtp)
    line.hear()
    for command in (b"EHLO x", b"MAIL FROM:<z@example.net>", b"RCPT TO:<garden@lists.test>", b"DATA"):
        line.say(command + b"\r\n")
        line.hear()
    line.say(b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n")
    line.say((b"y" * 70 + b"\r\n") * 1500 + b".\r\n")
    assert line.hear().startswith("552 5.3.4")
    line.close()
    assert door.kept == []


def test_what_cannot_be_stored_is_asked_for_again(door: Porter) -> None:
    door.fails = True
    follow(
        door.smtp,
        """
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 250
        C: RCPT TO:<garden@lists.test>
        S: 250
        C: DATA
        S: 354
        C: Subject: x
        C:
        C: hello
        C: .
        S: 451 4.3.0
        """,
    )


def test_too_much_mail_in_work_is_asked_for_later(door: Porter) -> None:
    door.waiting = 10
    follow(
        door.smtp,
        """
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 451 4.3.2
        """,
    )


def test_a_mail_with_fifty_hops_is_a_loop(door: Porter) -> None:
    hops = "\n".join(["        C: Received: from a by b; Mon, 9 Mar 2026 09:00:00 +0100"] * 50).lstrip()
    follow(
        door.smtp,
        f"""
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<zoe@example.net>
        S: 250
        C: RCPT TO:<garden@lists.test>
        S: 250
        C: DATA
        S: 354
        {hops}
        C:
        C: hello
        C: .
        S: 554 5.4.6
        """,
    )


def test_nobody_can_authenticate_here(door: Porter) -> None:
    line = Line(door.smtp)
    line.hear()
    line.say(b"EHLO friend.example\r\n")
    offered = line.hear()
    line.close()
    assert "AUTH" not in offered
    assert "SMTPUTF8" in offered
    assert "8BITMIME" in offered


def test_a_null_sender_is_kept_as_such(door: Porter) -> None:
    follow(
        door.smtp,
        """
        S: 220
        C: EHLO friend.example
        S: 250
        C: MAIL FROM:<>
        S: 250
        C: RCPT TO:<garden@lists.test>
        S: 250
        C: DATA
        S: 354
        C: Subject: bounce
        C:
        C: hello
        C: .
        S: 250
        """,
    )
    assert door.kept[0][0].sender == ""
