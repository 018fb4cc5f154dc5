"""The running site in one process: what it opens, what it takes over, how it goes on, how it ends."""

import os
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.config import load
from mailhub.db.session import Database
from mailhub.errors import BadInput
from mailhub.hub.build import Hub, build_hub
from mailhub.hub.chores import Chore
from mailhub.inbound import claims, intake
from mailhub.inbound.collecting import Collector
from mailhub.inbound.mailbox import Fetched
from mailhub.inbound.tables import InboundMail
from mailhub.jobs import service as services
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import Service, control_path
from mailhub.lists import enrolling, publishing
from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.sink import Sink
from tests.stories.mailboxes import Remembered

PATIENCE = 30.0
MAIL = (
    b"From: ana@example.org\r\nTo: garden@lists.test\r\nSubject: Seeds\r\nMessage-ID: <1@example.org>\r\n\r\nHello\r\n"
)

Open = Callable[..., Service]


class Mailbox:
    """What left the site, as the next hop took it."""

    def __init__(self) -> None:
        self._more = threading.Condition()
        self.received: list[Received] = []

    def take(self, received: Received) -> None:
        with self._more:
            self.received.append(received)
            self._more.notify_all()

    def wait_for(self, count: int) -> list[str]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.received) >= count, PATIENCE)
            return sorted(one for received in self.received for one in received.recipients)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def opens(tmp_path: Path, sqlite_template: Path, mailbox: Mailbox) -> Iterator[Open]:
    """Make the service of a site with one group, on ports that the system chooses; not started yet."""
    made: list[Service] = []
    (tmp_path / "secret").write_text("5e" * 32 + "\n")
    (tmp_path / "mailhub.db").write_bytes(sqlite_template.read_bytes())

    def make(*only: str, in_helpers: bool = False, chores: tuple[Chore, ...] | None = None, **settings: str) -> Service:
        bells = Doorbell()
        hub = a_hub(tmp_path, sink.port, bells, in_helpers, settings)
        if chores is not None:
            object.__setattr__(hub, "chores", chores)
        made.append(Service(hub, bells, {}, only=frozenset(only or services.ROLES)))
        return made[-1]

    with Sink(Manners(on_message=mailbox.take)) as sink:
        yield make
        for service in made:
            service.stop()


def a_hub(folder: Path, relay: int, bells: Doorbell, in_helpers: bool, settings: dict[str, str]) -> Hub:
    environ = {
        "MAILHUB_CONFIG": os.devnull,
        "MAILHUB_SITE__NAME": "Pietrafiore",
        "MAILHUB_SITE__DOMAIN": "lists.test",
        "MAILHUB_SITE__LANGUAGE": "en",
        "MAILHUB_SITE__DATA_DIR": str(folder),
        "MAILHUB_SITE__SECRET_FILE": str(folder / "secret"),
        "MAILHUB_DATABASE__URL": f"sqlite:///{folder}/mailhub.db",
        "MAILHUB_INBOUND__SMTP": "127.0.0.1:0",
        "MAILHUB_WEB__BIND": "127.0.0.1:0",
        "MAILHUB_OUTBOUND__PORT": str(relay),
        **settings,
    }
    hub = build_hub(load(None, environ), ring=bells.ring, in_helpers=in_helpers)
    with hub.database.transaction() as session:
        rules = {"title": "Garden", "grace": "0 min", "default_delivery": "each", "organisers": ["olga@example.org"]}
        now = hub.clock.now()
        list_id = publishing.publish_values(session, "garden", rules, verbs=hub.verbs, now=now)  # type: ignore[arg-type]
        for email in ("ana@example.org", "bea@example.org"):
            enrolling.add(session, list_id, email, basis="test", published=2, now=now)
    return hub


def hands_in(service: Service) -> None:
    assert service.doors is not None
    host, port = service.doors.bound["smtp"]
    with smtplib.SMTP(host, port, local_hostname="example.org", timeout=PATIENCE) as door:
        door.sendmail("ana@example.org", ["garden@lists.test"], MAIL)


