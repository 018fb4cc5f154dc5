"""A served site for a browser: TLS in front of waitress, under the very name that mails say."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from mailhub.measures import HostPort
from mailhub.web.server import WebServer

LOCAL = "127.0.0.1"
PIECE = 64 * 1024
PATIENCE = 10.0  # seconds for the door to open or to close; only waited for, never slept


class Front:
    """An https door; behind it stands one application at a time."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._behind: HostPort | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="https", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._open(context), self._loop).result(PATIENCE)
        self.port = int(self._server.sockets[0].getsockname()[1])

    @contextmanager
    def serving(self, app: Flask) -> Iterator[None]:
        """Let this application answer while the block runs; then the one before it answers again."""
        before, server = self._behind, WebServer(app, HostPort(LOCAL, 0))
        server.start()
        self._behind = server.bound
        try:
            yield
        finally:
            self._behind = before
            server.stop()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def _open(self, context: ssl.SSLContext) -> asyncio.Server:
        return await asyncio.start_server(self._serve, LOCAL, 0, ssl=context)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._behind is None:
            writer.close()
            return
        answers, asks = await asyncio.open_connection(self._behind.host, self._behind.port)
        await asyncio.gather(_pour(reader, asks), _pour(answers, writer))

    async def _end(self) -> None:
        self._server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def _pour(source: asyncio.StreamReader, into: asyncio.StreamWriter) -> None:
    """Pass on what comes until either side has gone."""
    try:
        while piece := await source.read(PIECE):
            into.write(piece)
            await into.drain()
    except OSError:  # a browser that goes away says nothing more
        return
    finally:
        into.close()
