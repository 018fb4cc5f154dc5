"""What set-up asks the world: the DNS, ports, whether the clock is set. Handed in, so that tests bring their own."""

import ctypes
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mailhub.hub.resolver import System, until_trouble

DNS_SECONDS, FAILURES = 3.0, 2  # a machine without a network must not keep anybody waiting
PORT_SECONDS = 5.0
_TIME_ERROR = 5  # adjtimex(2): nobody sets this clock
_TIMEX_BYTES = 512  # more than any Linux has in it

Rows = tuple[Any, ...] | None  # (): there is no such record; None: nobody answered


@dataclass(frozen=True, slots=True)
class Outside:
    """The world, as far as it is asked."""

    ask: Callable[[str, str], Rows]  # a name and a kind of record
    reach: Callable[[str, int], str | None]  # None: the port answers; else why not
    clock_is_set: Callable[[], bool | None]  # by a time server; None: this machine does not say
    pause: Callable[[float], None]


def real() -> Outside:
    """This machine's name servers and network."""
    ask = until_trouble(System().ask, DNS_SECONDS, FAILURES)
    return Outside(lambda name, kind: ask(name, kind, DNS_SECONDS), _reach, _clock_is_set, time.sleep)


def _reach(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), PORT_SECONDS).close()
    except (OSError, UnicodeError) as fault:
        return str(fault) or type(fault).__name__
    return None


def _clock_is_set() -> bool | None:
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    state = adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))  # all zero: it changes nothing
    return None if state < 0 else state != _TIME_ERROR
