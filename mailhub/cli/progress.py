"""How far a long command is, on one line of a terminal that a person looks at."""

from mailhub.clock import Clock
from mailhub.jobs.control import Terminal

EVERY = 0.2  # seconds between two looks of the line


class Progress:
    """Says how far, and stops the command when nobody waits any longer; never called within a transaction."""

    def __init__(self, terminal: Terminal, clock: Clock, what: str) -> None:
        self._terminal = terminal
        self._clock = clock
        self._what = what
        self._shown_at: float | None = None

    def __call__(self, done: int, of: int | None = None) -> None:
        """Raises HungUp when the caller has gone."""
        self._terminal.check()
        now = self._clock.monotonic()
        if self._terminal.is_tty and (self._shown_at is None or now - self._shown_at >= EVERY):
            self._shown_at = now
            share = f"{done} of {of}" if of else str(done)
            self._terminal.err.write(f"\r\x1b[K{self._what}: {share}")
            self._terminal.err.flush()

    def clear(self) -> None:
        """Take the line away, so that what follows stands alone."""
        if self._shown_at is not None:
            self._shown_at = None
            self._terminal.err.write("\r\x1b[K")
            self._terminal.err.flush()
