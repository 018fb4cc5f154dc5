"""Does the work that rows say is due: mail that came in, copies to owe and send, chores.

A running site gives each kind a thread; tests and the sandbox call `settle`, which works until nothing is left.
Handlers survive running twice, so it does not matter who looks first.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from mailhub.db import state
from mailhub.delivery import due
from mailhub.delivery.sender import Sender
from mailhub.hub.build import CLOCK, Hub
from mailhub.hub.chores import Due
from mailhub.inbound import claims
from mailhub.inbound.working import Inbound
from mailhub.journeys import calling
from mailhub.journeys.calling import Caller

log = logging.getLogger("mailhub.jobs")

ROUNDS = 10_000  # a settle that is not done by then runs in circles


class Worker:
    """All work of one process, a page at a time."""

    def __init__(self, hub: Hub, sender: Sender, caller: Caller) -> None:
        self._hub = hub
        self._caller = caller
        self._due = Due(())
        self._inbound = Inbound(hub)
        self._sender = sender

    def inbound(self) -> int:
        """Work on received mail; how many mails got a disposition."""
        return self._inbound.work()

    def outbox(self) -> int:
        """Owe copies and send what is due; how many were tried."""
        return self._sender.work(self._hub.clock.now()) if self._has_mail() else 0

    def calls(self) -> int:
        """Call the systems that journeys tell something; how many calls were tried."""
        return self._caller.work()

    def _has_mail(self) -> bool:
        """Whether there is anything to send: a look that takes no writer away from incoming mail."""
        clock = self._hub.clock
        with self._hub.database.reading() as session:
            seen = due.look(session)
        is_due = seen.soonest is not None and seen.soonest <= clock.now()
        return is_due or seen.in_work or (seen.next_lease is not None and seen.next_lease <= clock.real())

    def stop(self) -> None:
        """Let the sender end soon; from any thread."""
        self._sender.stop()

    def chores(self) -> int:
        """One page of every chore that is due; one that fails is raised after the others have had their turn."""
        done = 0
        faults: list[Exception] = []
        with self._hub.database.reading() as session:
            ready = self._chores_due().pages(session, self._hub.clock.now())
        for chore in ready:
            try:
                with self._hub.database.transaction() as session:
                    done += chore.page(session, self._hub.clock.now())
            except Exception as fault:
                fault.add_note(f"in the chore {chore.name}")
                faults.append(fault)
        if faults:
            raise ExceptionGroup("chores failed", faults)
        return done

    def settle(self) -> bool:
        """Work until nothing is due; always True. Chores wait for mail: looking whether they are due costs more."""
        for _ in range(ROUNDS):
            if not (self.inbound() + self.outbox() + self.calls() or self.chores()):
                return True
        raise RuntimeError("the work never ends: some row is due again as soon as it is done")

    def is_idle(self) -> bool:
        """Whether nothing is due, claimed, undisposed or on a connection."""
        now = self._hub.clock.now()
        with self._hub.database.reading() as session:
            if claims.waits(session) or due.in_work(session) or calling.in_work(session):
                return False
        soonest = self.next_due()
        return soonest is None or soonest > now

    def next_due(self) -> datetime | None:
        """The earliest instant at which any room has something to do; what is held back has none."""
        with self._hub.database.reading() as session:
            named = [due.next_due(session), calling.next_due(session)]
            named += [source.next_due(session) for source in self._hub.sources]
            named.append(self._chores_due().next_due(session, self._hub.clock.now()))
        return min((instant for instant in named if instant is not None), default=None)

    def _chores_due(self) -> Due:
        if self._due.chores is not self._hub.chores:
            self._due = Due(self._hub.chores)
        return self._due

    def turn(self, by: timedelta, settle: Callable[[], bool] | None = None) -> bool:
        """Let site time pass as it would: stop at every instant something is due, and work it off there.

        `settle` works everything off, or gives up and says False; then the clock stays where it is.
        """
        settle = settle or self.settle
        until = self._hub.clock.now() + by
        last: datetime | None = None
        while settle():
            soonest = self.next_due()
            if soonest is None or soonest > until:
                self._go_to(until)
                return settle()
            if soonest == last:
                raise RuntimeError(f"what is due at {soonest} stays due when it is done")
            last = soonest
            self._go_to(max(soonest, self._hub.clock.now()))
        return False

    def _go_to(self, instant: datetime) -> None:
        """The clock never goes back: while we worked, time went on by itself."""
        self._hub.clock.turn(max(instant - self._hub.clock.now(), timedelta()))
        with self._hub.database.transaction() as session:
            microseconds = self._hub.clock.offset // timedelta(microseconds=1)
            state.put(session, CLOCK, {"offset_microseconds": microseconds})
