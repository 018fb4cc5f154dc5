"""A community with one mailbox: everything works by `hub+…`, over IMAP, and each mail is taken in once."""

from collections.abc import Iterator
from datetime import date, timedelta
from email.policy import SMTP
from pathlib import Path
from uuid import uuid4

import pytest

from mailhub.db.session import Database
from mailhub.faults import Injected, arm
from mailhub.inbound.mailbox import Account, Unreachable, connect
from tests.inbound.dovecot import PASSWORD, SPAM, dovecot, needed
from tests.stories.conftest import _town
from tests.stories.mailboxes import USER, ByMailbox, Provider, Remembered, Served, delivered, where
from tests.stories.town import body

ANA, BEA, ZOE, GROUP = "ana@example.org", "bea@example.org", "zoe@example.net", "hub+garden@lists.test"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of a real Dovecot."""
    with dovecot(needed()) as port:
        yield port


@pytest.fixture(params=["in memory", "dovecot"])
def provider(request: pytest.FixtureRequest) -> Provider:
    return Remembered() if request.param == "in memory" else Served(request.getfixturevalue("server"), uuid4().hex)


@pytest.fixture
def site(tmp_path: Path, database: Database, provider: Provider) -> Iterator[ByMailbox]:
    for town in _town(ByMailbox(tmp_path, database, provider)):
        assert isinstance(town, ByMailbox)
        yield town


@pytest.fixture
def quick(tmp_path: Path, database: Database) -> Iterator[ByMailbox]:
    """With a mailbox in memory only."""
    for town in _town(ByMailbox(tmp_path, database, Remembered())):
        assert isinstance(town, ByMailbox)
        yield town


def test_people_join_and_write_through_one_mailbox(site: ByMailbox) -> None:
    site.opens_list("garden", members=[ANA, BEA])
    site.writes(ZOE, to="hub+garden-join@lists.test")
    [confirmation] = site.inbox(ZOE)
    site.replies(ZOE, confirmation, "yes")
    assert site.place("garden", ZOE) is not None
    site.writes(ANA, to=GROUP, subject="Seeds", text="Who has some?")
    [post] = site.inbox(BEA)
    assert body(post).startswith("Who has some?")
    assert post["List-Post"] == f"<mailto:{GROUP}>"
    site.replies(BEA, post, "I have.", to=GROUP)
    assert site.subjects(ANA)[-1] == "Re: Seeds"
    assert site.collector.look() == 0  # nothing is new, and nothing was taken away
    if isinstance(site.provider, Served):
        seen = site.provider.flags()
        assert len(seen) >= 4
        assert not any(b"\\Seen" in flags or b"\\Deleted" in flags for flags in seen)


def test_mail_that_was_taken_for_spam_is_read_too(site: ByMailbox) -> None:
    site.opens_list("garden", members=[ANA, BEA])
    raw = site.letter(ANA, GROUP, "Seeds", "Who has some?").as_bytes()
    site.receives(raw, ANA, [GROUP], SPAM)
    assert site.subjects(BEA) == ["Seeds"]


def test_the_address_a_provider_notes_when_it_delivers_is_no_loop(quick: ByMailbox) -> None:
    quick.opens_list("garden", members=[ANA, BEA])
    raw = delivered(quick.letter(ANA, GROUP, "Seeds", "Who has some?").as_bytes(), ANA, GROUP)
    quick.provider.puts(raw.replace(f"Delivered-To: {USER}".encode(), f"Delivered-To: {GROUP}".encode()))
    quick.collector.look()
    quick.settles()
    [copy] = quick.inbox(BEA)
    quick.provider.puts(delivered(copy.as_bytes(policy=SMTP), BEA, GROUP))  # but a copy of ours that comes back is
    quick.collector.look()
    quick.settles()
    assert quick.last() == ("dropped", "loop")


def test_a_mail_without_the_providers_word_waits_for_its_author(quick: ByMailbox) -> None:
    quick.opens_list("garden", members=[ANA, BEA])
    first, second = (quick.letter(ANA, GROUP, "Seeds", text).as_bytes() for text in ("Who has some?", "Anybody?"))
    hop = b"Received: from x by y; Mon, 9 Mar 2026 09:00:00 +0100\r\n"  # what stands below it anybody may have written
    quick.provider.puts(first)
    quick.provider.puts(hop + delivered(second, ANA, GROUP))
    quick.collector.look()
    quick.settles()
    assert [one.outcome for one in quick.dispositions()] == ["held", "held"]
    assert quick.inbox(BEA) == []


def test_each_mail_is_taken_in_once_whatever_the_server_does(quick: ByMailbox) -> None:
    assert isinstance(quick.provider, Remembered)
    quick.opens_list("garden", members=[ANA, BEA])
    quick.writes(ANA, to=GROUP, subject="Seeds", text="Who has some?")
    moved = next(iter(quick.provider.mails["INBOX"].values()))
    quick.provider.puts(moved, SPAM)
    quick.provider.numbers_anew()
    assert quick.collector.look() == 0
    quick.restarts()
    assert quick.collector.look() == 0
    assert quick.subjects(BEA) == ["Seeds"]


def test_old_mail_is_left_alone_at_first_and_when_it_gets_new_numbers(quick: ByMailbox) -> None:
    assert isinstance(quick.provider, Remembered)
    quick.collector.look()
    assert quick.provider.since == date(2026, 3, 8)  # the day before
    quick.clock.pass_by(timedelta(days=10))
    quick.collector.look()
    assert quick.provider.since == date(2026, 3, 8)
    quick.clock.pass_by(timedelta(days=3))  # the service was stopped
    quick.provider.numbers_anew()
    quick.collector.look()
    assert quick.provider.since == date(2026, 3, 18)  # the day before it was last read


def test_a_power_cut_between_reading_and_keeping_loses_nothing(quick: ByMailbox) -> None:
    quick.opens_list("garden", members=[ANA, BEA])
    raw = quick.letter(ANA, GROUP, "Seeds", "Who has some?").as_bytes()
    quick.provider.puts(delivered(raw, ANA, GROUP))
    arm("intake.before-commit=raise")
    with pytest.raises(Injected):
        quick.collector.look()
    arm("")
    quick.restarts()
    assert [quick.collector.look(), quick.collector.look()] == [1, 0]
    quick.settles()
    assert quick.subjects(BEA) == ["Seeds"]


def test_a_provider_that_is_down_is_called_again(quick: ByMailbox) -> None:
    assert isinstance(quick.provider, Remembered)
    quick.opens_list("garden", members=[ANA, BEA])
    raw = quick.letter(ANA, GROUP, "Seeds", "Who has some?").as_bytes()
    quick.provider.puts(delivered(raw, ANA, GROUP))
    quick.provider.is_down = True
    with pytest.raises(Unreachable):
        quick.collector.look()
    quick.provider.is_down = False
    assert quick.collector.look() == 1
    quick.settles()
    assert quick.subjects(BEA) == ["Seeds"]


def test_a_wrong_password_and_a_closed_port_are_told_without_the_password(server: int) -> None:
    for port, password in ((server, "wrong-canary"), (1, PASSWORD)):
        with pytest.raises(Unreachable) as told:
            connect(Account(where(port), USER, password, "none"))
        assert str(told.value).startswith(f"127.0.0.1:{port}: ")
        assert password not in str(told.value)
