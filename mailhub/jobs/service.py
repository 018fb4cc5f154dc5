"""The running site: doors, pages and workers in one process, until it is told to stop."""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mailhub.archive import packing
from mailhub.db.presence import Presence
from mailhub.delivery import recovery
from mailhub.delivery.rows import BELL as OUTBOX
from mailhub.hub.build import Hub
from mailhub.hub.erasing import journal
from mailhub.inbound import claims
from mailhub.inbound import mailbox as mailboxes
from mailhub.inbound.collecting import Collector
from mailhub.inbound.door import open_doors
from mailhub.inbound.intake import BELL as INBOUND
from mailhub.inbound.server import Doors
from mailhub.jobs.assembly import worker_for
from mailhub.jobs.control import Action, ControlServer
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.timetable import Timetable
from mailhub.journeys import calling
from mailhub.journeys.calls import BELL as CALLS
from mailhub.web.app import make_app
from mailhub.web.server import WebServer

log = logging.getLogger("mailhub.jobs")

CHORES = "chores"
ROLES = ("inbound", "web", "work", "clock")
LOOK_EVERY = 5.0  # seconds; bells make it sooner
CHECKPOINT_EVERY = 60.0
SETTLE_LOOK = 0.02
SETTLE_ROUND = 0.5  # for every loop to find nothing more to do; a copy may be on its way for longer
SETTLE_WITHIN = 30.0  # a sandbox that is not done by then says so
AFTER_FAULT = 5.0  # a loop that failed waits before it tries again
LAST_PAGE = 30.0  # how long a loop may take for its last page


class Service:
    """Everything `mailhub run` starts. `stop` ends it; work that was under way is found again in its rows."""

    def __init__(
        self, hub: Hub, bells: Doorbell, actions: Mapping[str, Action], *, only: frozenset[str] = frozenset(ROLES)
    ) -> None:
        self._hub = hub
        self._bells = bells
        self._only = only
        self._stopping = threading.Event()
        self._turning = threading.Lock()
        self._failing: set[str] = set()  # kinds of work whose last page failed
        self._worker = worker_for(hub)
        self._rests = Rests()
        self._threads: list[threading.Thread] = []
        self._timetable = Timetable()
        self._presence = Presence(hub.database)
        self._control = ControlServer(control_path(hub), actions)
        self.doors: Doors | None = None
        self.mailbox: Collector | None = None
        self.web: WebServer | None = None

    def start(self) -> None:
        """Bind what can fail first, then take over what the last process left, then work."""
        if "inbound" in self._only:
            self.doors = open_doors(self._hub)
        if "web" in self._only and self._hub.settings.web.bind is not None:
            app = make_app(self._hub, {"work": self.is_working})
            self.web = WebServer(app, self._hub.settings.web.bind)
            self.web.start()
        if self._presence.enter():
            self._take_over()
        if "work" in self._only:
            self._work()
        if "clock" in self._only:
            self._tick()
        account = mailboxes.account(self._hub.settings.inbound)
        if "inbound" in self._only and account is not None:
            self.mailbox = Collector(self._hub, account)
            self.mailbox.start()
        self._control.start()

    def stop(self) -> None:
        """Refuse new mail, let each loop finish its page, close; also after a start that failed. Twice is harmless."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._worker.stop()
        if self.doors:
            self.doors.close()
        if self.mailbox:
            self.mailbox.stop()
        if self.web:
            self.web.stop()
        self._control.stop()
        self._timetable.stop()
        self._bells.close()
        for thread in self._threads:
            thread.join(LAST_PAGE)
        self._presence.leave()
        self._hub.close()

    def is_working(self) -> bool:
        """Whether every kind of work that runs here does its pages."""
        return not self._failing and all(thread.is_alive() for thread in self._threads)

    def next_due(self) -> datetime | None:
        """The next instant, by the site's clock, at which something is due."""
        return self._worker.next_due()

    def turn(self, by: timedelta) -> bool:
        """Turn the site's clock, as the sandbox does, while the loops work; False when they did not keep up."""
        with self._turning:
            return self._worker.turn(by, self.settle)

    def settle(self) -> bool:
        """Wait until the loops have worked off everything that is due; False when that takes too long."""
        until = self._hub.clock.monotonic() + SETTLE_WITHIN
        while not self._worker.is_idle():
            if self._hub.clock.monotonic() > until:
                return False
            number = self._rests.ask()
            self._bells.ring_all()
            if not self._rests.wait(number, SETTLE_ROUND) and self._stopping.wait(SETTLE_LOOK):
                return False
        return True

    def _take_over(self) -> None:
        with self._hub.database.transaction() as session:
            mails = claims.take_over(session)
            copies = recovery.take_over(session)
            calling.take_over(session)
            packing.reap(session, self._hub.site, real_now=self._hub.clock.real())
            again = journal.apply(session, self._hub.site, now=self._hub.clock.now())
        if mails or copies.ready or copies.resent or copies.held:
            log.info("taken over mails=%d copies=%s", mails, copies)
        if again:
            log.info("erased anew, since a backup had brought them back people=%d", again)

    def _work(self) -> None:
        for kind, page in (
            (INBOUND, self._worker.inbound),
            (OUTBOX, self._worker.outbox),
            (CHORES, self._worker.chores),
            (CALLS, self._worker.calls),
        ):
            self._rests.expect(kind)
            thread = threading.Thread(target=self._loop, args=(kind, page), name=kind, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _loop(self, kind: str, page: Callable[[], int]) -> None:
        while not self._stopping.is_set():
            asked = self._rests.asked
            try:
                busy = page()
                self._failing.discard(kind)
            except Exception:  # a fault in one page must not stop mail; the row is parked or tried again
                log.exception("work failed kind=%s", kind)
                self._failing.add(kind)
                self._stopping.wait(AFTER_FAULT)
                continue
            if not busy:
                self._rests.note(kind, asked)
                self._bells.wait(kind, LOOK_EVERY)

    def _tick(self) -> None:
        self._timetable.every(LOOK_EVERY, "look", self._bells.ring_all)
        self._timetable.every(CHECKPOINT_EVERY, "checkpoint", self._hub.database.checkpoint)
        self._timetable.start()


class Rests:
    """Which loops have looked since they were asked, and found nothing to do."""

    def __init__(self) -> None:
        self.asked = 0
        self._found: dict[str, int] = {}  # a kind of work, and the last asking after which there was none
        self._changed = threading.Condition()

    def expect(self, kind: str) -> None:
        """One more loop that answers."""
        self._found[kind] = -1

    def ask(self) -> int:
        self.asked += 1
        return self.asked

    def note(self, kind: str, asked: int) -> None:
        """This loop found nothing in a look that began after that asking."""
        with self._changed:
            self._found[kind] = asked
            self._changed.notify_all()

    def wait(self, number: int, seconds: float) -> bool:
        """Until all have found nothing since this asking; False when that takes longer, or there are no loops."""
        with self._changed:
            rest = self._changed.wait_for(lambda: min(self._found.values(), default=number) >= number, seconds)
        return rest and bool(self._found)


def control_path(hub: Hub) -> Path:
    """Where commands reach the running site."""
    return Path(hub.settings.site.data_dir) / "control.sock"


def actions_for(hub: Hub, actions: Mapping[str, Callable[[Hub, Mapping[str, Any], Any], int]]) -> dict[str, Action]:
    """The command line's actions, bound to this hub."""

    def bound(action: Callable[[Hub, Mapping[str, Any], Any], int]) -> Action:
        return lambda args, terminal: action(hub, args, terminal)

    return {name: bound(action) for name, action in actions.items()}
