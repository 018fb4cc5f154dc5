"""Lengths, hours and quiet on a person's own clock, across the nights on which it changes."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.clock import local
from mailhub.times import (
    EVERY_DAY,
    Hour,
    Span,
    Window,
    hour,
    offset,
    span,
    weekday,
    whole_minute,
)

ROME, SANTIAGO = "Europe/Rome", "America/Santiago"
ZONES = (ROME, SANTIAGO, "UTC", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe")
NIGHT = Window(time(21, 30), time(8))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on_the_wall(moment: datetime, zone: str) -> str:
    return local(moment, zone).strftime("%Y-%m-%d %H:%M %z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 min", Span(0, 1_800)),
        ("2 hours", Span(0, 7_200)),
        ("90 minutes", Span(0, 5_400)),
        ("3d", Span(3)),
        (" 2 W ", Span(14)),
        ("1 d 12 h", Span(1, 43_200)),
        ("0 d", Span()),
    ],
)
def test_lengths_are_read(text: str, expected: Span) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", '"" is no length of time; write it as'),
        ("3", '"3" is no length of time; write it as'),
        ("1.5 h", '"1.5 h" is no length of time; write it as'),
        ("-3 d", '"-3 d" is no length of time; write it as'),
        ("3 d, 2 h", '"3 d, 2 h" is no length of time; write it as'),
        ("3 m", '"3 m" has the unit m; write it as'),
        ("3 giorni", '"3 giorni" has the unit giorni; write it as'),
        ("٣ d", '"٣ d" is no length of time; write it as'),
        ("3661 d", '"3661 d" is too long; write ten years at most'),
        ("999999 h", '"999999 h" is too long; write ten years at most'),
    ],
)
def test_what_is_no_length_is_refused_with_the_cure(text: str, said: str) -> None:
    with pytest.raises(ValueError, match="; ") as refused:
        span(text)
    assert str(refused.value).startswith(said)


def test_an_offset_may_go_either_way() -> None:
    assert [offset(each) for each in ("-1 d", "+18 h", "2 w")] == [Span(-1), Span(0, 64_800), Span(14)]
    for wrong in ("--1 d", "+-1 d", "-", "1 d -2 h"):
        with pytest.raises(ValueError, match="is no length of time"):
            offset(wrong)


def test_hours_and_days_are_read() -> None:
    assert [hour(each) for each in ("8:30", "08:30", "0:00", "23:59")] == [
        time(8, 30),
        time(8, 30),
        time(),
        time(23, 59),
    ]
    assert [weekday(each) for each in ("mon", "Tuesday", "SUN", "thurs")] == [0, 1, 6, 3]
    for wrong in ("24:00", "8", "8.30", "8:5", "noon", ""):
        with pytest.raises(ValueError, match="is no time of day; write it in quotes"):
            hour(wrong)
    for wrong in ("lun", "mo", "monkey", "mon.", "", "1"):
        with pytest.raises(ValueError, match="is no day of the week; write one of: mon, tue"):
            weekday(wrong)


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59))
def test_a_length_is_written_as_it_is_read(days: int, hours: int, minutes: int) -> None:
    length = Span(days, hours * 3600 + minutes * 60)
    assert span(str(length)) == length
    assert offset(str(-length)) == -length


# Rome: 02:00 is 03:00 on 29 March 2026, 03:00 is 02:00 on 25 October.
# Santiago: 24:00 is 23:00 on 4 April 2026, and Sunday 6 September begins at 01:00.
@pytest.mark.parametrize(
    ("start", "length", "zone", "expected"),
    [
        ("2026-03-28T08:00", "1 d", ROME, "2026-03-29 09:00 +0200"),  # 23 hours
        ("2026-03-28T08:00", "24 h", ROME, "2026-03-29 10:00 +0200"),
        ("2026-03-28T01:30", "1 d", ROME, "2026-03-29 03:00 +0200"),  # 2:30 is not on that day's clock
        ("2026-03-28T01:30", "2 d", ROME, "2026-03-30 02:30 +0200"),
        ("2026-10-24T00:30", "1 d", ROME, "2026-10-25 02:30 +0200"),  # the first of two
        ("2026-10-25T00:30", "1 h", ROME, "2026-10-25 02:30 +0100"),
        ("2026-10-25T00:30", "1 d", ROME, "2026-10-26 02:30 +0100"),
        ("2026-04-04T02:30", "1 d", SANTIAGO, "2026-04-04 23:30 -0300"),
        ("2026-04-05T02:30", "1 h", SANTIAGO, "2026-04-04 23:30 -0400"),
        ("2026-09-05T04:30", "1 d", SANTIAGO, "2026-09-06 01:00 -0300"),  # half past midnight is skipped
        ("2026-09-05T04:30", "1 d 2 h", SANTIAGO, "2026-09-06 03:00 -0300"),
    ],
)
def test_days_are_days_of_the_calendar_and_hours_are_hours(start: str, length: str, zone: str, expected: str) -> None:
    assert on_the_wall(span(length).after(utc(start), zone), zone) == expected


@pytest.mark.parametrize(
    ("start", "window", "zone", "expected"),
    [
        ("2026-03-28T22:10", NIGHT, ROME, "2026-03-29 08:00 +0200"),
        ("2026-10-24T22:10", NIGHT, ROME, "2026-10-25 08:00 +0100"),
        ("2026-03-28T20:29", NIGHT, ROME, "2026-03-28 21:29 +0100"),
        ("2026-03-28T20:30", NIGHT, ROME, "2026-03-29 08:00 +0200"),
        ("2026-03-28T22:10", Window(time(21, 30), time(8), EVERY_DAY - {6}), ROME, "2026-03-30 08:00 +0200"),
        ("2026-03-29T00:30", Window(time(1), time(2, 30)), ROME, "2026-03-29 03:00 +0200"),
        ("2026-09-06T03:00", Window(time(22), time(0, 30)), SANTIAGO, "2026-09-06 01:00 -0300"),
        ("2026-04-05T02:45", Window(time(23, 30), time(6)), SANTIAGO, "2026-04-05 06:00 -0400"),
        ("2026-03-11T10:00", Window(time(9), time(9)), ROME, "2026-03-11 11:00 +0100"),  # equal hours are none
        ("2026-03-11T10:00", Window(days=frozenset({2})), ROME, "2026-03-11 11:00 +0100"),
        ("2026-03-11T10:00", Window(days=frozenset({1})), ROME, "2026-03-17 00:00 +0100"),
        ("2026-03-11T18:00", Window(time(8), time(19, 30)), ROME, "2026-03-11 19:30 +0100"),
        ("2026-03-11T06:59", Window(time(8), time(19, 30)), ROME, "2026-03-11 07:59 +0100"),
    ],
)
def test_quiet_ends_when_the_persons_clock_says_so(start: str, window: Window, zone: str, expected: str) -> None:
    assert on_the_wall(window.opening(utc(start), zone), zone) == expected


@pytest.mark.parametrize(
    ("start", "at", "zone", "expected"),
    [
        ("2026-03-28T08:00", Hour(time(2, 30)), ROME, "2026-03-29 03:00 +0200"),
        ("2026-10-25T00:30", Hour(time(2, 30)), ROME, "2026-10-26 02:30 +0100"),  # the second 2:30 is no new one
        ("2026-03-09T08:00", Hour(time(9), frozenset({0})), ROME, "2026-03-16 09:00 +0100"),  # not this very minute
        ("2026-03-09T07:59", Hour(time(9), frozenset({0})), ROME, "2026-03-09 09:00 +0100"),
        ("2026-09-05T12:00", Hour(time(0)), SANTIAGO, "2026-09-06 01:00 -0300"),
    ],
)
def test_an_hour_comes_once_a_day(start: str, at: Hour, zone: str, expected: str) -> None:
    assert on_the_wall(at.next(utc(start), zone), zone) == expected


@given(MOMENTS, st.sampled_from(ZONES), HOURS, HOURS, st.frozensets(st.integers(0, 6), min_size=1))
def test_a_window_opens_outside_quiet_and_never_before(
    moment: datetime, zone: str, start: time, end: time, days: frozenset[int]
) -> None:
    window = Window(start, end, days)
    opening = window.opening(moment, zone)
    assert opening >= moment
    assert window.opening(opening, zone) == opening
    wall = local(opening, zone)
    assert wall.weekday() in days
    if wall.fold:
        return  # an hour that comes twice is quiet, or not, the first time
    if start < end:
        assert not start <= wall.time() < end
    elif start > end:
        assert end <= wall.time() < start


@given(MOMENTS, st.sampled_from(ZONES), st.integers(1, 60), st.integers(0, 86_400))
def test_days_never_end_before_their_time(moment: datetime, zone: str, days: int, seconds: int) -> None:
    """The same hour, or where a gap swallows it the first there is after it; never an earlier one."""
    ends = Span(days, seconds).after(moment, zone) - timedelta(seconds=seconds)
    before, after = local(moment, zone), local(ends, zone)
    assert (after.date(), after.time()) >= (before.date() + timedelta(days=days), before.time())
    assert ends - moment >= timedelta(days=days) - timedelta(hours=25)


@given(MOMENTS)
def test_a_due_time_stands_on_the_first_minute_that_is_not_before(moment: datetime) -> None:
    due = whole_minute(moment)
    assert (due.second, due.microsecond) == (0, 0)
    assert timedelta() <= due - moment < timedelta(minutes=1)
