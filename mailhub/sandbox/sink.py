"""A mail server that swallows: for the sandbox, the bench and tests. `Manners` can tell it to misbehave.

As a process: `python -m mailhub.sandbox.sink --port 0 --keep-every 100 --out FILE` prints its port, and on SIGTERM
one JSON line of what it counted.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from mailhub.sandbox.manners import Fault, Manners, Received, Session

__all__ = ["Fault", "Manners", "Received", "Sink", "listen", "main"]


class Sink:
    """A sink in a thread: `with Sink(Manners(…)) as sink:` listens on a loopback port, or on a Unix socket."""

    def __init__(self, manners: Manners | None = None, *, port: int = 0, unix_path: Path | None = None) -> None:
        self.manners = manners or Manners()
        self.port = port
        self._unix_path = unix_path
        self._loop = asyncio.new_event_loop()
        self._listens = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sink", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._listens.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        server = self._loop.run_until_complete(listen(self.manners, self.port, self._unix_path))
        if self._unix_path is None:
            self.port = server.sockets[0].getsockname()[1]
        self._listens.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


async def listen(manners: Manners, port: int, unix_path: Path | None = None) -> asyncio.Server:
    """Serve clients until the loop stops."""
    loop = asyncio.get_running_loop()
    context = manners.tls if manners.implicit_tls else None
    if unix_path is not None:
        return await loop.create_unix_server(lambda: Session(manners), str(unix_path), ssl=context)
    return await loop.create_server(lambda: Session(manners), "127.0.0.1", port, ssl=context)


def main() -> None:
    """Swallow mail on a loopback port until SIGTERM."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one; it is printed")
    parser.add_argument("--keep-every", type=int, default=1, help="write every n-th message")
    parser.add_argument("--out", type=Path, help="where kept messages go, a JSON line each")
    options = parser.parse_args()
    with options.out.open("w") if options.out else contextlib.nullcontext() as file:

        def keep(received: Received) -> None:
            if file is not None:
                file.write(_line(received))

        manners = Manners(on_message=keep if file else None, keep_every=options.keep_every)
        asyncio.run(_serve(manners, options.port))
    _say(json.dumps({**manners.counts, "cpu_seconds": round(time.process_time(), 3)}))


async def _serve(manners: Manners, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await listen(manners, port)
    _say(str(server.sockets[0].getsockname()[1]))
    await stopped.wait()
    server.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _line(received: Received) -> str:
    text = received.data.decode("latin-1")  # octet for octet
    return json.dumps({"from": received.envelope_from, "to": received.recipients, "message": text}) + "\n"


if __name__ == "__main__":
    main()
