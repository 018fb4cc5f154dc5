"""What may fill a variable of a template: facts, and what is known of the person, the group and the site. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailhub.facts import FactType
from mailhub.journeys.definition import Journey
from mailhub.templates.definition import VarType

_OF_FACTS: Mapping[FactType, frozenset[VarType]] = {
    FactType.TEXT: frozenset({VarType.TEXT}),
    FactType.CHOICE: frozenset({VarType.TEXT}),
    FactType.NUMBER: frozenset({VarType.NUMBER, VarType.MONEY, VarType.TEXT}),
    FactType.FLAG: frozenset({VarType.FLAG}),
    FactType.DATE: frozenset({VarType.DATE}),
    FactType.INSTANT: frozenset({VarType.INSTANT, VarType.DATE}),
}
_TEXT = frozenset({VarType.TEXT})
_ADDRESS = frozenset({VarType.ADDRESS, VarType.TEXT})
TITLE, MAILBOX = ".title", ".address"  # behind a name that holds a group


@dataclass(frozen=True, slots=True)
class Named:
    """What stands behind a name: the types of variables it fills, and whether it may be missing."""

    fills: frozenset[VarType]
    nullable: bool


OWN: Mapping[str, Named] = {
    "person.name": Named(_TEXT, True),
    "person.first_name": Named(_TEXT, True),
    "site.name": Named(_TEXT, False),
    "site.address": Named(_ADDRESS, False),
    "list.title": Named(_TEXT, False),
    "list.address": Named(_ADDRESS, False),
    "list.contact": Named(_ADDRESS, False),
}


def find(journey: Journey, name: str) -> Named | None:
    """What a name in `vars` stands for; None where it stands for nothing."""
    if name in OWN:
        return OWN[name] if journey.list or not name.startswith("list.") else None
    fact = journey.facts.get(name)
    if fact is not None:
        return Named(_OF_FACTS[fact.type], fact.nullable)
    holder, dot, part = name.rpartition(".")
    held = journey.facts.get(holder)
    if held is not None and held.type is FactType.TEXT and dot + part in (TITLE, MAILBOX):
        return Named(_TEXT if dot + part == TITLE else _ADDRESS, True)
    return None


def all_names(journey: Journey) -> list[str]:
    """What could have been meant by a name that stands for nothing."""
    return [*OWN, *(fact.name for fact in journey.facts)]
