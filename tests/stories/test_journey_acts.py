"""What people do after a mail of a journey is counted for that mail: they join, they write."""

import pytest

from mailhub.journeys import counting, publishing
from mailhub.journeys.counting import JOINED, POSTED
from tests.stories.journeys import publishes
from tests.stories.test_journeys import HELLO, NIVES, OLGA, joins
from tests.stories.town import Town

ZOE = "zoe@example.net"
WAY = """
title: Welcome
trigger: {activity: subscription.confirmed, list: garden}
steps:
  - {id: hello, send: hello}
  - {id: pause, wait: 5 d}
  - {id: again, send: again}
  - {id: long, wait: 40 d}
"""
MAILS = {**HELLO, "again": "How is it going? | Tell us, if you like."}


@pytest.fixture
def garden(town: Town) -> Town:
    """Nobody reads a message before it goes to a group."""
    for slug in ("garden", "tools"):
        town.opens_list(slug, organiser=OLGA, moderate="nobody")
    town.settles()  # what happened until now is known
    publishes(town, WAY, MAILS)
    return town


def acts(town: Town) -> dict[str, dict[str, int]]:
    """What was done after the mail of each step."""
    with town.database.reading() as session:
        row = publishing.find(session, "welcome")
        assert row is not None
        found = counting.steps(session, row.id)
        return {step: dict(count.acts) for (_, step), count in found.items() if count.acts}


def test_an_act_counts_for_the_last_mail_before_it(garden: Town) -> None:
    joins(garden)  # belongs already when the first mail comes
    assert acts(garden) == {}
    garden.passes(days=1)
    for subject in ("Seeds", "Spades"):  # one who wrote, however often
        garden.writes(f"Nives Rossi <{NIVES}>", to="garden@lists.test", subject=subject)
        garden.passes(hours=1)
    assert acts(garden) == {"hello": {POSTED: 1}}
    garden.passes(days=6)  # the second mail has come
    joins(garden, group="tools")
    assert acts(garden) == {"hello": {POSTED: 1}, "again": {JOINED: 1}}


def test_what_is_done_later_than_a_week_is_of_its_own(garden: Town) -> None:
    joins(garden)
    garden.passes(days=6)
    garden.passes(days=8)
    joins(garden, group="tools")
    assert acts(garden) == {}


def test_people_are_counted_each_for_herself(garden: Town) -> None:
    joins(garden)
    joins(garden, ZOE)
    garden.passes(hours=2)
    for who in (NIVES, ZOE):
        garden.writes(f"{who.partition('@')[0]} Rossi <{who}>", to="garden@lists.test", subject="Here I am")
    garden.passes(hours=1)
    assert acts(garden) == {"hello": {POSTED: 2}}
