"""The socket of a running site: commands go through it, since the site alone may open its SQLite database.

A request is one line of JSON `{"action", "args", "files", "tty"}`; the open files it names travel with it, so that the
site needs no right to the caller's paths. The answer is one line `{"exit": n}`; what the command prints goes straight
to the caller's own output. Who hangs up cancels the command at its next page.
"""

import contextlib
import io
import json
import logging
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mailhub.errors import MailhubError

log = logging.getLogger("mailhub.jobs")

LONGEST_REQUEST = 64 * 1024
MOST_FILES = 8
REQUEST_SECONDS = 10.0  # for the request to arrive; it is one line
LAST_PAGE_SECONDS = 20.0  # a command may take for its page when the site stops
_LONGEST_PATH = 100  # bytes; Linux takes 107 in the address of a socket
_CREDENTIALS = struct.Struct("3i")  # process, user, group: unix(7)


class HungUp(MailhubError):
    """Nobody waits for this command any longer, or the site stops: it ends at the next page."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What a command may read and write, wherever it runs.

    Neither is done within a transaction: a reader that is slow, or asleep, would keep everybody from writing.
    """

    out: IO[str]
    err: IO[str]
    files: Mapping[str, IO[bytes]]
    check: Callable[[], None]  # raises HungUp when nobody waits any longer
    is_tty: bool = False  # whether a person looks at `err`


Action = Callable[[Mapping[str, Any], Terminal], int]


