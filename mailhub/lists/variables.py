"""What may fill a variable of a template: facts, and what is known of the person, the group and the site."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from mailhub.facts import Facts, FactType
from mailhub.lists import reading, voice
from mailhub.lists.tables import MailList
from mailhub.mail.address import shown_name
from mailhub.site import FRONT_DESK, Site
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


def find(facts: Facts, name: str, *, of_group: bool) -> Named | None:
    """What a name in `vars` stands for; None where it stands for nothing. `of_group`: its readers are one's members."""
    if name in OWN:
        return OWN[name] if of_group or not name.startswith("list.") else None
    fact = facts.get(name)
    if fact is not None:
        return Named(_OF_FACTS[fact.type], fact.nullable)
    holder, dot, part = name.rpartition(".")
    held = facts.get(holder)
    if held is not None and held.type is FactType.TEXT and dot + part in (TITLE, MAILBOX):
        return Named(_TEXT if dot + part == TITLE else _ADDRESS, True)
    return None


def all_names(facts: Facts) -> list[str]:
    """What could have been meant by a name that stands for nothing."""
    return [*OWN, *(fact.name for fact in facts)]


def holder(facts: Facts, name: str) -> str:
    """The fact behind a name: that of the group it holds, where the name asks for something of the group."""
    return name if facts.get(name) else name.rpartition(".")[0]


def value(
    session: Session,
    site: Site,
    group: MailList | None,
    name: str,
    *,
    known: Mapping[str, Any],
    person: str,
    language: str,
) -> Any:
    """What fills a variable for a person of this name, of whom these facts are known; None where it is not known."""
    if name in known:
        return known[name]
    match name:
        case "person.name":
            return shown_name(person) or None
        case "person.first_name":
            return shown_name(person).split(" ")[0] or None
        case "site.name":
            return site.name
        case "site.address":
            return site.address(FRONT_DESK)
    if name.startswith("list.") and group is not None:
        return _of_group(site, group, f".{name.removeprefix('list.')}", language)
    held_by, dot, part = name.rpartition(".")
    slug = known.get(held_by)
    held = reading.by_slug(session, slug) if isinstance(slug, str) else None
    return _of_group(site, held, dot + part, language) if held is not None else None


def _of_group(site: Site, group: MailList, part: str, language: str) -> str | None:
    match part:
        case ".title":
            return reading.definition_of(group).titled(language)
        case ".address":
            return voice.address(site, group)
        case ".contact":
            return voice.contact(site, group, language)
    return None
