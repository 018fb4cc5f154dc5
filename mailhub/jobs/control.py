"""The socket of a running site: commands that write go through it, since the site alone may write to SQLite.

A request is one line of JSON `{"action", "args", "files"}`; the open files it names travel with it as descriptors, so
that the site needs no right to the caller's paths. The answer is one line `{"exit": n}`; what the command prints goes
straight to the caller's own output.
"""

import array
import fcntl
import io
import json
import os
import select
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mailhub.errors import MailhubError

LONGEST_REQUEST = 64 * 1024
MOST_FILES = 8


class HungUp(MailhubError):
    """The caller went away; the command stops at the next page, what is done stays done."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a command may read and write, wherever it runs."""

    out: IO[str]
    err: IO[str]
    files: Mapping[str, IO[bytes]]
    check: Callable[[], None]  # raises HungUp when nobody waits any longer
    is_tty: bool = False


Action = Callable[[Mapping[str, Any], Terminal], int]


class SiteLock:
    """Says that one process works with this data folder; the kernel lets go when it dies."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._file = (data_dir / "lock").open("a+b")

    def take(self) -> bool:
        """False when another process has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        self._file.close()


class ControlServer:
    """Runs the site's actions for callers on the same machine, one thread a caller."""

    def __init__(self, path: Path, actions: Mapping[str, Action]) -> None:
        self._path = path
        self._actions = actions
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        self._path.unlink(missing_ok=True)  # we hold the site's lock, so nobody listens there
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen(8)
        self._thread.start()

    def stop(self) -> None:
        self._path.unlink(missing_ok=True)
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(caller,), name="control-call", daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller:
            message, descriptors = _receive(caller)
            code = 1
            try:
                code = self._run(caller, json.loads(message), descriptors)
            finally:
                for descriptor in descriptors:
                    _close(descriptor)
                try:
                    caller.sendall(json.dumps({"exit": code}).encode() + b"\n")
                except OSError:
                    return

    def _run(self, caller: socket.socket, request: Mapping[str, Any], descriptors: list[int]) -> int:
        out, err = (io.TextIOWrapper(os.fdopen(os.dup(d), "wb"), "utf-8", line_buffering=True) for d in descriptors[:2])
        names = request["files"]
        files = {n: os.fdopen(os.dup(d), m) for (n, m), d in zip(names, descriptors[2:], strict=True)}
        terminal = Terminal(out, err, files, lambda: _check(caller), bool(request.get("tty")))
        try:
            action = self._actions.get(request["action"])
            if action is None:
                err.write(f"The running site does not know “{request['action']}”; restart it after an upgrade.\n")
                return 2
            return action(request["args"], terminal)
        except HungUp:
            return 130
        except MailhubError as fault:
            err.write(f"{fault}\n")
            return 1
        finally:
            for stream in (out, err, *files.values()):
                stream.close()


def call(
    path: Path,
    action: str,
    args: Mapping[str, Any],
    files: Mapping[str, IO[bytes]],
    *,
    out: int,
    err: int,
    tty: bool = False,
) -> int | None:
    """Have the running site do it; the exit code, or None when no site runs here."""
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with caller:
        try:
            caller.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        request = {"action": action, "args": dict(args), "files": [(n, f.mode) for n, f in files.items()], "tty": tty}
        descriptors = [out, err, *(f.fileno() for f in files.values())]
        socket.send_fds(caller, [json.dumps(request).encode() + b"\n"], descriptors)
        answer = caller.makefile("rb").readline()
    if not answer:
        raise MailhubError("The site stopped before it had finished; what it had done is kept. Run the command again.")
    return int(json.loads(answer)["exit"])


def _receive(caller: socket.socket) -> tuple[bytes, list[int]]:
    message, descriptors = b"", array.array("i")
    while not message.endswith(b"\n") and len(message) < LONGEST_REQUEST:
        piece, found, _flags, _address = socket.recv_fds(caller, LONGEST_REQUEST, MOST_FILES + 2)
        descriptors.extend(found)
        if not piece:
            break
        message += piece
    return message, list(descriptors)


def _check(caller: socket.socket) -> None:
    readable, _, _ = select.select([caller], [], [], 0)
    if readable and caller.recv(1, socket.MSG_PEEK) == b"":
        raise HungUp("the caller hung up")


def _close(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        return
