"""The server around the pages: where it listens, and that it ends while browsers keep their connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest
from flask import Flask, Response, request

from mailhub.errors import BadInput
from mailhub.measures import HostPort
from mailhub.web.server import WebServer, listen

LOOPBACK = HostPort("127.0.0.1", 0)
PATIENCE = 20


def greeting() -> Flask:
    app = Flask("greeting")

    @app.route("/", methods=["GET", "POST"])
    def greet() -> Response:
        return Response(f"{request.remote_addr} {request.headers.get('X-Forwarded-For', '-')}")

    return app


@contextmanager
def serving(app: Flask) -> Iterator[WebServer]:
    server = WebServer(app, LOOPBACK)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_taken_port_is_one_clear_line() -> None:
    taken = listen(LOOPBACK)
    try:
        with pytest.raises(BadInput) as refused:
            WebServer(greeting(), HostPort("127.0.0.1", taken.getsockname()[1]))
    finally:
        taken.close()
    assert str(refused.value) == (
        f"127.0.0.1:{taken_port(refused)} cannot be used for pages: another program listens there. "
        "Stop it, or choose another port in [web] bind."
    )


def taken_port(refused: pytest.ExceptionInfo[BadInput]) -> str:
    return str(refused.value).partition(":")[2].partition(" ")[0]


def test_an_address_of_another_machine_is_refused_with_the_reason() -> None:
    with pytest.raises(BadInput, match=r"192\.0\.2\.1:0 cannot be used for pages: .+\. Choose another address"):
        listen(HostPort("192.0.2.1", 0))


def test_a_forwarded_address_is_seen_and_not_believed() -> None:
    with serving(greeting()) as server:
        connection = HTTPConnection("127.0.0.1", server.bound.port, timeout=PATIENCE)
        connection.request("GET", "/", headers={"X-Forwarded-For": "192.0.2.7"})
        assert connection.getresponse().read() == b"127.0.0.1 192.0.2.7"
        connection.close()


def test_it_ends_at_once_although_a_browser_keeps_its_connection() -> None:
    server = WebServer(greeting(), LOOPBACK)
    server.start()
    connection = HTTPConnection("127.0.0.1", server.bound.port, timeout=PATIENCE)
    connection.request("GET", "/")
    assert connection.getresponse().read().startswith(b"127.0.0.1")
    port = server.bound.port
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    stopping.join(4)  # less than any time-out of the server
    assert not stopping.is_alive()
    assert connection.sock.recv(1) == b""  # closed by the server
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def test_an_answer_under_way_is_ended_first() -> None:
    begun, may_end = threading.Event(), threading.Event()
    app = Flask("slow")

    @app.get("/")
    def slow() -> Response:
        begun.set()
        may_end.wait(PATIENCE)
        return Response("whole")

    server = WebServer(app, LOOPBACK)
    server.start()
    connection = HTTPConnection("127.0.0.1", server.bound.port, timeout=PATIENCE)
    connection.request("GET", "/")
    assert begun.wait(PATIENCE)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    may_end.set()
    assert connection.getresponse().read() == b"whole"
    stopping.join(PATIENCE)
    connection.close()


def test_a_body_that_never_ends_is_refused() -> None:
    with serving(greeting()) as server:
        connection = HTTPConnection("127.0.0.1", server.bound.port, timeout=PATIENCE)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(10**9))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()
