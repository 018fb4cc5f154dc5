"""Runs pure functions in a process of their own that can be killed: a cell.

Hostile bytes can make any parser slow or greedy; here they cost one call, not the service. The process is started
afresh (not forked, so that no lock or open file comes along) with nothing imported but what it is asked to run.
"""

import contextlib
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar, TypeVarTuple

from mailhub.errors import MailhubError

T = TypeVar("T")
A = TypeVar("A")
Ts = TypeVarTuple("Ts")

MOST_MEMORY = 512 * 1024 * 1024  # of address space
_START_SECONDS = 60.0  # for an interpreter and imports, on a machine that is busy
_SIGN_SECONDS = 120.0  # for one call of a pool, whose bytes are our own
_BATCH = 64
_LENGTH = struct.Struct(">Q")
_NOT_FOR_CHILDREN = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the parent decides when they end
_BOOT = "import sys; sys.path[:] = {path!r}; from mailhub.offload import serve; serve({fd}, {seconds}, {memory})"


class TookTooLong(MailhubError):
    """A call was not done in its time; its process was killed."""


class Died(MailhubError):
    """The process ended, or ran out of memory, during a call."""


class Cell:
    """One process, one call at a time; started by the first call, replaced after each death. Safe between threads."""

    def __init__(self, max_seconds: float, max_memory: int = MOST_MEMORY) -> None:
        self._max_seconds = max_seconds
        self._max_memory = max_memory
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def call(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run `function(*args)` over there; raises what it raises, TookTooLong or Died.

        The function must be importable by its name; arguments and result travel pickled."""
        request = pickle.dumps((function, args), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            answer = self._ask(function, request)
        result: T = answer.unwrap()
        return result

    def map(self, function: Callable[[A], T], items: Iterable[A], batch: int = _BATCH) -> list[T]:
        """Run a function over many items, a batch in one call: each batch has the whole time limit."""
        waiting = list(items)
        batches = (waiting[start : start + batch] for start in range(0, len(waiting), batch))
        return [result for some in batches for result in self.call(_each, function, some)]

    def close(self) -> None:
        """End the process; the next call would start another."""
        with self._lock:
            self._end()

    def _ask(self, function: Callable[..., Any], request: bytes) -> "_Answer":
        try:
            if self._child is None:
                self._child = _Child(self._max_seconds, self._max_memory)
                self._child.exchange(pickle.dumps((_nothing, (function,))), _START_SECONDS)
            return self._child.exchange(request, self._max_seconds)
        except TimeoutError:
            self._end()
            raise TookTooLong(f"{function.__name__} was not done in {self._max_seconds:g} s") from None
        except (OSError, EOFError):
            self._end()
            raise Died(f"the process that ran {function.__name__} ended") from None
        except BaseException:
            self._end()  # an answer may be under way that the next call must not take for its own
            raise

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _each(function: Callable[[A], T], items: list[A]) -> list[T]:
    return [function(item) for item in items]


def _nothing(_: object) -> None:
    """What a new process is asked first: by then it has imported what it will run."""


class _Answer:
    """A result or what was raised instead."""

    def __init__(self, result: Any = None, error: BaseException | None = None) -> None:
        self.result = result
        self.error = error

    def unwrap(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


class _Child:
    """A process and the socket to it."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._socket, theirs = socket.socketpair()
        boot = _BOOT.format(path=sys.path, fd=theirs.fileno(), seconds=seconds, memory=memory)
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_FOR_CHILDREN)  # the child inherits this
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and text)
                [sys.executable, "-c", boot],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        except BaseException:
            self._socket.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
            theirs.close()

    def exchange(self, request: bytes, seconds: float) -> _Answer:
        self._socket.settimeout(seconds)
        _send(self._socket, request)
        answer = pickle.loads(_receive(self._socket))  # noqa: S301  (from our own child)
        if not isinstance(answer, _Answer):
            raise EOFError
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._socket.close()


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(_LENGTH.pack(len(message)))
    connection.sendall(message)


def _receive(connection: socket.socket) -> bytearray:
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    return _exactly(connection, length)


def _exactly(connection: socket.socket, size: int) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = connection.recv_into(view)
        if not count:
            raise EOFError
        view = view[count:]
    return buffer


def serve(fd: int, seconds: float, memory: int) -> None:
    """The life of a child: answer requests until the parent is gone."""
    for number in _NOT_FOR_CHILDREN:
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    connection = socket.socket(fileno=fd)
    with contextlib.suppress(EOFError, OSError):
        while True:
            request = _receive(connection)
            # Should the parent be gone, nobody kills a call that hangs but the kernel.
            signal.setitimer(signal.ITIMER_REAL, seconds * 2 + _START_SECONDS)
            answer = _answer(request)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _send(connection, answer)


def _answer(request: bytearray) -> bytes:
    try:
        function, args = pickle.loads(request)  # noqa: S301  (from our own parent)
        return pickle.dumps(_Answer(function(*args)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(_Answer(error=Died("out of memory")))
    except Exception as error:  # whatever it is belongs to the caller
        error.add_note(traceback.format_exc())
        return _packed(error)


def _packed(error: Exception) -> bytes:
    try:
        packed = pickle.dumps(_Answer(error=error))
        pickle.loads(packed)  # noqa: S301  (what we just packed)
    except Exception:  # an error that cannot travel is told in words
        return pickle.dumps(_Answer(error=MailhubError(repr(error))))
    return packed


class _Pool(Executor):
    """Several cells behind the standard library's interface."""

    def __init__(self, workers: int) -> None:
        self._own = threading.local()
        self._cells: list[Cell] = []
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="helper")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return self._threads.submit(self._call, fn, args, kwargs)

    def _call(self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        if not hasattr(self._own, "cell"):
            self._own.cell = Cell(_SIGN_SECONDS)
            self._cells.append(self._own.cell)
        cell: Cell = self._own.cell
        return cell.call(_with_names, function, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        for cell in self._cells:
            cell.close()


def _with_names(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    return function(*args, **kwargs)


def pool(workers: int) -> Executor:
    """So many processes for work on our own bytes, such as signing; each is started by its first task."""
    return _Pool(workers)
