"""Facts: what a room may declare about a person."""

from typing import Any

import pytest
import sqlalchemy as sa

from mailhub.facts import Fact, Facts, FactType


def fact(name: str = "person.city", **changes: Any) -> Fact:
    settings: dict[str, Any] = {
        "type": FactType.TEXT,
        "sql": lambda person: sa.literal("Faenza"),
        "changed_by": ("person.changed",),
    }
    return Fact(name=name, **{**settings, **changes})


@pytest.mark.parametrize("name", ["city", "Person.city", "person.", "person city", "person.the-city", ""])
def test_a_fact_has_a_dotted_name(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a fact"):
        fact(name)


@pytest.mark.parametrize("activity", ["changed", "person.Changed", "person changed", "person.changed.twice", ""])
def test_a_fact_names_the_activities_that_change_it_as_activities_are_named(activity: str) -> None:
    with pytest.raises(ValueError, match="no activity"):
        fact(changed_by=("subscription.confirmed", activity))


def test_only_a_choice_has_choices() -> None:
    assert fact(type=FactType.CHOICE, choices=("it", "en")).choices == ("it", "en")
    with pytest.raises(ValueError, match="choices"):
        fact(type=FactType.CHOICE)
    with pytest.raises(ValueError, match="choices"):
        fact(choices=("it", "en"))


def test_one_fact_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"person\.city is declared twice"):
        Facts([fact(), fact("person.age"), fact()])


def test_a_slip_in_a_name_finds_the_fact_that_was_meant() -> None:
    facts = Facts([fact(), fact("person.language")])

    assert facts.get("person.langage") is None
    assert facts.nearest("person.langage") == "person.language"
    assert facts.nearest("pledge.amount") is None


def test_an_activity_leads_to_the_facts_it_may_change() -> None:
    facts = Facts([fact(), fact("person.age"), fact("list.member", changed_by=("subscription.confirmed",))])

    assert facts.changed_by("person.changed") == {"person.city", "person.age"}
    assert facts.changed_by("gift.received") == frozenset()
    assert len(facts) == 3
    assert len(Facts([*facts, fact("answer.join")])) == 4
