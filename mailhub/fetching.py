"""Fetches from the web what others have named: https only, public addresses only, not much, and soon (S-14).

Whoever names an address must not reach through us what only this machine reaches. A name is looked up once, and the
connection goes to the very address that was looked at, so another answer of the DNS a moment later (rebinding) changes
nothing. There is no proxy, no cookie and nothing remembered.
"""

import http.client
import io
import re
import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin, urlsplit

from mailhub.errors import MailhubError
from mailhub.settings import ascii_domain

SECONDS = 10.0  # for all of it, redirects included
MOST_BYTES = 5 * 2**20
MOST_REDIRECTS = 3
MOST_TRIED = 4  # addresses of one name
HTTPS = 443
_LONGEST_URL = 2_048
_VISIBLE = re.compile(r"[!-\[\]-~]+")  # ASCII without spaces and backslashes, which readers of URLs disagree on
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)  # as the last label: an IPv4 address to some, such as 127.1
_FIELD = re.compile(r"[ -~]*")
_MOVED = (301, 302, 303, 307, 308)
# Public by their registry, and yet a way round it: translations of IPv4 (RFC 6052, 3056, 4380, 7526), and IETF's own.
_REFUSED = tuple(
    ip_network(one)
    for one in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23")
)
_GLOBAL = ip_network("2000::/3")

Ip = IPv4Address | IPv6Address


class NotFetched(MailhubError):
    """There is no answer, and why; `for_good` where asking again is of no use."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered, whatever its status."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads."""

    host: str
    port: int
    path: str  # and query

    @property
    def literal(self) -> Ip | None:
        """The address, where the host is one."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def is_public(address: Ip) -> bool:
    """Whether it is an address of the world's, and none that leads back to this machine or its neighbours."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL:
        return False  # IPv4 within IPv6, unique local, link local, loopback, …
    is_odd = address.is_multicast or address.is_reserved or any(address in refused for refused in _REFUSED)
    return address.is_global and not is_odd