class ControlServer:
    """Runs the site's actions for callers on the same machine, one thread a caller."""

    def __init__(self, path: Path, actions: Mapping[str, Action]) -> None:
        self._path = path
        self._actions = actions
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._stopping = threading.Event()
        self._calls: set[threading.Thread] = set()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen; the caller holds the site's lock, so nobody else does."""
        self._path.unlink(missing_ok=True)
        with _address(self._path) as address:
            self._socket.bind(address)
        self._path.chmod(0o600)  # until it listens nobody can connect
        self._socket.listen(8)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more calls, and let those under way end at their next page."""
        self._stopping.set()
        if self._thread is not None:
            self._path.unlink(missing_ok=True)
            self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(REQUEST_SECONDS)
        self._socket.close()
        for call in list(self._calls):
            call.join(LAST_PAGE_SECONDS)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                caller, _ = self._socket.accept()
            except OSError as fault:
                if not self._stopping.is_set():
                    log.warning("no control call taken: %s", fault)
                    self._stopping.wait(1)  # too many open files, perhaps: some will close
                continue
            call = threading.Thread(target=self._answer, args=(caller,), name="control-call", daemon=True)
            self._calls.add(call)
            call.start()

    def _answer(self, caller: socket.socket) -> None:
        descriptors: list[int] = []
        try:
            with caller:
                code = self._carry_out(caller, descriptors)
                caller.sendall(json.dumps({"exit": code}).encode() + b"\n")
        except OSError:
            log.info("the caller of a command went away")
        except Exception:  # a call must not stop the site
            log.exception("control call failed")
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
            self._calls.discard(threading.current_thread())

    def _carry_out(self, caller: socket.socket, descriptors: list[int]) -> int:
        if not _is_ours(caller):
            return 1
        caller.settimeout(REQUEST_SECONDS)
        request = json.loads(_receive(caller, descriptors))
        caller.settimeout(None)
        with _opened(request["files"], descriptors) as (out, err, files):
            terminal = Terminal(out, err, files, lambda: self._check(caller), bool(request["tty"]))
            return self._run(str(request["action"]), request["args"], terminal)

    def _run(self, name: str, args: Mapping[str, Any], terminal: Terminal) -> int:
        action = self._actions.get(name)
        if action is None:
            terminal.err.write(f"The running site does not know “{name}”; after an upgrade, restart the service.\n")
            return 2
        log.info("command begins name=%s", name)
        try:
            code = action(args, terminal)
        except HungUp as fault:
            code = 130
            if self._stopping.is_set():
                terminal.err.write(f"{fault}\n")
        except BrokenPipeError:
            code = 130
        except MailhubError as fault:
            code = 1
            terminal.err.write(f"{fault}\n")
        except Exception:  # the same for any fault of ours: the caller hears of it, the site goes on
            log.exception("command failed name=%s", name)
            code = 1
            terminal.err.write("Something went wrong in the site; its log says what.\n")
        log.info("command ended name=%s exit=%d", name, code)
        return code

    def _check(self, caller: socket.socket) -> None:
        if self._stopping.is_set():
            raise HungUp("The site is stopping. What was done is kept; run the command again when it runs.")
        if _has_gone(caller):
            raise HungUp("The caller hung up.")


def call(
    path: Path,
    action: str,
    args: Mapping[str, Any],
    files: Mapping[str, IO[bytes]],
    *,
    out: IO[str],
    err: IO[str],
) -> int | None:
    """Have the running site do it; the exit code, or None when no site listens here."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as site:
        try:
            with _address(path) as address:
                site.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except PermissionError as fault:
            raise MailhubError(f"{path}: the site runs as another user; run the command as that user.") from fault
        modes = [(name, file.mode) for name, file in files.items()]
        request = {"action": action, "args": dict(args), "files": modes, "tty": err.isatty()}
        streams: list[IO[Any]] = [out, err, *files.values()]
        for stream in streams:
            stream.flush()
        descriptors = [stream.fileno() for stream in streams]
        socket.send_fds(site, [json.dumps(request).encode() + b"\n"], descriptors)
        with contextlib.suppress(ConnectionResetError), site.makefile("rb") as answers:
            answer = answers.readline()
            if answer:
                return int(json.loads(answer)["exit"])
    raise MailhubError("The site ended before the command had. What was done is kept; run the command again.")


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """The path as a socket takes it: one that is too long goes by a descriptor of its folder."""
    if len(bytes(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _is_ours(caller: socket.socket) -> bool:
    """Whether the caller is our own user, or root."""
    _, user, _ = _CREDENTIALS.unpack(caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return user in (0, os.geteuid())


def _receive(caller: socket.socket, descriptors: list[int]) -> bytes:
    """The request's line; the open files that came with it are put into `descriptors`."""
    message = b""
    while not message.endswith(b"\n") and len(message) < LONGEST_REQUEST:
        piece, found, _, _ = socket.recv_fds(caller, LONGEST_REQUEST, MOST_FILES + 2, socket.MSG_CMSG_CLOEXEC)
        descriptors += found
        if not piece:
            break
        message += piece
    return message


@contextlib.contextmanager
def _opened(
    names: Sequence[tuple[str, str]], descriptors: Sequence[int]
) -> Iterator[tuple[IO[str], IO[str], Mapping[str, IO[bytes]]]]:
    """The caller's output, its errors, and the files it named, each flushed and closed at the end."""
    with contextlib.ExitStack() as stack:

        def opened(descriptor: int, mode: str) -> IO[Any]:
            stream = os.fdopen(os.dup(descriptor), mode)
            stack.callback(_close, stream)
            return stream

        out, err, *rest = descriptors
        texts = [_as_text(opened(descriptor, "wb")) for descriptor in (out, err)]
        for text in texts:
            stack.callback(_close, text)
        yield texts[0], texts[1], {name: opened(d, mode) for (name, mode), d in zip(names, rest, strict=True)}


def _as_text(stream: IO[bytes]) -> IO[str]:
    return io.TextIOWrapper(stream, "utf-8", "backslashreplace", line_buffering=True)


def _close(stream: IO[Any]) -> None:
    """A reader that has gone cannot be told anything more."""
    with contextlib.suppress(BrokenPipeError, ValueError):
        stream.close()


def _has_gone(caller: socket.socket) -> bool:
    readable, _, _ = select.select([caller], [], [], 0)
    try:
        return bool(readable) and caller.recv(1, socket.MSG_PEEK) == b""
    except ConnectionResetError:
        return True
