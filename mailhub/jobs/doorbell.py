"""Wakes the workers of this process; a bell may ring twice or never, rows are the truth."""

import threading
from collections import defaultdict


class Doorbell:
    """One event for each kind of work."""

    def __init__(self) -> None:
        self._bells: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self._lock = threading.Lock()
        self._is_closed = False

    def ring(self, kind: str) -> None:
        """Wake whoever waits for this kind, or the next who will."""
        self._bell(kind).set()

    def ring_all(self) -> None:
        """Wake everybody who waits."""
        with self._lock:
            bells = list(self._bells.values())
        for bell in bells:
            bell.set()

    def close(self) -> None:
        """Wake everybody, for good: from now on nobody sleeps here."""
        self._is_closed = True
        self.ring_all()

    def wait(self, kind: str, seconds: float) -> bool:
        """Sleep until the bell rings or the time is over; True when it rang."""
        bell = self._bell(kind)
        if self._is_closed:
            return True
        rang = bell.wait(seconds)
        bell.clear()  # before the caller looks at rows, so that no ring is lost that they do not show
        return rang

    def _bell(self, kind: str) -> threading.Event:
        with self._lock:
            return self._bells[kind]
