"""Asks the name servers of this machine, and remembers what they said: the only module that knows dnspython.

What is there is kept an hour, what is not ten minutes; what nobody knew, a minute, so that not every mail asks a dead
server anew.
"""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import dns.exception
import dns.name
import dns.resolver

from mailhub.fetching import NotFetched
from mailhub.mail.authenticity.lookups import NoAnswer, Resolver

IN_ALL = 5.0  # seconds for the questions of one mail
FOR_ONE = 3.0
KEEPS, KEEPS_NOTHING, KEEPS_TROUBLE = 3_600.0, 600.0, 60.0
TEST_SERVER = "MAILHUB_TEST_DNS"  # a name server at host:port that tests and benchmarks bring along
MOST_KEPT = 10_000
MOST_ROWS = 50  # of one answer

_Answer = tuple[Any, ...] | None  # None: nobody knew
_READ: dict[str, Callable[[Any], Any]] = {
    "TXT": lambda row: b"".join(row.strings),
    "A": lambda row: row.address,
    "AAAA": lambda row: row.address,
    "MX": lambda row: (row.preference, row.exchange.to_text(omit_final_dot=True)),
    "PTR": lambda row: row.target.to_text(omit_final_dot=True),
}


class Dns:
    """What the DNS said lately; one for a process, safe between threads."""

    def __init__(self, monotonic: Callable[[], float], ask: Callable[[str, str, float], _Answer] | None = None) -> None:
        self._monotonic = monotonic
        self._ask = ask or System().ask
        self._kept: dict[tuple[str, str], tuple[float, _Answer]] = {}
        self._lock = threading.Lock()

    def for_one_mail(self, seconds: float = IN_ALL) -> Resolver:
        """A resolver whose questions take so long in all."""
        return _WithinTime(self, self._monotonic() + seconds)

    def look_up(self, name: str, kind: str, until: float) -> _Answer:
        key = name.lower().rstrip("."), kind
        now = self._monotonic()
        with self._lock:
            ends, answer = self._kept.get(key, (0.0, None))
        if ends > now:
            return answer
        if now >= until:
            return None  # the time of this mail is up, which says nothing about the name
        answer = self._ask(key[0], kind, min(until - now, FOR_ONE))
        keeps = KEEPS if answer else KEEPS_TROUBLE if answer is None else KEEPS_NOTHING
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._forget(now)
            self._kept[key] = now + keeps, answer
        return answer

    def _forget(self, now: float) -> None:
        fresh = [(key, kept) for key, kept in self._kept.items() if kept[0] > now]
        self._kept = dict(fresh[len(fresh) // 2 :])


class _WithinTime:
    """The questions of one mail."""

    def __init__(self, dns: Dns, until: float) -> None:
        self._dns = dns
        self._until = until

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

    def _look_up(self, name: str, kind: str) -> tuple[Any, ...]:
        answer = self._dns.look_up(name, kind, self._until)
        if answer is None:
            raise NoAnswer(f"{kind} of {name}")
        return answer


def fresh(ask: Callable[[str, str, float], _Answer]) -> Callable[[str], Sequence[str]]:
    """The addresses of a name as they are now, for whoever fetches something there; NotFetched where nobody knows."""

    def find(name: str) -> Sequence[str]:
        found = [ask(name, kind, FOR_ONE) for kind in ("A", "AAAA")]
        if all(answer is None for answer in found):
            raise NotFetched(f"no name server answers for {name}")
        return [address for answer in found for address in answer or ()]

    return find


def until_trouble(ask: Callable[[str, str, float], _Answer], seconds: float, failures: int) -> Callable[..., _Answer]:
    """Asks no more after so many failures in a row, for a command that must end where there is no network."""
    in_a_row = 0

    def careful(name: str, kind: str, at_most: float) -> _Answer:
        nonlocal in_a_row
        if in_a_row >= failures:
            return None
        answer = ask(name, kind, min(at_most, seconds))
        in_a_row = in_a_row + 1 if answer is None else 0
        return answer

    return careful


class System:
    """The name servers of /etc/resolv.conf, read when the first question comes; or the one a test names."""

    def __init__(self) -> None:
        self._resolver: dns.resolver.Resolver | None = None

    def ask(self, name: str, kind: str, seconds: float) -> _Answer:
        try:
            asked = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError, ValueError):
            return ()  # no name at all
        try:
            self._resolver = self._resolver or _configured()
            found = self._resolver.resolve(asked, kind, lifetime=seconds, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError):
            return None
        return tuple(_READ[kind](row) for row in list(found.rrset or ())[:MOST_ROWS])


def _configured() -> dns.resolver.Resolver:
    named = os.environ.get(TEST_SERVER)
    resolver = dns.resolver.Resolver(configure=named is None)
    if named is not None:
        host, _, port = named.rpartition(":")
        resolver.nameservers, resolver.port = [host], int(port)
    return resolver
