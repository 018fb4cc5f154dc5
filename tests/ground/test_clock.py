"""The two times, local hours across daylight saving, and that nobody else reads a clock."""

import ast
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import mailhub
from mailhub.clock import Clock, FakeClock, at_local, is_zone, local, next_local

ROME = "Europe/Rome"
PACKAGE = Path(mailhub.__file__).parent


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_turning_moves_the_sites_time_and_leaves_the_real_one() -> None:
    clock = FakeClock(utc(2026, 3, 1, 8))
    clock.turn(timedelta(days=7))
    assert (clock.now(), clock.real()) == (utc(2026, 3, 8, 8), utc(2026, 3, 1, 8))


def test_a_kept_offset_holds_from_the_start_and_may_be_set() -> None:
    clock = FakeClock(utc(2026, 3, 1), offset=timedelta(hours=5))
    assert clock.now() == utc(2026, 3, 1, 5)
    clock.offset = timedelta()
    assert clock.now() == utc(2026, 3, 1)


def test_passing_time_moves_all_three() -> None:
    clock = FakeClock(utc(2026, 3, 1))
    clock.pass_by(timedelta(seconds=90))
    assert (clock.now(), clock.real(), clock.monotonic()) == (utc(2026, 3, 1, 0, 1, 30), utc(2026, 3, 1, 0, 1, 30), 90)


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    clock = Clock(timedelta(days=1))
    assert clock.now().utcoffset() == timedelta()
    assert clock.now() - clock.real() < timedelta(days=1, seconds=5)
    assert clock.monotonic() <= clock.monotonic()


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant"),
    [
        (date(2026, 3, 14), time(9), ROME, utc(2026, 3, 14, 8)),
        (date(2026, 7, 14), time(7, 30), ROME, utc(2026, 7, 14, 5, 30)),
        # 29 March 2026: 02:00-03:00 does not exist in Rome
        (date(2026, 3, 29), time(1, 59), ROME, utc(2026, 3, 29, 0, 59)),
        (date(2026, 3, 29), time(2), ROME, utc(2026, 3, 29, 1)),
        (date(2026, 3, 29), time(2, 30), ROME, utc(2026, 3, 29, 1)),
        (date(2026, 3, 29), time(3), ROME, utc(2026, 3, 29, 1)),
        (date(2027, 3, 28), time(2, 30), ROME, utc(2027, 3, 28, 1)),
        # 25 October 2026: 02:00-03:00 comes twice
        (date(2026, 10, 25), time(2), ROME, utc(2026, 10, 25, 0)),
        (date(2026, 10, 25), time(2, 30), ROME, utc(2026, 10, 25, 0, 30)),
        (date(2026, 10, 25), time(2, 30, fold=1), ROME, utc(2026, 10, 25, 0, 30)),
        (date(2026, 10, 25), time(3), ROME, utc(2026, 10, 25, 2)),
        # half an hour on Lord Howe, a midnight that does not exist in Beirut, a whole day in Apia
        (date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
        (date(2026, 3, 29), time(0), "Asia/Beirut", utc(2026, 3, 28, 22)),
        (date(2011, 12, 30), time(12), "Pacific/Apia", utc(2011, 12, 30, 10)),
        (date(2026, 9, 27), time(2, 30), "Pacific/Auckland", utc(2026, 9, 26, 14)),
    ],
)
def test_a_local_hour_is_one_instant(day: date, at: time, zone: str, instant: datetime) -> None:
    assert at_local(day, at, zone) == instant
    assert at_local(day, at, zone).utcoffset() == timedelta()


@pytest.mark.parametrize("zone", [ROME, "Pacific/Auckland", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize("at", [time(0), time(2), time(2, 30), time(3), time(7, 30), time(23, 59)])
def test_a_daily_hour_comes_once_a_day_for_two_years(zone: str, at: time) -> None:
    slot, days = utc(2025, 12, 31, 12), []
    for _ in range(731):
        slot = next_local(slot, at, zone)
        days.append(local(slot, zone).date())
    assert days == [days[0] + timedelta(days=n) for n in range(731)]


def test_the_next_slot_is_later_than_the_moment_itself() -> None:
    half_past_seven = utc(2026, 3, 14, 6, 30)
    assert next_local(half_past_seven, time(7, 30), ROME) == utc(2026, 3, 15, 6, 30)
    assert next_local(half_past_seven - timedelta(microseconds=1), time(7, 30), ROME) == half_past_seven


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Roma", "../../etc/passwd", "/etc/localtime", "a\0b", "è"])
def test_what_is_no_zone_is_not_taken_for_one(name: str) -> None:
    assert not is_zone(name)


def test_zones_are_known_by_their_names() -> None:
    assert is_zone(ROME)
    assert is_zone("UTC")


READS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def test_only_the_clock_reads_the_clock() -> None:
    guilty = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != PACKAGE / "clock.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and (_name(node.value), node.attr) in READS
    ]
    assert guilty == []


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lstrip("_")
    return ""
