"""How operators and organisers write lengths, sizes, rates and doors: "30 min", "25 MB", "200/h", "127.0.0.1:25"."""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

_SECONDS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800}
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([A-Za-z]+)", re.ASCII)
_RATE = re.compile(r"(\d{1,9})\s*/\s*([A-Za-z]+)", re.ASCII)
_RATE_UNITS = ("s", "min", "h", "day")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many in a length of time."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class HostPort:
    """A TCP door; port 0 lets the system choose."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def length(text: str) -> timedelta:
    """A length of time: "30 min", "2 h", "3d". Raises ValueError with the cure."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or found[2].lower() not in _SECONDS:
        raise ValueError(f'{text!r} is no length of time; write it as "30 min", "2 h" or "3 d"')
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2].lower()])


def size(text: str) -> int:
    """A size in bytes: "25 MB" (millions), "25 MiB" (1024 times 1024). Raises ValueError with the cure."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or found[2].lower() not in _BYTES:
        raise ValueError(f'{text!r} is no size; write it as "200 kB", "25 MB" or "25 MiB"')
    return round(float(found[1]) * _BYTES[found[2].lower()])


def rate(text: str) -> Rate:
    """A rate: "200/h". Raises ValueError with the cure."""
    found = _RATE.fullmatch(text.strip())
    if found is None or found[2] not in _RATE_UNITS or int(found[1]) == 0:
        raise ValueError(f'{text!r} is no rate; write it as "200/h", "5/s", "30/min" or "2000/day"')
    return Rate(int(found[1]), timedelta(seconds=_SECONDS[found[2]]))


def host_port(text: str) -> HostPort:
    """A host and a port: "127.0.0.1:8025", "[::1]:8025". Raises ValueError with the cure."""
    host, colon, port = text.strip().rpartition(":")
    in_brackets = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if in_brackets else host
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else -1
    if not colon or not host or (":" in host) != in_brackets or not 0 <= number <= 65_535:
        raise ValueError(f'{text!r} is no host and port; write it as "127.0.0.1:8025" or "[::1]:8025"')
    return HostPort(host, number)
