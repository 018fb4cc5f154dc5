"""An invented DNS for tests: rows by name and kind, aliases followed, names whose server never answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailhub.mail.authenticity.lookups import NoAnswer

TROUBLE = "TIMEOUT"


@dataclass
class Zone:
    """What the DNS says; every question is noted."""

    rows: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)  # nobody answers for these names, or for what ends in them
    asked: list[str] = field(default_factory=list)

    @classmethod
    def of_texts(cls, texts: Mapping[str, str]) -> "Zone":
        return cls({(name.lower(), "TXT"): [text.encode("latin-1")] for name, text in texts.items()})

    def put(self, name: str, kind: str, *rows: Any) -> None:
        self.rows.setdefault((name.lower().rstrip("."), kind), []).extend(rows)

    def txt(self, name: str) -> Sequence[bytes]:
        return self._look_up(name, "TXT")

    def a(self, name: str) -> Sequence[str]:
        return self._look_up(name, "A")

    def aaaa(self, name: str) -> Sequence[str]:
        return self._look_up(name, "AAAA")

    def mx(self, name: str) -> Sequence[tuple[int, str]]:
        return self._look_up(name, "MX")

    def ptr(self, name: str) -> Sequence[str]:
        return self._look_up(name, "PTR")

    def _look_up(self, name: str, kind: str) -> list[Any]:
        name = name.lower().rstrip(".")
        self.asked.append(name)
        for _ in range(10):
            if found := self.rows.get((name, kind)):
                return found
            if name in self.silent:
                raise NoAnswer(name)
            alias = self.rows.get((name, "CNAME"))
            if not alias:
                return []
            name = alias[0].lower().rstrip(".")
        return []
