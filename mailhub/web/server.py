"""Serves the pages: the one place that knows waitress."""

import threading

from flask import Flask
from waitress.server import create_server

from mailhub.errors import BadInput
from mailhub.measures import HostPort

THREADS = 8
MOST_CONNECTIONS = 500
SLOWEST_SECONDS = 60  # a client that says nothing for so long is let go


class WebServer:
    """The pages, in threads of their own."""

    def __init__(self, app: Flask, bind: HostPort) -> None:
        try:
            self._server = create_server(
                app,
                host=bind.host,
                port=bind.port,
                threads=THREADS,
                connection_limit=MOST_CONNECTIONS,
                channel_timeout=SLOWEST_SECONDS,
                max_request_header_size=64 * 1024,
                max_request_body_size=30 * 2**20,
                ident=None,
                clear_untrusted_proxy_headers=True,
            )
        except OSError as fault:
            raise BadInput(
                f"{bind} cannot be used ({fault.strerror}): another program listens there. "
                "Stop it, or choose another port in [web] bind."
            ) from fault
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)

    @property
    def bound(self) -> HostPort:
        """Where the pages really are: port 0 let the system choose."""
        return HostPort(self._server.effective_host, int(self._server.effective_port))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.close()
        self._server.task_dispatcher.shutdown()
        self._thread.join(5)
