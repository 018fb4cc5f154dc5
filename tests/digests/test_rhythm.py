"""A letter comes once at its reader's hour, whatever daylight saving does with it."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.clock import local
from mailhub.digests.rhythm import EVERY_DAY, Rhythm, following, latest, minutes

ROME, AUCKLAND = "Europe/Rome", "Pacific/Auckland"
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
RHYTHMS = st.builds(
    Rhythm,
    st.sampled_from([ROME, AUCKLAND, "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 24 * 60 - 1),
    st.integers(1, EVERY_DAY),
)


@settings(max_examples=300, deadline=None)
@given(RHYTHMS, MOMENTS)
def test_between_two_slots_there_is_no_other(rhythm: Rhythm, now: datetime) -> None:
    before, after = latest(rhythm, now), following(rhythm, now)
    assert before <= now < after
    assert latest(rhythm, after) == after
    assert following(rhythm, before) == after
    for slot in (before, after):
        assert rhythm.has(local(slot, rhythm.zone).date().weekday()) or rhythm.at < 180  # a gap at midnight moves it


@pytest.mark.parametrize(
    ("zone", "at", "begin", "days"),
    [
        (ROME, time(2, 30), datetime(2026, 3, 27, 12, tzinfo=UTC), 5),  # 2:30 does not exist on the 29th
        (ROME, time(2, 30), datetime(2026, 10, 23, 12, tzinfo=UTC), 5),  # and comes twice on the 25th of October
        (AUCKLAND, time(2, 30), datetime(2026, 4, 3, 0, tzinfo=UTC), 5),
        (AUCKLAND, time(2, 30), datetime(2026, 9, 25, 0, tzinfo=UTC), 5),
        (ROME, time(7, 30), datetime(2026, 3, 27, 12, tzinfo=UTC), 5),
    ],
)
def test_every_day_has_one_letter_when_clocks_change(zone: str, at: time, begin: datetime, days: int) -> None:
    rhythm, slots, now = Rhythm(zone, minutes(at)), [], begin
    while now < begin + timedelta(days=days):
        slots.append(following(rhythm, now))
        now = slots[-1]
    dates = [local(slot, zone).date() for slot in slots]
    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]


def test_only_on_the_days_one_chose() -> None:
    mondays_and_thursdays = Rhythm(ROME, minutes(time(7)), 0b0001001)
    now, seen = datetime(2026, 3, 7, tzinfo=UTC), []
    for _ in range(4):
        now = following(mondays_and_thursdays, now)
        seen.append(local(now, ROME).strftime("%a %H:%M"))
    assert seen == ["Mon 07:00", "Thu 07:00", "Mon 07:00", "Thu 07:00"]
