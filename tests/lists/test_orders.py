"""What a moderator writes to calm a conversation; all else is for the conversation itself."""

from datetime import UTC, datetime, timedelta

import pytest

from mailhub.lists import orders
from mailhub.lists.orders import Order
from mailhub.lists.tables import Tool
from mailhub.verbs import plain

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Rome
H = timedelta(hours=1)
FRIDAY = datetime(2026, 3, 12, 23, 0, tzinfo=UTC)  # midnight in Rome


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("ritmo lento 6 ore", Order(Tool.SLOW, NOW + 72 * H, 6 * H)),
        ("Slow 6 hours.", Order(Tool.SLOW, NOW + 72 * H, 6 * H)),
        ("slow pace of 12h for 2 days", Order(Tool.SLOW, NOW + 48 * H, 12 * H)),
        ("ritmo lento ogni 6 ore per 24 ore: si scalda", Order(Tool.SLOW, NOW + 24 * H, 6 * H, (), True)),
        ("ritmo lento 6 ore fino a venerdì", Order(Tool.SLOW, FRIDAY, 6 * H)),
        ("solo lettera 24 ore", Order(Tool.LETTER, NOW + 24 * H)),
        ("letter only for 2 days", Order(Tool.LETTER, NOW + 48 * H)),
        ("chiudi fino a venerdì: regola 2", Order(Tool.CLOSED, FRIDAY, has_reason=True)),
        ("Close until Friday: rule 2", Order(Tool.CLOSED, FRIDAY, has_reason=True)),
        ("close for good: it is decided", Order(Tool.CLOSED, None, has_reason=True)),
        ("chiudi per sempre", Order(Tool.CLOSED, None)),
        ("due voci", Order(Tool.VOICES, NOW + 72 * H)),
        ("due voci Ana e Bruno per 2 giorni", Order(Tool.VOICES, NOW + 48 * H, names=("ana", "bruno"))),
        ("two voices: Ana and Bruno", Order(Tool.VOICES, NOW + 72 * H, has_reason=True)),
        ("mediazione", Order(Tool.MEDIATION, NOW + 14 * 24 * H)),
        ("mediazione tra Ana Rossi e Bruno", Order(Tool.MEDIATION, NOW + 14 * 24 * H, names=("ana rossi", "bruno"))),
    ],
)
def test_a_wish_is_read_as_people_write_it(said: str, order: Order) -> None:
    assert orders.is_one(plain(said))
    assert orders.read(plain(said), NOW, "Europe/Rome") == order


@pytest.mark.parametrize(
    "said",
    [
        "chiudi la porta quando esci",
        "close the gate until Friday",
        "ritmo lento",
        "slow down please",
        "solo lettera",
        "chiudi",
        "ho sentito due voci in giardino",
    ],
)
def test_prose_is_for_the_conversation(said: str) -> None:
    assert not orders.is_one(plain(said))


@pytest.mark.parametrize("said", ["chiudi fino a ieri", "ritmo lento 6 ore fino a boh", "solo lettera 999 giorni"])
def test_what_has_no_day_or_length_is_asked_back(said: str) -> None:
    assert orders.is_one(plain(said))
    assert orders.read(plain(said), NOW, "Europe/Rome") is None


def test_hostile_lines_are_read_at_once() -> None:
    for line in ("due voci " + "a e " * 5_000, "chiudi fino " + " " * 5_000, "mediazione " + ":" * 5_000):
        assert orders.read(line, NOW, "Europe/Rome") is None or orders.is_one(line)
