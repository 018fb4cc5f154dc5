"""Serves pages: the one place that knows waitress."""

import errno
import socket
import threading
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from mailhub.errors import BadInput
from mailhub.measures import HostPort

THREADS = 8
MOST_CONNECTIONS = 500
SLOWEST_SECONDS = 60  # a client that says nothing for so long is let go
LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 2 * 2**20  # each application has its own limit below this one
LAST_ANSWERS = 5  # seconds for requests that are being answered when we stop

_WHY = {
    errno.EADDRINUSE: "another program listens there. Stop it, or choose another port",
    errno.EACCES: "ports below 1024 belong to the system. Choose a higher one",
}


class WebServer:
    """An application, in threads of its own."""

    def __init__(self, app: Flask, bind: HostPort | socket.socket) -> None:
        listening = bind if isinstance(bind, socket.socket) else listen(bind)
        self._map: dict[int, Any] = {}  # every connection, by its descriptor
        self._server = create_server(
            app,
            map=self._map,
            sockets=[listening],
            threads=THREADS,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=SLOWEST_SECONDS,
            max_request_header_size=LONGEST_HEAD,
            max_request_body_size=LONGEST_BODY,
            ident=None,
            clear_untrusted_proxy_headers=False,  # nobody believes them; `health` asks whether there are any
        )
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    @property
    def bound(self) -> HostPort:
        """Where the pages really are: port 0 let the system choose."""
        return HostPort(self._server.effective_host, int(self._server.effective_port))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, end the answers under way, close what browsers keep open."""
        self._server.trigger.pull_trigger(lambda: wasyncore.dispatcher.close(self._server))
        self._server.task_dispatcher.shutdown(timeout=LAST_ANSWERS)
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(self._map))
        self._thread.join(LAST_ANSWERS)


def listen(bind: HostPort, named_in: str = "[web] bind") -> socket.socket:
    """A socket that listens; raises BadInput with the cure, and where it was named, when it cannot be had."""
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((bind.host, bind.port))
        listening.listen(128)
    except OSError as fault:
        listening.close()
        why = _WHY.get(fault.errno or 0, f"{fault.strerror}. Choose another address")
        raise BadInput(f"{bind} cannot be used for pages: {why} in {named_in}.") from fault
    return listening
