"""Failpoints: nothing until armed, then exactly what was asked."""

import signal
import subprocess
import sys
import timeit
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailhub
from mailhub import faults
from mailhub.errors import BadInput
from mailhub.faults import Injected, Point, point


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    faults.arm("")
    yield
    faults.arm("")


def test_a_point_does_nothing_while_nobody_asks() -> None:
    for here in Point:
        point(here)


def test_an_armed_point_raises_and_the_others_do_not() -> None:
    faults.arm("intake.kept=raise")
    point(Point.SENDER_CLAIMED)
    for _ in range(2):
        with pytest.raises(Injected, match=r"intake\.kept"):
            point(Point.INTAKE_KEPT)


def test_a_counted_fault_strikes_that_time_only() -> None:
    faults.arm("intake.kept=raise@3, sender.claimed=raise@1")
    point(Point.INTAKE_KEPT)
    point(Point.INTAKE_KEPT)
    with pytest.raises(Injected):
        point(Point.INTAKE_KEPT)
    point(Point.INTAKE_KEPT)
    with pytest.raises(Injected):
        point(Point.SENDER_CLAIMED)


@pytest.mark.parametrize(("fault", "said"), [("kill@2", "reached reached"), ("kill", "reached")])
def test_the_environment_cuts_the_power(fault: str, said: str) -> None:
    program = (
        "from mailhub.faults import Point, point\n"
        "for _ in range(3):\n    print('reached', flush=True)\n    point(Point.INTAKE_KEPT)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"MAILHUB_FAULTS": f"intake.kept={fault}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (-signal.SIGKILL, said.split())


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("intake.kep=kill", "did you mean 'intake.kept'"),
        ("intake.kept", "must end in"),
        ("intake.kept=explode", "must end in"),
        ("intake.kept=kill@x", "must end in"),
    ],
)
def test_a_misspelt_fault_is_refused_with_a_cure(text: str, cure: str) -> None:
    with pytest.raises(BadInput, match=cure):
        faults.arm(text)


def test_an_unarmed_point_costs_next_to_nothing() -> None:
    seconds = min(timeit.repeat(lambda: point(Point.SENDER_AFTER_DOT), number=10_000, repeat=5)) / 10_000
    assert seconds < 5e-6


def test_names_are_words_joined_by_one_dot() -> None:
    assert all(here.count(".") == 1 and here == here.lower() and " " not in here for here in Point)


def test_every_point_stands_somewhere_in_the_code() -> None:
    package = Path(mailhub.__file__).parent
    code = "".join(path.read_text() for path in package.rglob("*.py") if path.name != "faults.py")
    assert [here for here in Point if f"point(Point.{here.name})" not in code] == []
