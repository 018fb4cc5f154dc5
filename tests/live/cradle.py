"""Starts the program from a process that has it imported already: imports are nine tenths of a start.

What is started is a process of its own, with its own arguments, environment and files; only its modules are there
before it begins. `tests/cli/test_run.py`, the wheel and the year start theirs as a shell does.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
MOST = 1 << 17  # bytes of one request: arguments and environment


class Child:
    """A process that was started there."""

    def __init__(self, report: socket.socket, stdout: IO[str]) -> None:
        self._report = report
        self._code: int | None = None
        self.pid = int(report.recv(32))
        self.stdout = stdout

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, seconds: float) -> int:
        code = self._look(seconds)
        assert code is not None, f"process {self.pid} runs after {seconds} seconds"
        return code

    def send_signal(self, kind: int) -> None:
        """Only while it runs: its number may be another's afterwards."""
        if self.poll() is None:
            os.kill(self.pid, kind)

    def _look(self, seconds: float) -> int | None:
        if self._code is None and select.select([self._report], [], [], seconds)[0]:
            self._code = int(self._report.recv(32))
            self._report.close()
        return self._code


def start(words: Sequence[str], environ: Mapping[str, str], log: IO[str]) -> Child:
    """`mailhub` with these words; it writes errors into the log, and what it says can be read."""
    said, says = os.pipe()
    report, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    request = json.dumps([list(words), dict(environ)]).encode()
    assert len(request) < MOST
    with theirs:
        socket.send_fds(_cradle(), [request], [says, log.fileno(), theirs.fileno()])
    os.close(says)
    return Child(report, os.fdopen(said))


@cache
def _cradle() -> socket.socket:
    """The process with the modules; it ends when this one does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    boot = f"from tests.live.cradle import serve; serve({theirs.fileno()})"
    process = subprocess.Popen([sys.executable, "-c", boot], pass_fds=[theirs.fileno()], cwd=ROOT)
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)  # the last is called first
    return ours


def serve(door: int) -> None:
    """In the cradle: a copy for each request, until nobody is there to ask."""
    import mailhub.cli.backup
    import mailhub.cli.imports
    import mailhub.cli.init
    import mailhub.cli.publishing
    import mailhub.cli.run  # noqa: F401

    gc.collect()
    gc.freeze()
    with socket.socket(fileno=door) as asked:
        while True:
            request, files, _, _ = socket.recv_fds(asked, MOST, 3)
            if not request:
                return
            if os.fork() == 0:
                asked.close()
                _watch(json.loads(request), *files)
            for each in files:
                os.close(each)
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass


def _watch(request: tuple[Sequence[str], Mapping[str, str]], says: int, log: int, report: int) -> None:
    """The parent of one process: tells its number and how it ended."""
    words, environ = request
    pid = os.fork()
    if pid == 0:
        os.close(report)
        _become(words, environ, says, log)
    os.close(says)
    os.write(report, str(pid).encode())
    _, status = os.waitpid(pid, 0)
    os.write(report, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(words: Sequence[str], environ: Mapping[str, str], says: int, log: int) -> None:
    """The program itself, from its first line on."""
    os.dup2(says, 1)
    os.dup2(log, 2)
    os.close(says)
    os.close(log)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["mailhub", *words]
    from mailhub.cli.main import main

    main(prog_name="mailhub")
