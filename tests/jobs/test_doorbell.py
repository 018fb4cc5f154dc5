"""A bell wakes who waits, or the next who will; nothing hangs on one that never rings."""

import threading

from mailhub.jobs.doorbell import Doorbell

PATIENCE = 20.0
MOMENT = 0.001


def test_a_ring_before_the_wait_is_not_lost() -> None:
    bells = Doorbell()
    bells.ring("delivery")
    assert bells.wait("delivery", PATIENCE) is True


def test_a_bell_rings_once() -> None:
    bells = Doorbell()
    bells.ring("delivery")
    bells.ring("delivery")
    assert bells.wait("delivery", PATIENCE) is True
    assert bells.wait("delivery", MOMENT) is False


def test_each_kind_has_its_own() -> None:
    bells = Doorbell()
    bells.ring("inbound")
    assert bells.wait("delivery", MOMENT) is False
    assert bells.wait("inbound", PATIENCE) is True


def test_whoever_waits_is_woken() -> None:
    bells, heard = Doorbell(), threading.Event()

    def wait() -> None:
        if bells.wait("chores", PATIENCE):
            heard.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not heard.is_set() and waiting.is_alive():
        bells.ring_all()  # knows the bell as soon as somebody waits at it
    waiting.join(PATIENCE)
    assert heard.is_set()


def test_nobody_sleeps_at_a_closed_bell() -> None:
    bells = Doorbell()
    bells.close()
    for _ in range(3):
        assert bells.wait("chores", PATIENCE) is True
    assert bells.wait("never seen before", PATIENCE) is True
