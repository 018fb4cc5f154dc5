"""The socket of a running site: who calls, what they hand over, and what becomes of it when somebody goes away."""

import io
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pytest

from mailhub.errors import BadInput, MailhubError
from mailhub.jobs.control import Action, ControlServer, HungUp, Terminal, call
from mailhub.jobs.lock import SiteLock

SOON = 5.0  # seconds; a wait of this length has failed

Serve = Callable[..., Path]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a site that knows these actions; gives the path of its socket."""
    started = []

    def start(path: Path = tmp_path / "control.sock", **actions: Action) -> Path:
        server = ControlServer(path, actions)
        server.start()
        started.append(server)
        return path

    yield start
    for server in started:
        server.stop()


class Caller:
    """A terminal of somebody who runs a command."""

    def __init__(self, folder: Path) -> None:
        self.out = (folder / "out").open("w+")
        self.err = (folder / "err").open("w+")

    def runs(self, path: Path, name: str, files: Mapping[str, IO[bytes]] | None = None, **args: Any) -> int | None:
        return call(path, name, args, files or {}, out=self.out, err=self.err)

    def sees(self) -> tuple[str, str]:
        self.out.seek(0)
        self.err.seek(0)
        return self.out.read(), self.err.read()


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    somebody = Caller(tmp_path)
    yield somebody
    somebody.out.close()
    somebody.err.close()


def test_what_a_command_prints_reaches_its_caller(serve: Serve, caller: Caller) -> None:
    def greet(args: Mapping[str, Any], terminal: Terminal) -> int:
        terminal.out.write(f"Buongiorno, {args['who']}\n")
        terminal.err.write("one line refused\n")
        return 3

    assert caller.runs(serve(greet=greet), "greet", who="Niccolò") == 3
    assert caller.sees() == ("Buongiorno, Niccolò\n", "one line refused\n")


def test_open_files_travel_not_their_paths(serve: Serve, caller: Caller, tmp_path: Path) -> None:
    source = tmp_path / "members.csv"
    source.write_bytes(b"anna@example.org\n")
    target = (tmp_path / "copy").open("wb")

    def copy(_args: Mapping[str, Any], terminal: Terminal) -> int:
        terminal.files["to"].write(terminal.files["from"].read())
        return 0

    with source.open("rb") as opened, target:
        source.unlink()
        assert caller.runs(serve(copy=copy), "copy", {"from": opened, "to": target}) == 0
    assert (tmp_path / "copy").read_bytes() == b"anna@example.org\n"


def test_nobody_listening_is_no_error(caller: Caller, tmp_path: Path) -> None:
    assert caller.runs(tmp_path / "control.sock", "greet") is None
    assert caller.runs(tmp_path / "no" / "folder" / "control.sock", "greet") is None


def test_a_socket_left_by_a_killed_site_is_nobody(serve: Serve, caller: Caller, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "control.sock"))
    left.close()
    assert caller.runs(tmp_path / "control.sock", "greet") is None
    assert caller.runs(serve(greet=lambda _args, _terminal: 0), "greet") == 0


def test_a_data_folder_with_a_long_name_works(serve: Serve, caller: Caller, tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    path = serve(folder / "control.sock", greet=lambda _args, _terminal: 7)
    assert caller.runs(path, "greet") == 7


def test_only_our_user_may_open_the_socket(serve: Serve) -> None:
    assert serve().stat().st_mode & 0o777 == 0o600


def test_bad_input_is_one_line_on_the_callers_side(serve: Serve, caller: Caller) -> None:
    def refuse(_args: Mapping[str, Any], _terminal: Terminal) -> int:
        raise BadInput("there is no group “orto”")

    assert caller.runs(serve(refuse=refuse), "refuse") == 1
    assert caller.sees() == ("", "there is no group “orto”\n")


def test_a_fault_of_ours_ends_the_command_not_the_site(serve: Serve, caller: Caller) -> None:
    def break_(_args: Mapping[str, Any], _terminal: Terminal) -> int:
        raise ZeroDivisionError

    path = serve(**{"break": break_, "greet": lambda _args, _terminal: 0})
    assert caller.runs(path, "break") == 1
    assert caller.sees()[1] == "Something went wrong in the site; its log says what.\n"
    assert caller.runs(path, "greet") == 0


def test_an_action_of_a_newer_release_is_named(serve: Serve, caller: Caller) -> None:
    assert caller.runs(serve(), "plant") == 2
    assert "does not know “plant”" in caller.sees()[1]


def test_hanging_up_ends_the_command_at_its_next_page(serve: Serve, caller: Caller) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(_args: Mapping[str, Any], terminal: Terminal) -> int:
        try:
            while True:
                terminal.check()
                begun.set()
        except HungUp:
            ended.set()
            raise

    hang_up = _call_by_hand(serve(work=work), "work", caller)
    assert begun.wait(SOON)
    assert not ended.is_set()
    hang_up()
    assert ended.wait(SOON)


def test_a_reader_who_goes_away_ends_the_command(serve: Serve, caller: Caller) -> None:
    def talk(_args: Mapping[str, Any], terminal: Terminal) -> int:
        while True:
            terminal.out.write("one more line\n")

    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as out:
        assert call(serve(talk=talk), "talk", {}, {}, out=out, err=caller.err) == 130


def test_a_stopping_site_lets_a_command_finish_its_page(caller: Caller, tmp_path: Path) -> None:
    begun = threading.Event()

    def work(_args: Mapping[str, Any], terminal: Terminal) -> int:
        begun.set()
        while True:
            terminal.check()

    server = ControlServer(tmp_path / "control.sock", {"work": work})
    server.start()
    codes: list[int | None] = []
    running = threading.Thread(target=lambda: codes.append(caller.runs(tmp_path / "control.sock", "work")))
    running.start()
    assert begun.wait(SOON)
    server.stop()
    running.join(SOON)
    assert codes == [130]
    assert caller.sees()[1].startswith("The site is stopping.")
    assert not (tmp_path / "control.sock").exists()


def test_a_site_that_dies_says_so(caller: Caller, tmp_path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "control.sock"))
    listening.listen()

    def die() -> None:
        connection, _ = listening.accept()
        connection.recv(10)
        connection.close()
        listening.close()

    dying = threading.Thread(target=die)
    dying.start()
    with pytest.raises(MailhubError, match="ended before the command"):
        caller.runs(tmp_path / "control.sock", "work")
    dying.join(SOON)


def test_a_call_that_is_no_request_does_not_stop_the_site(serve: Serve, caller: Caller) -> None:
    path = serve(greet=lambda _args, _terminal: 0)
    for said in (b"", b"nonsense\n", b'{"action": "greet", "args": {}, "files": [], "tty": false}\n'):
        with socket.socket(socket.AF_UNIX) as stranger:
            stranger.connect(str(path))
            stranger.sendall(said)
            stranger.shutdown(socket.SHUT_WR)
            assert stranger.recv(100) == b""
    assert caller.runs(path, "greet") == 0


def test_no_descriptor_is_left_open(serve: Serve, caller: Caller) -> None:
    path = serve(greet=lambda _args, _terminal: 0)
    caller.runs(path, "greet")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        caller.runs(path, "greet", {"more": io.FileIO(os.devnull)})
    _settled(lambda: len(os.listdir("/proc/self/fd")) <= before)


def test_one_process_works_with_a_data_folder(tmp_path: Path) -> None:
    first, second = SiteLock(tmp_path), SiteLock(tmp_path)
    assert first.take("run")
    assert not second.take("verify")
    assert second.holder() == f"run, process {os.getpid()}"
    first.release()
    assert second.take("verify")
    second.release()


def _call_by_hand(path: Path, name: str, caller: Caller) -> Callable[[], None]:
    """Begin a call; the function it gives hangs up."""
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    request = json.dumps({"action": name, "args": {}, "files": [], "tty": False}).encode() + b"\n"
    socket.send_fds(connection, [request], [caller.out.fileno(), caller.err.fileno()])
    return connection.close


def _settled(holds: Callable[[], bool]) -> None:
    """The threads of finished calls close what they opened a moment after the answer."""
    waiting = threading.Event()
    for _ in range(int(SOON * 100)):
        if holds():
            return
        waiting.wait(0.01)
    raise AssertionError("it never settled")
