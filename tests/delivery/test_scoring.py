"""How bounces add up, a day at a time, and when a mailing is to blame."""

from datetime import UTC, datetime, timedelta

import pytest

from mailhub.delivery.scoring import Event, is_broken, score
from mailhub.mail.reports.verdicts import Verdict

START = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HARD, SOFT, POLICY, UNKNOWN = Verdict.HARD, Verdict.SOFT, Verdict.POLICY, Verdict.UNKNOWN


def at(day: float, verdict: Verdict = HARD) -> Event:
    return Event(START + timedelta(days=day), verdict)


@pytest.mark.parametrize(
    ("events", "on_day", "total"),
    [
        ([], 0, 0),
        ([at(0)], 0, 1),
        ([at(0, SOFT)], 0, 0.5),
        ([at(0, UNKNOWN)], 0, 0.5),
        ([at(0, POLICY)] * 9, 0, 0),
        ([at(0), at(0.1), at(0.2)], 1, 1),
        ([at(0, SOFT), at(0.1, HARD)], 1, 1),
        ([at(day) for day in range(5)], 4, 5),
        ([at(day, SOFT) for day in range(10)], 9, 5),
        ([at(day * 7) for day in range(5)], 28, 5),
        ([at(day * 8) for day in range(5)], 32, 1),
        ([at(0), at(1), at(20)], 20, 1),
        ([at(0), at(1)], 9, 0),
        ([at(1), at(0)], 1, 2),
        ([at(0), at(5)], 1, 1),
    ],
)
def test_a_day_counts_once_and_a_quiet_week_forgets(events: list[Event], on_day: float, total: float) -> None:
    assert score(events, START + timedelta(days=on_day)).total == total


def test_the_trouble_began_with_the_first_bounce_that_counts() -> None:
    found = score([at(0), at(20), at(21, POLICY), at(22)], START + timedelta(days=22))
    assert found.since == START + timedelta(days=20)
    assert not found.is_too_much


def test_sixty_days_of_a_dead_mailbox_and_of_one_that_is_full_now_and_then() -> None:
    dead = [score([at(day) for day in range(until + 1)], START + timedelta(days=until)) for until in range(60)]
    assert [one.is_too_much for one in dead].index(True) == 4
    often_full = [at(day, SOFT) for day in range(0, 60, 8)]
    assert not any(score(often_full, START + timedelta(days=day)).is_too_much for day in range(60))


@pytest.mark.parametrize(
    ("went", "refused", "expected"),
    [
        (4, 3, False),
        (8, 4, True),
        (9, 4, False),
        (200, 19, False),
        (100, 20, True),
        (1000, 100, False),
        (1000, 200, True),
    ],
)
def test_a_mailing_is_to_blame_when_it_comes_back_from_everywhere(went: int, refused: int, expected: bool) -> None:
    assert is_broken(went, refused) is expected
