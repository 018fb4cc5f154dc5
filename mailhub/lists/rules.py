"""The rules of a group, which are the lines of one text: a moderator names them by number, «regola 2». Pure."""

import re

from mailhub.lists.definition import ListDefinition

_NUMBERED = re.compile(r"\s*(?:[-*•]|\d{1,2}[.):]?)\s+")
_NAMED = re.compile(r"\b(?:regola|rule)\s*(?:n\.?\s*|nr\.?\s*|#)?(\d{1,2})\b", re.IGNORECASE)


def of(definition: ListDefinition, language: str) -> tuple[str, ...]:
    """Each rule, without the number its author may have written before it."""
    lines = definition.rules.into(language).splitlines()
    return tuple(_NUMBERED.sub("", f" {line}", count=1).strip() for line in lines if line.strip())


def numbered(definition: ListDefinition, language: str) -> tuple[str, ...]:
    """A line for each, as members read them."""
    return tuple(f"{number} {rule}" for number, rule in enumerate(of(definition, language), start=1))


def named(said: str) -> int | None:
    """The number of the rule these words name first."""
    found = _NAMED.search(said)
    return int(found[1]) if found else None


def text(definition: ListDefinition, language: str, said: str) -> tuple[int, str] | None:
    """The rule these words name, by number and in its own words; None where there is no such rule."""
    number, rules = named(said), of(definition, language)
    if number is None or not 1 <= number <= len(rules):
        return None
    return number, rules[number - 1]
