"""The way out: what the sender asks of a transport, and the one that hands copies to the next hop by SMTP."""

import selectors
from typing import Protocol

from mailhub.clock import Clock
from mailhub.delivery.copies import Copy
from mailhub.delivery.lane import Lane
from mailhub.delivery.opening import NextHop, Opener, Timeouts, Trouble
from mailhub.delivery.outcomes import Outcome, Stage, lost
from mailhub.faults import Point, point

_IDLE_LIMIT = 60.0  # a connection unused for longer may be dead without our knowing


class Transport(Protocol):
    """Some lanes, each carrying one copy at a time. For one thread.

    The sender commits the outcome of a lane's copy and the intent of its next one before offering that, so that a
    crash leaves at most one copy a lane in doubt.
    """

    lanes: int

    @property
    def trouble(self) -> Trouble | None:
        """Why there is no connection, when the last try to open one failed and none is open or being opened."""
        ...

    def free(self, want: int | None = None) -> list[int]:
        """Lanes that can take a copy now; more are opened in the background until `want` (default: all) are open."""
        ...

    def offer(self, lane: int, copy: Copy) -> None:
        """Send this copy on a free lane; `wait` brings its outcome."""
        ...

    def wait(self, timeout: float) -> list[tuple[int, Outcome]]:
        """Outcomes as they come; empty when the time is over, or a lane opened or could not be opened."""
        ...

    def close(self) -> list[tuple[int, Outcome]]:
        """Let go of all lanes; the outcomes of the copies that were on their way."""
        ...


class SmtpRelay:
    """A `Transport` over SMTP connections to one next hop."""

    def __init__(
        self,
        hop: NextHop,
        connections: int,
        clock: Clock,
        timeouts: Timeouts | None = None,
        reopen_after: float = 30.0,  # seconds after a useless connection in which none is opened, whoever asks
    ) -> None:
        self.lanes = connections
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._reopen_after = reopen_after
        self._open: dict[int, Lane] = {}
        self._writing: set[int] = set()
        self._settled: list[tuple[int, Outcome]] = []
        self._last_trouble: Trouble | None = None
        self._not_before = float("-inf")
        self._has_news = False
        self._opener = Opener(hop, self._timeouts.open)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._opener, selectors.EVENT_READ)

    @property
    def trouble(self) -> Trouble | None:
        return None if self._open or self._opener.pending else self._last_trouble

    def free(self, want: int | None = None) -> list[int]:
        self._turn(0)  # notices what closed while nobody waited
        now = self._clock.monotonic()
        self._retire_idle(now)
        wanted = self.lanes if want is None else min(want, self.lanes)
        taken = self._open.keys() | self._opener.pending
        if now >= self._not_before:
            for number in [number for number in range(self.lanes) if number not in taken][
                : max(0, wanted - len(taken))
            ]:
                self._opener.open(number)
        return [number for number, lane in sorted(self._open.items()) if lane.is_idle]

    def offer(self, lane: int, copy: Copy) -> None:
        carrier = self._open.get(lane)
        if carrier is None:  # it has closed since it was free, and nothing has left
            self._settled.append((lane, lost(Stage.OPEN, "the connection had closed")))
            return
        if not carrier.is_idle:
            raise ValueError(f"lane {lane} still carries a copy")
        self._after(lane, carrier, carrier.offer(copy, self._clock.monotonic()))

    def wait(self, timeout: float) -> list[tuple[int, Outcome]]:
        until = self._clock.monotonic() + timeout
        self._has_news = False
        while not self._settled and not self._has_news:
            deadlines = [each for lane in self._open.values() if (each := lane.deadline()) is not None]
            if not self._turn(max(0.0, min([until, *deadlines]) - self._clock.monotonic())):
                break
        settled, self._settled = self._settled, []
        return settled

    def close(self) -> list[tuple[int, Outcome]]:
        for number, lane in list(self._open.items()):
            if lane.is_idle:
                lane.quit()
            elif outcome := lane.drop("we closed the connection"):
                self._settled.append((number, outcome))
        self._open.clear()
        self._selector.close()
        self._opener.close()
        settled, self._settled = self._settled, []
        return settled

    def _turn(self, timeout: float) -> bool:
        """Serve what is ready within this time; False when nothing was."""
        events = self._selector.select(timeout)
        now = self._clock.monotonic()
        for key, _ in events:
            if key.fileobj is self._opener:
                self._welcome(now)
            elif (lane := self._open.get(key.data)) is not None:
                self._after(key.data, lane, lane.ready(now))
        for number, lane in list(self._open.items()):
            if (deadline := lane.deadline()) is not None and now >= deadline:
                self._after(number, lane, lane.drop("no answer in time"))
        return bool(events)

    def _after(self, number: int, lane: Lane, outcome: Outcome | None) -> None:
        """Note what a lane's turn brought, and what it waits for now."""
        if outcome is not None:
            self._settled.append((number, outcome))
        if lane.is_closed:
            self._forget(number)
        elif lane.is_blocked is not (number in self._writing):
            self._writing ^= {number}
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if lane.is_blocked else 0)
            self._selector.modify(lane.socket, events, number)

    def _forget(self, number: int) -> None:
        lane = self._open.pop(number)
        self._writing.discard(number)
        self._selector.unregister(lane.socket)
        now = self._clock.monotonic()
        if not lane.carried and now - lane.opened_at < self._reopen_after:
            self._not_before = now + self._reopen_after

    def _retire_idle(self, now: float) -> None:
        for number, lane in list(self._open.items()):
            if lane.is_idle and now - lane.since > _IDLE_LIMIT:
                lane.quit()
                self._forget(number)

    def _welcome(self, now: float) -> None:
        """Take in what was opened, or could not be."""
        self._has_news = True
        for number, opened in self._opener.results():
            if isinstance(opened, Trouble):
                self._last_trouble = opened
                self._not_before = now + self._reopen_after
            else:
                self._open[number] = lane = Lane(*opened, self._timeouts, now)
                self._selector.register(lane.socket, selectors.EVENT_READ, number)
                point(Point.SENDER_CONNECTED)
