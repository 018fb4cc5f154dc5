"""What goes wrong for one person on a journey stops that person alone."""

from typing import Any

import pytest

from mailhub.journeys import doing
from tests.stories.journeys import place, publishes
from tests.stories.town import Town

OLGA, NIVES, PIA = "olga@example.org", "nives@example.org", "pia@example.org"
JOURNEY = """title: Welcome
list: garden
trigger: {activity: subscription.confirmed, list: garden}
steps: [{id: says, emit: {activity: journey.begun}}, {id: rest, wait: 3 d}]
"""


def test_one_who_cannot_be_moved_holds_up_nobody_else(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.opens_list("garden", organiser=OLGA)
    town.settles()
    publishes(town, JOURNEY, {})
    town.joins("garden", NIVES, PIA)
    person, perform = town.person(NIVES), doing.perform
    assert person is not None

    def fails(*args: Any, **named: Any) -> None:
        if args[4].way.person_id == person.id:
            raise ZeroDivisionError
        perform(*args, **named)

    monkeypatch.setattr(doing, "perform", fails)
    town.settles()
    assert place(town, NIVES) == ("ended", "failed")
    assert place(town, PIA) == ("rest", "waiting")
    assert [mail for mail in town.inbox(OLGA) if "says: ZeroDivisionError" in mail.as_string()]