def asks(service: Service, path: str) -> tuple[int, str]:
    assert service.web is not None
    connection = HTTPConnection("127.0.0.1", service.web.bound.port, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    words = answer.read().decode()
    connection.close()
    return answer.status, words


def hub_of(service: Service) -> Hub:
    return service._hub


@pytest.mark.parametrize("helpers", ["0", "1"])
def test_a_mail_comes_in_by_the_door_and_leaves_to_everybody(opens: Open, mailbox: Mailbox, helpers: str) -> None:
    service = opens(in_helpers=True, MAILHUB_ENGINE__HELPERS=helpers)
    service.start()
    hands_in(service)
    assert mailbox.wait_for(2) == ["ana@example.org", "bea@example.org"]
    assert service.settle() is True
    status, reasons = asks(service, "/readyz")
    assert (status, '"work":true' in reasons.replace(" ", "")) == (200, True)
    assert control_path(hub_of(service)).is_socket()


def test_after_the_end_nothing_listens_and_nothing_works(opens: Open) -> None:
    before = set(threading.enumerate())
    service = opens()
    service.start()
    assert service.doors is not None
    assert service.web is not None
    ports = [service.doors.bound["smtp"][1], service.web.bound.port]
    ending = threading.Thread(target=service.stop)
    ending.start()
    ending.join(services.LOOK_EVERY - 1)  # no loop sleeps through it
    assert not ending.is_alive()
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    assert not control_path(hub_of(service)).exists()
    assert set(threading.enumerate()) <= before | {ending}


@pytest.mark.parametrize("section", ["INBOUND__SMTP", "WEB__BIND"])
def test_a_taken_port_is_one_clear_line_and_leaves_nothing_open(opens: Open, section: str) -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        service = opens(**{f"MAILHUB_{section}": place})
        with pytest.raises(BadInput) as refused:
            service.start()
        service.stop()
    said = str(refused.value)
    assert "\n" not in said
    assert said.startswith(f"{place} cannot be used")
    assert "choose another port" in said
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize(
    ("only", "doors", "web"),
    [(("inbound",), True, False), (("web",), False, True), (("work", "clock"), False, False)],
)
def test_only_what_was_asked_for_is_opened(opens: Open, only: tuple[str, ...], doors: bool, web: bool) -> None:
    service = opens(*only)
    service.start()
    assert (service.doors is not None, service.web is not None) == (doors, web)
    if doors:
        hands_in(service)
        with hub_of(service).database.reading() as session:
            assert intake.in_work(session) == 1, "kept, and for another part to work on"


def test_what_the_last_process_had_claimed_is_taken_over_at_once(opens: Open, mailbox: Mailbox) -> None:
    service = opens()
    hub = hub_of(service)
    with hub.database.transaction() as session:
        envelope = intake.Envelope("ana@example.org", ("garden@lists.test",), "127.0.0.1", "smtp")
        intake.keep(session, hub.site, envelope, MAIL, now=hub.clock.now())
        assert len(claims.claim(session, hub.clock.real() + timedelta(hours=10))) == 1  # a lease of ten hours
    service.start()
    assert mailbox.wait_for(2) == ["ana@example.org", "bea@example.org"]


class Faulty:
    """A chore that fails as often as it is told, and says when it has gone well."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.failed, self.went_well = threading.Event(), threading.Event()

    def page(self, session: Session, _now: object) -> int:
        session.execute(sa.select(1))
        if self.times:
            self.times -= 1
            self.failed.set()
            raise RuntimeError("this page fails")
        self.went_well.set()
        return 0


def test_a_page_that_fails_ends_nothing(opens: Open, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AFTER_FAULT", 0.01)
    chore = Faulty(3)
    service = opens(chores=(Chore("faulty", chore.page, lambda _, _now: None),))
    service.start()
    assert chore.failed.wait(PATIENCE)
    hands_in(service)
    assert len(mailbox.wait_for(2)) == 2
    assert chore.went_well.wait(PATIENCE)
    assert service.settle()
    assert service.is_working()


def test_work_that_keeps_failing_is_not_ready(opens: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AFTER_FAULT", 0.01)
    chore = Faulty(10**9)
    service = opens(chores=(Chore("faulty", chore.page, lambda _, _now: None),))
    service.start()
    assert chore.failed.wait(PATIENCE)
    while service.is_working():  # the loop notes it a moment after the chore has failed
        threading.Event().wait(0.001)
    assert asks(service, "/readyz")[0] == 503


def test_a_settle_that_takes_too_long_says_so_and_the_clock_stays(opens: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SETTLE_WITHIN", 0.05)
    service = opens("work")
    now = hub_of(service).clock.now()
    object.__setattr__(hub_of(service), "chores", (Chore("stuck", lambda _s, _n: 0, lambda _s, _now: now),))
    service.start()
    assert service.settle() is False
    assert service.turn(timedelta(days=1)) is False
    assert hub_of(service).clock.offset == timedelta()


def test_a_turned_clock_passes_every_instant_while_the_loops_work(opens: Open) -> None:
    service = opens("work", "clock")
    hub = hub_of(service)
    begin = hub.clock.now()
    waiting = [begin + timedelta(days=day) for day in range(1, 8)]
    done = []

    def page(_session: Session, now: object) -> int:
        due = [instant for instant in waiting if instant <= hub.clock.now()]
        for instant in due:
            waiting.remove(instant)
            done.append((instant, now))
        return len(due)

    object.__setattr__(hub, "chores", (Chore("days", page, lambda _, _now: min(waiting, default=None)),))
    service.start()
    assert service.turn(timedelta(weeks=1)) is True
    assert len(done) == 7
    assert all(timedelta() <= at - instant < timedelta(hours=1) for instant, at in done)  # type: ignore[operator]


def test_the_write_ahead_log_is_folded_back_now_and_then(opens: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "CHECKPOINT_EVERY", 0.01)
    folded = threading.Event()
    checkpoint = Database.checkpoint

    def fold(database: Database) -> None:
        checkpoint(database)
        folded.set()

    monkeypatch.setattr(Database, "checkpoint", fold)
    service = opens("clock")
    service.start()
    assert folded.wait(PATIENCE)


class OneLetter(Remembered):
    """A mailbox that tells when the letter in it has been fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched = threading.Event()
        self.puts(MAIL)

    def fetch(self, uid: int) -> Fetched | None:
        self.fetched.set()
        return super().fetch(uid)


def test_a_mailbox_is_read_while_the_service_runs(opens: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = OneLetter()
    monkeypatch.setattr(services, "Collector", lambda hub, account: Collector(hub, account, provider.connect))
    service = opens(
        MAILHUB_INBOUND__IMAP="127.0.0.1:1143",
        MAILHUB_INBOUND__IMAP_USER="all@lists.test",
        MAILHUB_INBOUND__IMAP_PASSWORD="x",
        MAILHUB_INBOUND__TRUST="own",
    )
    service.start()
    assert service.mailbox is not None
    assert service.mailbox.where == "all@lists.test at 127.0.0.1:1143"
    assert provider.fetched.wait(PATIENCE)
    service.stop()  # ends soon, and what was fetched is kept
    with Database(str(hub_of(service).database.url)).reading() as session:
        assert session.scalars(sa.select(InboundMail.protocol)).all() == ["imap"]
