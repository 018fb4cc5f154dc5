"""What others name is fetched from the world alone: never from this machine or its neighbours, nor much, nor long."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

import pytest

from mailhub.fetching import Fetcher, Ip, NotFetched, Reply, is_public, target
from tests.delivery.certificates import Certificate, certificate

HOST = "hooks.example"
INSIDE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "192.88.99.1", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:7f00:1", "fe80::1",
    "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
    "2001:db8::1", "2002:7f00:1::1", "2001:0:7f00:1::1", "100::1",
)  # fmt: skip
OUTSIDE = ("8.8.8.8", "93.184.216.34", "2001:4860:4860::8888", "2a00:1450:4002:402::2004")


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_never_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_lies_outside_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://{one}/" for one in INSIDE if ":" not in one),
        *(f"https://[{one}]/" for one in INSIDE if ":" in one),
        "http://hooks.example/", "ftp://hooks.example/", "file:///etc/passwd", "gopher://hooks.example/",
        "//hooks.example/", "https:/hooks.example/", "https:///x", "https://", "", "hooks.example",
        "javascript:alert(1)", "https://localhost/", "https://localhost./", "https://metadata/", "https://2130706433/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://127.1/", "https://127.0.0.1./", "https://1.2.3.0x4/",
        "https://[::1%25lo]/", "https://[::ffff:127.0.0.1]:443/", "https://[fe80::1%25eth0]/", "https://[::1/",
        "https://user@hooks.example/", "https://user:word@hooks.example/", "https://hooks.example@127.0.0.1/",
        "https://127.0.0.1\\@hooks.example/", "https://hooks.example\\.evil.example/", "https://hooks.example:80/",
        "https://hooks.example:22/", "https://hooks.example:0/", "https://hooks.example:99999/", "https://hooks.example:x/",
        "https://hooks.example/a b", "https://hooks.example/\r\nHost: evil", "https://hooks.example/\ta", " https://hooks.example/",
        "https://ｈooks.example/", "https://hooks。example/", "https://①②⑦.0.0.1/", "https://hooks%2eexample/",
        "https://hooks.example%00.evil/", "https://a..example/",
        f"https://{'a' * 64}.example/", "https://hooks.example/" + "a" * 2_100,
    ],
)  # fmt: skip
def test_no_trick_with_a_url_reaches_anything_inside(url: str) -> None:
    """Sixty and more, of which none so much as opens a connection."""
    asked: list[str] = []

    def find(name: str) -> list[str]:
        asked.append(name)
        return ["8.8.8.8"]

    with pytest.raises(NotFetched) as refused:
        Fetcher(find, time.monotonic, allows=lambda address: is_public(address) and address not in NOBODY).get(url)
    assert refused.value.for_good
    assert asked == []


NOBODY = (ip_address("8.8.8.8"),)  # what `find` says, lest a test ever leaves this machine


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://hooks.example", HOST, "/"),
        ("HTTPS://Hooks.EXAMPLE./a?b=c#d", HOST, "/a?b=c"),
        ("https://xn--hoks-5qa.example:443/%41", "xn--hoks-5qa.example", "/%41"),
        ("https://[2001:4860::1]/", "2001:4860::1", "/"),
        ("https://hooks.example/#@127.0.0.1/", HOST, "/"),
    ],
)
def test_what_a_url_means_is_read_once(url: str, host: str, path: str) -> None:
    found = target(url)
    assert (found.host, found.port, found.path) == (host, 443, path)


# Over a connection, to a server on this machine that counts as one of the world


@dataclass
class Server:
    """One that says to each connection what it was told to, and remembers what it was asked."""

    answer: Callable[[ssl.SSLSocket], None]
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0


@dataclass
class Web:
    """The world, as far as it lies on this machine."""

    trusted: Certificate
    server: Server
    found: list[list[str]]  # what the DNS says to one question after another; the last for ever
    questions: int = 0

    def fetcher(
        self, seconds: float = 5.0, most_bytes: int = 1_000, allows: Callable[[Ip], bool] | None = None
    ) -> Fetcher:
        return Fetcher(
            self._find,
            time.monotonic,
            allows=allows or (lambda address: str(address) == "127.0.0.1"),
            ports=(self.server.port,),
            context=ssl.create_default_context(cafile=str(self.trusted.path)),
            seconds=seconds,
            most_bytes=most_bytes,
        )

    def _find(self, _name: str) -> list[str]:
        self.questions += 1
        return self.found[min(self.questions, len(self.found)) - 1]

    def url(self, path: str = "/") -> str:
        return f"https://{HOST}:{self.server.port}{path}"


def says(*pieces: bytes, pause: float = 0.0) -> Callable[[ssl.SSLSocket], None]:
    def answer(connection: ssl.SSLSocket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    trusted = certificate(tmp_path, host=HOST)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(says(OK + b"Content-Length: 2\r\n\r\nhi"), listener.getsockname()[1])
    thread = threading.Thread(target=_serve, args=(listener, trusted.server(), server), daemon=True)
    thread.start()
    yield Web(trusted, server, [["127.0.0.1"]])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


def _serve(listener: socket.socket, context: ssl.SSLContext, server: Server) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        with contextlib.suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as connection:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += (more := connection.recv(65_536))
                if not more:
                    break
            server.asked.append(asked)
            server.answer(connection)


def refused(web: Web, fetcher: Fetcher | None = None, path: str = "/") -> NotFetched:
    with pytest.raises(NotFetched) as fault:
        (fetcher or web.fetcher()).get(web.url(path))
    return fault.value


def test_a_page_is_fetched_with_nothing_said_about_us(web: Web) -> None:
    assert web.fetcher().get(web.url("/a?b=c")) == Reply(200, b"hi")
    [asked] = web.server.asked
    assert asked.split(b"\r\n") == [
        b"GET /a?b=c HTTP/1.1",
        f"Host: {HOST}:{web.server.port}".encode(),
        b"User-Agent: mailhub",
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"",
        b"",
    ]


def test_what_is_handed_in_goes_with_its_headers(web: Web) -> None:
    web.server.answer = says(b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n")
    assert web.fetcher().post(web.url(), b'{"a": 1}', {"webhook-id": "1"}) == Reply(302, b"")
    assert web.server.asked[0].endswith(b'Content-Length: 8\r\nwebhook-id: 1\r\n\r\n{"a": 1}')
    with pytest.raises(NotFetched):
        web.fetcher().post(web.url(), b"", {"X": "a\r\nHost: evil"})
    assert web.server.connections == 1


def test_a_name_that_leads_inside_is_not_asked(web: Web) -> None:
    for found in (["127.0.0.1"], ["::1"], ["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]):
        web.found = [found]
        assert refused(web, web.fetcher(allows=is_public)).for_good
    assert web.server.connections == 0


def test_a_name_that_changes_its_mind_is_asked_at_the_address_that_was_looked_at(web: Web) -> None:
    seen: list[str] = []

    def allows(address: Ip) -> bool:
        seen.append(str(address))
        return str(address) == "127.0.0.1"

    web.found = [["127.0.0.1"], ["127.0.0.2"]]  # a second look would lead elsewhere
    assert web.fetcher(allows=allows).get(web.url()).status == 200
    assert (web.questions, seen, web.server.connections) == (1, ["127.0.0.1"], 1)


def test_a_redirect_is_looked_at_anew(web: Web) -> None:
    web.server.answer = says(b"HTTP/1.1 307 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")
    web.found = [["127.0.0.1"], ["10.0.0.1"]]
    assert "no public address" in str(refused(web))
    assert (web.questions, web.server.connections) == (2, 1)


def test_a_redirect_on_the_same_host_is_followed(web: Web) -> None:
    def answer(connection: ssl.SSLSocket) -> None:
        if b"GET /b?c " in web.server.asked[-1]:
            connection.sendall(OK + b"\r\nthere")
        else:
            connection.sendall(b"HTTP/1.1 301 x\r\nLocation: b?c\r\n\r\n")

    web.server.answer = answer
    assert web.fetcher().get(web.url("/a")) == Reply(200, b"there")


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example:{port}/", "http://hooks.example:{port}/", "https://127.0.0.1:{port}/",
        "//evil.example/", "https://hooks.example:22/", "https://user@hooks.example:{port}/", "file:///etc/passwd",
        "https://hooks.example.evil.example:{port}/",
        "/a b",
    ],
)  # fmt: skip
def test_a_redirect_to_elsewhere_is_not(web: Web, location: str) -> None:
    to = location.format(port=web.server.port).encode()
    web.server.answer = says(b"HTTP/1.1 302 x\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n")
    assert refused(web).for_good
    assert web.server.connections == 1


def test_redirects_end(web: Web) -> None:
    web.server.answer = says(b"HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    assert "leads on and on" in str(refused(web))
    assert web.server.connections == 4


@pytest.mark.parametrize(
    "answer",
    [
        says(OK + b"Content-Length: 1001\r\n\r\n" + b"a" * 1001),
        says(OK + b"\r\n" + b"a" * 1001),
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n"),
        says(OK + b"Content-Length: 99999999999999\r\n\r\n"),
    ],
)
def test_a_large_answer_is_not_read(web: Web, answer: Callable[[ssl.SSLSocket], None]) -> None:
    web.server.answer = answer
    fault = refused(web)
    assert "larger than 1000 bytes" in str(fault)
    assert fault.for_good


def test_an_answer_of_the_size_that_is_allowed_is_read(web: Web) -> None:
    web.server.answer = says(OK + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"a" * 1000 + b"\r\n0\r\n\r\n")
    assert web.fetcher().get(web.url()).body == b"a" * 1000


@pytest.mark.parametrize(
    "answer",
    [
        says(b"", pause=1.5),  # nothing at all
        says(OK, *[b"X: y\r\n"] * 30, pause=0.05),  # header by header
        says(OK + b"Content-Length: 100\r\n\r\n", *[b"a"] * 30, pause=0.05),  # byte by byte
        says(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 30, pause=0.05),
    ],
)
def test_a_slow_answer_is_given_up_in_time_however_it_drips(web: Web, answer: Callable[[ssl.SSLSocket], None]) -> None:
    web.server.answer = answer
    before = time.monotonic()
    fault = refused(web, web.fetcher(seconds=0.4))
    assert time.monotonic() - before < 1.2
    assert "too long" in str(fault)
    assert not fault.for_good


def test_a_server_that_never_shakes_hands_is_given_up_too(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        web = Web(certificate(tmp_path, host=HOST), Server(says(), silent.getsockname()[1]), [["127.0.0.1"]])
        before = time.monotonic()
        assert not refused(web, web.fetcher(seconds=0.3)).for_good
        assert time.monotonic() - before < 1.2


@pytest.mark.parametrize(
    "answer",
    [says(OK + b"Content-Length: 9\r\n\r\nhi"), says(b"HELO\r\n\r\n"), says(), says(OK + b"X: " + b"a" * 70_000)],
)
def test_an_answer_that_is_none_may_be_asked_for_again(web: Web, answer: Callable[[ssl.SSLSocket], None]) -> None:
    web.server.answer = answer
    assert not refused(web).for_good


def test_whoever_has_another_name_in_the_certificate_is_told_nothing(web: Web, tmp_path: Path) -> None:
    web.trusted = certificate(tmp_path, host="other.example")
    assert "certificate" in str(refused(web)).lower()
    assert web.server.asked == []


def test_another_address_of_the_name_is_tried_where_one_does_not_answer(web: Web) -> None:
    web.found = [["127.0.0.9", "127.0.0.1"]]
    assert web.fetcher(allows=lambda _address: True).get(web.url()).status == 200
    web.found = [[]]
    assert "it has no address" in str(refused(web))
