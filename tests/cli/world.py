"""The world that set-up asks, invented: names, ports, a clock. Nothing leaves the machine."""

from dataclasses import dataclass, field
from typing import Any

from mailhub.cli.outside import Outside, Rows


@dataclass
class World:
    """What is there. `comes`: records that are published while somebody waits, one look after another."""

    rows: dict[tuple[str, str], Rows] = field(default_factory=dict)
    comes: list[dict[tuple[str, str], Rows]] = field(default_factory=list)
    ports: set[tuple[str, int]] = field(default_factory=set)
    is_silent: bool = False  # no network
    clock: bool | None = True
    asked: list[Any] = field(default_factory=list)
    waited: float = 0.0

    def real(self) -> Outside:
        return Outside(self._ask, self._reach, lambda: self.clock, self._pause)

    def _ask(self, name: str, kind: str) -> Rows:
        self.asked.append((name, kind))
        return None if self.is_silent else self.rows.get((name, kind), ())

    def _reach(self, host: str, port: int) -> str | None:
        self.asked.append((host, port))
        return None if (host, port) in self.ports and not self.is_silent else "timed out"

    def _pause(self, seconds: float) -> None:
        self.waited += seconds
        if self.comes:
            self.rows |= self.comes.pop(0)