def target(url: str, ports: Collection[int] = (HTTPS,)) -> Target:
    """Read a URL strictly; raises NotFetched where it is none of ours to fetch."""
    if len(url) > _LONGEST_URL or not _VISIBLE.fullmatch(url):
        raise NotFetched("this is no URL", for_good=True)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", HTTPS if parts.port is None else parts.port
    except ValueError as fault:
        raise NotFetched(f"this is no URL ({fault})", for_good=True) from fault
    if parts.scheme != "https" or "@" in parts.netloc:
        raise NotFetched("only https without a login is fetched", for_good=True)
    if port not in ports:
        raise NotFetched(f"port {port} is not asked", for_good=True)
    found = Target(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return found if found.literal is not None else Target(_named(host), found.port, found.path)


def _named(host: str) -> str:
    domain = ascii_domain(host)
    if domain is None or "." not in domain or _NUMBER.fullmatch(domain.rpartition(".")[2]):
        raise NotFetched(f"{host!r:.80} is no name of a host", for_good=True)
    return domain


class Fetcher:
    """Asks servers of the world; fit for several threads.

    `find` gives the addresses of a name, and raises NotFetched where nobody knows them.
    """

    def __init__(
        self,
        find: Callable[[str], Sequence[str]],
        monotonic: Callable[[], float],
        *,
        allows: Callable[[Ip], bool] = is_public,
        ports: Collection[int] = (HTTPS,),
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._find = find
        self._monotonic = monotonic
        self._allows = allows
        self._ports = ports
        self._context = context
        self._seconds = seconds
        self._most_bytes = most_bytes

    def get(self, url: str) -> Reply:
        """Fetch it; raises NotFetched. Redirects are followed on the same host alone, each looked at like the first."""
        left = self._left()
        at = target(url, self._ports)
        for _ in range(MOST_REDIRECTS + 1):
            reply, location = self._ask("GET", at, b"", {}, left)
            if reply.status not in _MOVED or not location:
                return reply
            url = urljoin(url, location)
            onward = target(url, self._ports)
            if (onward.host, onward.port) != (at.host, at.port):
                raise NotFetched(f"{at.host} leads elsewhere", for_good=True)
            at = onward
        raise NotFetched(f"{at.host} leads on and on", for_good=True)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Hand it in; raises NotFetched. A redirect is an answer like any other."""
        reply, _ = self._ask("POST", target(url, self._ports), body, headers, self._left())
        return reply

    def _left(self) -> Callable[[], float]:
        """Seconds until all must be over; raises NotFetched when they are."""
        until = self._monotonic() + self._seconds

        def left() -> float:
            seconds = until - self._monotonic()
            if seconds <= 0:
                raise NotFetched("it takes too long")
            return seconds

        return left

    def _ask(
        self, method: str, at: Target, body: bytes, headers: Mapping[str, str], left: Callable[[], float]
    ) -> tuple[Reply, str]:
        """One request on a connection of its own; the reply, and where it says to go."""
        request = _request(method, at, body, headers)
        try:
            with self._connected(at, left) as connection:
                connection.settimeout(left())
                connection.sendall(request)
                response = http.client.HTTPResponse(_Timed(connection, left), method=method)  # type: ignore[arg-type]
                response.begin()
                return Reply(response.status, self._body(response)), response.getheader("Location") or ""
        except TimeoutError as fault:
            raise NotFetched(f"{at.host} takes too long") from fault
        except (OSError, http.client.HTTPException) as fault:
            raise NotFetched(f"{at.host} does not answer ({str(fault) or type(fault).__name__:.200})") from fault

    def _connected(self, at: Target, left: Callable[[], float]) -> ssl.SSLSocket:
        """To one of the addresses that were looked at, and to nothing the DNS says later."""
        fault: OSError = OSError("it has no address")
        for address in self._addresses(at)[:MOST_TRIED]:
            try:
                plain = socket.create_connection((str(address), at.port), timeout=left())
            except OSError as trouble:
                fault = trouble
                continue
            try:
                plain.settimeout(left())
                return (self._context or ssl.create_default_context()).wrap_socket(plain, server_hostname=at.host)
            except BaseException:
                plain.close()
                raise
        raise fault

    def _addresses(self, at: Target) -> list[Ip]:
        literal = at.literal
        found = [literal] if literal is not None else [ip_address(one) for one in self._find(at.host)]
        if not all(self._allows(address) for address in found):
            raise NotFetched(f"{at.host} is no public address", for_good=True)
        return found

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        if (response.length or 0) > self._most_bytes:
            raise NotFetched(f"the answer is larger than {self._most_bytes} bytes", for_good=True)
        body = response.read(self._most_bytes + 1)
        if len(body) > self._most_bytes:
            raise NotFetched(f"the answer is larger than {self._most_bytes} bytes", for_good=True)
        if response.length:
            raise NotFetched("the answer is cut short")
        return body


def _request(method: str, at: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    host = f"[{at.host}]" if ":" in at.host else at.host
    fields = {
        "Host": host if at.port == HTTPS else f"{host}:{at.port}",
        "User-Agent": "mailhub",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **({"Content-Length": str(len(body))} if method == "POST" else {}),
        **headers,
    }
    if not all(_FIELD.fullmatch(f"{name}: {value}") for name, value in fields.items()):
        raise NotFetched("a header field holds more than ASCII on one line", for_good=True)
    lines = [f"{method} {at.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


class _Timed:
    """A connection as `http.client` reads it: every wait ends when the whole must."""

    def __init__(self, connection: ssl.SSLSocket, left: Callable[[], float]) -> None:
        self._open = partial(_Stream, connection, left)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._open())


class _Stream(io.RawIOBase):
    def __init__(self, connection: ssl.SSLSocket, left: Callable[[], float]) -> None:
        self._connection = connection
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._left())
        return self._connection.recv_into(buffer)
