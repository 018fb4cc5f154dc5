"""What runs in a cell can hang, crash or eat memory, and only its own call is lost."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailhub.errors import MailhubError
from mailhub.offload import Cell, Died, TookTooLong, pool


def double(number: int) -> int:
    return number * 2


def who() -> int:
    return os.getpid()


def hang() -> None:
    time.sleep(600)


def spin() -> None:
    while True:
        pass


def crash() -> None:
    os._exit(3)


def eat() -> int:
    return len(bytearray(8 * 1024**3))


def fail(word: str) -> None:
    raise ValueError(word)


class Mute(Exception):
    """An error that cannot be rebuilt from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def fail_mutely() -> None:
    raise Mute("one", "two")


def loaded() -> list[str]:
    return sorted(name for name in sys.modules if name in ("sqlalchemy", "flask", "lxml", "click", "multiprocessing"))


def ignored() -> list[bool]:
    return [signal.getsignal(number) is signal.SIG_IGN for number in (signal.SIGINT, signal.SIGTERM)]


@pytest.fixture
def cell() -> Iterator[Cell]:
    cell = Cell(10)
    yield cell
    cell.close()


@pytest.fixture
def hasty() -> Iterator[Cell]:
    cell = Cell(0.5)
    yield cell
    cell.close()


def test_a_call_runs_in_another_process_that_stays_for_the_next(cell: Cell) -> None:
    first = cell.call(who)
    assert first != os.getpid()
    assert cell.call(who) == first


def test_a_call_that_hangs_is_killed_and_the_next_one_works(hasty: Cell) -> None:
    before = hasty.call(who)
    for slow in (hang, spin):
        with pytest.raises(TookTooLong):
            hasty.call(slow)
    assert hasty.call(who) != before
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)


def test_a_call_that_ends_its_process_harms_nobody_else(cell: Cell) -> None:
    with pytest.raises(Died):
        cell.call(crash)
    assert cell.call(double, 21) == 42


def test_a_call_that_eats_memory_is_told_so_and_the_process_goes_on(cell: Cell) -> None:
    before = cell.call(who)
    with pytest.raises(Died, match="memory"):
        cell.call(eat)
    assert cell.call(who) == before


def test_what_a_call_raises_reaches_the_caller_with_its_traceback(cell: Cell) -> None:
    with pytest.raises(ValueError, match="wrong word") as caught:
        cell.call(fail, "wrong word")
    assert "in fail" in "".join(caught.value.__notes__)


def test_an_error_that_cannot_travel_is_told_in_words(cell: Cell) -> None:
    with pytest.raises(MailhubError, match="Mute"):
        cell.call(fail_mutely)
    assert cell.call(double, 1) == 2


def test_many_megabytes_go_there_and_back(cell: Cell) -> None:
    big = os.urandom(25 * 1024 * 1024)
    assert cell.call(bytes, big) == big


def test_a_map_gives_every_result_in_order(cell: Cell) -> None:
    assert cell.map(double, range(1000), batch=64) == [number * 2 for number in range(1000)]
    assert cell.map(double, []) == []


def test_callers_in_many_threads_get_their_own_answers() -> None:
    cell = Cell(20)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda number: cell.call(double, number), range(200))) == list(range(0, 400, 2))
    cell.close()


def test_a_closed_cell_leaves_no_process(cell: Cell) -> None:
    child = cell.call(who)
    cell.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_the_other_process_imports_only_what_it_runs_and_leaves_ctrl_c_to_the_parent(cell: Cell) -> None:
    assert cell.call(double, 1) == 2  # this module itself imports no more than the standard library and pytest
    assert cell.call(loaded) == []
    assert cell.call(ignored) == [True, True]
    child = cell.call(who)
    os.kill(child, signal.SIGINT)
    assert cell.call(who) == child


def test_a_process_stopped_from_outside_is_replaced(hasty: Cell) -> None:
    child = hasty.call(who)
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(TookTooLong):
        hasty.call(double, 1)
    assert hasty.call(double, 1) == 2


PARENT = """
import os, threading, time
from mailhub.offload import Cell
cell = Cell(60)
print(cell.call(os.getpid), flush=True)
{work}
os._exit(0)
"""


@pytest.mark.parametrize(
    "work", ["", "threading.Thread(target=cell.call, args=(time.sleep, 0.3)).start(); time.sleep(0.1)"]
)
def test_a_process_does_not_outlive_its_parent(work: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT.format(work=work)], capture_output=True, text=True, check=True
    )
    assert is_gone_within(int(parent.stdout), seconds=10)


def is_gone_within(child: int, seconds: float) -> bool:
    moment = threading.Event()
    for _ in range(int(seconds / 0.05)):
        try:
            with open(f"/proc/{child}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":  # ended; nobody has asked how yet
                    return True
        except FileNotFoundError:
            return True
        moment.wait(0.05)
    return False


@pytest.mark.parametrize("how", ["script", "module"])
def test_a_cell_works_whatever_started_the_parent(how: str, tmp_path: object) -> None:
    script = os.path.join(str(tmp_path), "started.py")
    text = textwrap.dedent(
        """
        import sys
        assert "started_twice" not in sys.modules
        from mailhub.offload import Cell
        cell = Cell(20)
        print(cell.call(len, "four"))
        cell.close()
        """
    )  # no `if __name__ == "__main__"`: nothing may run it a second time
    with open(script, "w") as file:
        file.write(text)
    start = [script] if how == "script" else ["-m", "started"]
    done = subprocess.run([sys.executable, *start], capture_output=True, text=True, check=True, cwd=str(tmp_path))
    assert done.stdout == "4\n"


def test_a_pool_runs_tasks_in_as_many_processes_as_asked_for() -> None:
    with pool(2) as helpers:
        assert list(helpers.map(double, range(50))) == list(range(0, 100, 2))
        assert helpers.submit(fail, "x").exception() is not None
        assert len({helpers.submit(who).result() for _ in range(20)}) <= 2
