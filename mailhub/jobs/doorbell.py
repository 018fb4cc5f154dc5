"""Wakes the workers of this process; a bell may ring twice or never, rows are the truth."""

import threading
from collections import defaultdict


class Doorbell:
    """One event for each kind of work."""

    def __init__(self) -> None:
        self._bells: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self._lock = threading.Lock()

    def ring(self, kind: str) -> None:
        self._bell(kind).set()

    def ring_all(self) -> None:
        with self._lock:
            bells = list(self._bells.values())
        for bell in bells:
            bell.set()

    def wait(self, kind: str, seconds: float) -> bool:
        """Sleep until the bell rings or the time is over; True when it rang."""
        bell = self._bell(kind)
        rang = bell.wait(seconds)
        bell.clear()
        return rang

    def _bell(self, kind: str) -> threading.Event:
        with self._lock:
            return self._bells[kind]
