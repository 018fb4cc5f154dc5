"""What a measurement took of the machine, and how fast the machine is: figures that make two runs comparable."""

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mailhub.mail.dkim import generate_key

_LOOK_EVERY = 0.5  # seconds between two looks at memory
_TICK = os.sysconf("SC_CLK_TCK")


class Meter:
    """CPU time, elapsed time and memory of this process and its children while the block runs (Linux).

    Children that live throughout are counted; the sink of a bench is named in `without`.
    """

    def __init__(self, without: frozenset[int] = frozenset()) -> None:
        self._without = without
        self._done = threading.Event()
        self._helpers: dict[int, tuple[float, float]] = {}  # pid: CPU seconds at the first look and at the last
        self._watcher = threading.Thread(target=self._watch, name="meter", daemon=True)
        self.own_seconds = self.wall_seconds = 0.0
        self.peak_pss = 0

    @property
    def helper_seconds(self) -> float:
        return sum(last - first for first, last in self._helpers.values())

    @property
    def cpu_seconds(self) -> float:
        return self.own_seconds + self.helper_seconds

    def __enter__(self) -> Self:
        self._look(new_starts_at_zero=False)
        self._started = time.monotonic(), time.process_time()
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.own_seconds = time.process_time() - self._started[1]
        self.wall_seconds = time.monotonic() - self._started[0]
        self._done.set()
        self._watcher.join()
        self._look(new_starts_at_zero=True)

    def _watch(self) -> None:
        while not self._done.wait(_LOOK_EVERY):
            self._look(new_starts_at_zero=True)

    def _look(self, *, new_starts_at_zero: bool) -> None:
        helpers = [pid for pid in _children() if pid not in self._without]
        for pid in helpers:
            seconds = _cpu_seconds(pid)
            first = self._helpers.get(pid, (0.0 if new_starts_at_zero else seconds, 0.0))[0]
            self._helpers[pid] = first, seconds
        self.peak_pss = max(self.peak_pss, sum(_pss(pid) for pid in (os.getpid(), *helpers)))


def rsa_per_second(seconds: float = 0.5) -> float:
    """RSA-2048 signatures one core makes in a second: the floor under every signed copy."""
    key = serialization.load_pem_private_key(generate_key(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    count, started = 0, time.process_time()
    while time.process_time() - started < seconds:
        key.sign(b"x" * 1024, padding.PKCS1v15(), hashes.SHA256())
        count += 1
    return count / (time.process_time() - started)


@dataclass(frozen=True, slots=True)
class Load:
    """What a process and all its descendants have used so far."""

    cpu_seconds: float
    pss: int


def load_of(pid: int) -> Load:
    """The load of another process, such as a running service."""
    family = [pid]
    for each in family:  # it grows while we go through it
        family += _children(str(each))
    return Load(sum(map(_cpu_seconds, family)), sum(map(_pss, family)))


def _children(pid: str = "self") -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in _text(task).split()]


def _cpu_seconds(pid: int) -> float:
    after_name = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICK if after_name else 0.0


def _pss(pid: int) -> int:
    lines = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _text(path: Path) -> str:
    """A file of /proc, "" when its process has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
