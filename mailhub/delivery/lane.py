"""One open connection to the next hop: a non-blocking socket under a conversation."""

import contextlib
import socket
import ssl

from mailhub.delivery.conversation import Conversation, Extensions
from mailhub.delivery.copies import Copy
from mailhub.delivery.opening import Timeouts
from mailhub.delivery.outcomes import Kind, Outcome, Stage
from mailhub.faults import Point, point

_CHUNK = 65_536
_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Lane:
    """Carries one copy at a time. Times are monotonic seconds, handed in."""

    def __init__(self, sock: socket.socket, extensions: Extensions, timeouts: Timeouts, now: float) -> None:
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # a Unix socket has no such option
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self.is_closed = False
        self.opened_at = now
        self.since = now  # last progress
        self.carried = 0  # copies the next hop took
        self._timeouts = timeouts
        self._talk = Conversation(extensions)
        self._out = memoryview(b"")
        self._stage: Stage | None = None

    @property
    def is_idle(self) -> bool:
        return self._talk.stage is None and not self.is_closed

    @property
    def is_blocked(self) -> bool:
        """Whether it waits for room to write."""
        return len(self._out) > 0 and not self.is_closed

    def offer(self, copy: Copy, now: float) -> Outcome | None:
        """Begin this copy; an outcome at once where it cannot be begun here or the connection is found dead."""
        started = self._talk.start(copy)
        if isinstance(started, Outcome):
            return started
        self._out = memoryview(started)
        return self._advance(now, is_readable=False)

    def ready(self, now: float) -> Outcome | None:
        """The socket can be read or written: go on; the outcome of the copy once there is one."""
        return self._advance(now, is_readable=True)

    def deadline(self) -> float | None:
        """When the next hop has been silent too long for the stage it is at."""
        match self._talk.stage:
            case None:
                return None
            case Stage.RESET | Stage.MAIL | Stage.OPEN:
                return self.since + self._timeouts.mail
            case Stage.RCPT:
                return self.since + self._timeouts.rcpt
            case Stage.DATA:
                return self.since + self._timeouts.data
            case Stage.BODY:
                return self.since + self._timeouts.block
            case Stage.DOT:
                return self.since + self._timeouts.dot

    def drop(self, why: str) -> Outcome | None:
        """Close without a word; the outcome of the copy that was on its way."""
        outcome = self._talk.abandon(why)
        self._close()
        return outcome

    def quit(self) -> None:
        """Close politely; the goodbye is not waited for."""
        with contextlib.suppress(OSError):
            self.socket.send(b"QUIT\r\n")
        self._close()

    def _advance(self, now: float, is_readable: bool) -> Outcome | None:
        outcome = None
        try:
            if is_readable:
                outcome = self._pull()
            sent = self._push() if outcome is None else 0
        except OSError as error:
            outcome = outcome or self._last_words() or self._talk.abandon(error.strerror or "the connection was lost")
            self._close()
            return outcome
        if sent or self._talk.stage is not self._stage:
            self.since, self._stage = now, self._talk.stage
        if self._talk.is_over:
            self._close()
        if outcome is not None and outcome.kind is Kind.SENT:
            self.carried += 1
        return outcome

    def _pull(self) -> Outcome | None:
        """Read what is there and let the conversation answer it."""
        while not self._talk.is_over:
            try:
                octets = self.socket.recv(_CHUNK)
            except _WOULD_BLOCK:
                return None
            if not octets:
                self._talk.is_over = True
                return self._talk.abandon("the next hop closed the connection")
            answer, outcome = self._talk.receive(octets)
            if outcome is not None:
                self._out = memoryview(b"")
                return outcome
            if answer:
                self._out = memoryview(answer)
            if not isinstance(self.socket, ssl.SSLSocket):
                return None
        return None

    def _push(self) -> int:
        """Write what may be written; tells how much."""
        start = len(self._out)
        while self._out:
            try:
                self._out = self._out[self.socket.send(self._out) :]
            except _WOULD_BLOCK:
                break
        if not self._out and self._talk.stage is Stage.BODY:
            self._talk.body_left()
            point(Point.SENDER_AFTER_DOT)
        return start - len(self._out)

    def _last_words(self) -> Outcome | None:
        """A next hop that closes while we write has often said why."""
        with contextlib.suppress(OSError):
            return self._pull()
        return None

    def _close(self) -> None:
        self.is_closed = True
        self._out = memoryview(b"")
        with contextlib.suppress(OSError):
            self.socket.close()
