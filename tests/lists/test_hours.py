"""At which hour and on which days, as people say it."""

from datetime import time

import pytest

from mailhub.lists import hours

MON, TUE, WED, THU, FRI, SAT, SUN = (1 << day for day in range(7))


@pytest.mark.parametrize(
    ("said", "at", "days"),
    [
        ("lettera alle 18", time(18), None),
        ("lettera alle 7:30", time(7, 30), None),
        ("lettera alle ore 18.45", time(18, 45), None),
        ("lettera alle 6 e mezza", time(6, 30), None),
        ("Lettera a mezzogiorno.", time(12), None),
        ("lettera lunedì e giovedì", None, MON | THU),
        ("lettera il lunedì, il mercoledì e il venerdì alle 20", time(20), MON | WED | FRI),
        ("lettera la domenica", None, SUN),
        ("lettera ogni sabato mattina", "prose", None),
        ("lettera tutti i giorni alle 6", time(6), 127),
        ("lettera dal lunedì al venerdì", None, MON | TUE | WED | THU | FRI),
        ("lettera nei giorni feriali", None, 31),
        ("lettera nel fine settimana", "prose", None),
        ("lettera alle 24", time(0), None),
        ("letter at 18", time(18), None),
        ("letter at 6 pm, please", time(18), None),
        ("letter at 12 am", time(0), None),
        ("letter at 7:30 on Monday and Thursday", time(7, 30), MON | THU),
        ("letter on Mondays and Thursdays", None, MON | THU),
        ("letter on mon, wed and fri at noon", time(12), MON | WED | FRI),
        ("letter from Friday to Monday", None, FRI | SAT | SUN | MON),
        ("letter every day at 9 o'clock", time(9), 127),
        ("letter on weekdays at 8", time(8), 31),
        ("letter at 25", "prose", None),
        ("lettera alle 18:75", "prose", None),
        ("letter at 13 pm", "prose", None),
        ("letter at 7 and at 9", "prose", None),
        ("lettera alla sindaca", "prose", None),
        ("lettera alle 18 della sindaca", "prose", None),
        ("letter on the gate", "prose", None),
        ("letter on Monday's gate", "prose", None),
        ("lettera il 14 marzo", "prose", None),
        ("lettera", "prose", None),
        ("", "prose", None),
    ],
)
def test_hours_and_days_are_read_as_people_say_them(said: str, at: time | str | None, days: int | None) -> None:
    assert hours.read(said) == (None if at == "prose" else hours.Wanted(at, days))  # type: ignore[arg-type]
