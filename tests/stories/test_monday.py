"""One letter of a Monday to whoever organises: what waits for them, numbered, answered by word with one receipt."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.stories.journeys import publishes
from tests.stories.town import Town, body

ANA, BEA, MO, OLGA, OTTO, ZOE = (f"{name}@example.org" for name in ("ana", "bea", "mo", "olga", "otto", "zoe"))
TASK = """
title: Up the hill
trigger: {activity: subscription.confirmed, list: garden}
steps: [{id: call, task: {text: Please call them.}}]
"""


def mondays(town: Town, email: str) -> list[EmailMessage]:
    """The letters of a Monday in a mailbox."""
    return [mail for mail in town.mailbox(email) if "organisers' letter," in str(mail["Subject"])]


def waits_until_monday(town: Town, **before: float) -> None:
    """From the Monday on which every story begins to eight o'clock of the next."""
    town.passes(seconds=(timedelta(days=6, hours=23) - timedelta(**before)).total_seconds())


def test_what_waits_stands_in_the_letter_of_whom_it_waits_for(town: Town) -> None:
    town.opens_list("garden", members=[BEA], moderator=MO, moderate="everyone", organiser=OLGA)
    town.opens_list("mill", members=[BEA], organiser=OTTO)
    publishes(town, TASK, {})
    town.passes(days=5)
    town.writes(BEA, to="garden@lists.test", subject="Wheelbarrow", text="It is broken.")
    town.joins("garden", ANA)
    town.writes(ZOE, to="garden-join@lists.test")
    waits_until_monday(town, days=5)
    [to_mo], [to_olga] = mondays(town, MO), mondays(town, OLGA)
    print(body(to_mo), "\n=====\n", body(to_olga))
    assert mondays(town, OTTO) == mondays(town, BEA) == []
