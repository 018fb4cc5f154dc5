"""Until when a pause lasts, in the words people use."""

from datetime import date

import pytest

from mailhub.lists.dates import NoDate, NotADate, until

TODAY = date(2026, 3, 10)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("fino al 2 settembre", date(2026, 9, 2)),
        ("fino all'8 aprile", date(2026, 4, 8)),
        ("fino all’8 aprile", date(2026, 4, 8)),
        ("until 2 September", date(2026, 9, 2)),
        ("until the 2nd of September", date(2026, 9, 2)),
        ("until September 2nd", date(2026, 9, 2)),
        ("2 set", date(2026, 9, 2)),
        ("al 1º maggio", date(2026, 5, 1)),
        ("1° maggio 2027", date(2027, 5, 1)),
        ("2/9", date(2026, 9, 2)),
        ("fino al 2/9/2026", date(2026, 9, 2)),
        ("2.9.26", date(2026, 9, 2)),
        ("2026-09-02", date(2026, 9, 2)),
        ("2 febbraio", date(2027, 2, 2)),
        ("10 marzo", date(2027, 3, 10)),
        ("11 marzo", date(2026, 3, 11)),
        ("fino a settembre", date(2026, 9, 1)),
        ("until January", date(2027, 1, 1)),
        ("due settimane", date(2026, 3, 24)),
        ("per due settimane", date(2026, 3, 24)),
        ("two weeks", date(2026, 3, 24)),
        ("for 2 weeks", date(2026, 3, 24)),
        ("for a week", date(2026, 3, 17)),
        ("a fortnight", date(2026, 3, 24)),
        ("una settimana", date(2026, 3, 17)),
        ("10 giorni", date(2026, 3, 20)),
        ("un mese", date(2026, 4, 10)),
        ("3 months", date(2026, 6, 10)),
        ("domani", date(2026, 3, 11)),
        ("fino a lunedì", date(2026, 3, 16)),
        ("until Tuesday", date(2026, 3, 17)),
        ("next friday", date(2026, 3, 13)),
        ("fine agosto", date(2026, 9, 1)),
        ("fino alla fine di dicembre", date(2027, 1, 1)),
        ("end of the month", date(2026, 4, 1)),
        ("29 febbraio", date(2028, 2, 29)),
    ],
)
def test_a_natural_date_is_understood(said: str, expected: date) -> None:
    assert until(said, TODAY) == expected


@pytest.mark.parametrize("said", ["", "  ", "fino a", "until"])
def test_without_a_date_the_pause_has_no_end(said: str) -> None:
    assert until(said, TODAY) == NoDate()


@pytest.mark.parametrize(
    "said",
    ["fino a quando torno", "31 febbraio", "31/2", "32 maggio", "2/13", "2 settembre 2025", "0 giorni", "900 mesi",
     "un po'", "the 5th", "ma", "quando vuoi tu 2 settembre"],
)  # fmt: skip
def test_what_is_not_clear_is_not_guessed(said: str) -> None:
    assert isinstance(until(said, TODAY), NotADate)


def test_a_month_from_its_last_day_ends_on_the_last_day_there_is() -> None:
    assert until("un mese", date(2026, 1, 31)) == date(2026, 2, 28)


def test_months_carry_into_the_next_year() -> None:
    assert until("due mesi", date(2026, 11, 15)) == date(2027, 1, 15)
    assert until("un mese", date(2026, 11, 15)) == date(2026, 12, 15)
