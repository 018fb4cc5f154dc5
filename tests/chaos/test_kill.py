"""kill -9 of the real process at each durable step, from the door to the next hop (promises 1 and 2)."""

import shutil
import smtplib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.sink import Sink
from tests.live.site import Collector, LiveSite

MEMBERS = [f"member{n}@example.org" for n in range(12)]
LANES = 4  # connections of the default configuration
STEPS = (
    "intake.before-commit",
    "intake.kept",
    "inbound.claimed",
    "inbound.parsed",
    "inbound.weighed",
    "post.stored",
    "inbound.before-commit",
    "inbound.disposed",
    "mailing.owed",
    "mailing.expanded",
    "sender.claimed",
    "sender.connected",
    "sender.copies-made",
    "sender.before-commit",
    "sender.intent",
    "sender.offered",
    "sender.after-dot",
    "sender.answered",
    "sender.recorded",
)
WITH_ALL = "sender.copies-made"  # killed with pages and helpers, as a site has them; the others start quicker
ALONE = {"MAILHUB_ENGINE__HELPERS": "0", "MAILHUB_WEB__BIND": ""}
IN_DOUBT = {"sender.intent", "sender.offered", "sender.after-dot", "sender.answered", "sender.before-commit"}

LIST = """title: Garden
default_delivery: each
moderate: nobody
grace: 0 min
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one list and its members, made once; each test kills a copy."""
    folder = tmp_path_factory.mktemp("template")
    site = LiveSite(folder / "site", relay_port=9)
    site.init()
    for starter in (site.folder / "lists").glob("*.yaml"):
        starter.unlink()
    (site.folder / "lists" / "garden.yaml").write_text(LIST)
    members = folder / "members.csv"
    members.write_text("email\n" + "\n".join(MEMBERS) + "\n")
    site.command("apply")
    site.command("import", "members", str(members), "--list", "garden", "--basis", "the register of 12 May")
    return site.folder


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Iterator[tuple[LiveSite, Collector]]:
    collector = Collector()
    with Sink(Manners(on_message=collector.take)) as sink:
        shutil.copytree(template, tmp_path / "site")
        site = LiveSite(tmp_path / "site", sink.port)
        text = site.config.read_text().replace("port = 9\n", f"port = {sink.port}\n")
        site.config.write_text(text)
        yield site, collector
        if site.is_running():
            site.kill()


def write(site: LiveSite, number: int) -> bool:
    """Hand a post in; False when nobody said 250, so that its sender will try again."""
    raw = (
        f"From: {MEMBERS[0]}\r\nTo: garden@lists.test\r\nSubject: post {number}\r\n"
        f"Message-ID: <p{number}@example.org>\r\nDate: Mon, 9 Mar 2026 09:00:00 +0100\r\n\r\nHello {number}\r\n"
    )
    try:
        site.send(MEMBERS[0], "garden@lists.test", raw.encode())
    except (smtplib.SMTPException, OSError):
        return False
    return True


def told(copies: list[Received]) -> Counter[tuple[str, bool]]:
    """How often each member got each of the two posts."""
    return Counter((copy.recipients[0], b"post 1" in copy.data) for copy in copies)


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_loses_nothing_and_doubles_at_most_what_was_on_a_connection(
    town: tuple[LiveSite, Collector], step: str
) -> None:
    site, collector = town
    site.environ = {} if step == WITH_ALL else ALONE
    site.start(MAILHUB_FAULTS=f"{step}=kill")
    accepted = write(site, 1)
    assert site.wait() == -9, f"{step} was never reached"
    site.start()
    if not accepted:
        assert write(site, 1), "the sender's second try is taken"
    collector.wait_until(lambda copies: len({copy.recipients for copy in copies}) == len(MEMBERS))
    write(site, 2)
    collector.wait_until(lambda copies: len(told(copies)) == 2 * len(MEMBERS))
    assert site.stop() == 0
    received = collector.received
    copies = told(received)
    assert set(copies) == {(member, is_first) for member in MEMBERS for is_first in (True, False)}
    doubled = sum(count - 1 for count in copies.values())
    assert doubled <= (LANES if step in IN_DOUBT else 0)
    assert {line for copy in received for line in copy.data.split(b"\r\n") if line.startswith(b"Message-ID:")} == {
        b"Message-ID: <p1@example.org>",
        b"Message-ID: <p2@example.org>",
    }
