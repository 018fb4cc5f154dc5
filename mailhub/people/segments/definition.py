"""What a segment is: some people, said by a condition, under a name that other conditions may use."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailhub.conditions import Condition, facts_of
from mailhub.conditions.parser import SEGMENT
from mailhub.content import Localised
from mailhub.facts import Fact


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment as it was read; what it names is in its condition already."""

    slug: str
    title: Localised
    description: Localised
    when: Condition  # of its group's members alone, where it names a group
    list: str | None
    names: frozenset[str]  # the segments it names itself, by slug

    @property
    def asks(self) -> frozenset[Fact]:
        """Everything it looks at."""
        return facts_of(self.when)

    @property
    def name(self) -> str:
        return name_of(self.slug)


def name_of(slug: str) -> str:
    """What it is called in conditions: `segment.senza_parola`."""
    return SEGMENT + slug.replace("-", "_")


def named(segments: Mapping[str, Segment]) -> dict[str, Condition]:
    """What each stands for, by its name in conditions."""
    return {one.name: one.when for one in segments.values()}


def users(slug: str, segments: Mapping[str, Segment]) -> frozenset[str]:
    """The segments that name this one, also by way of others."""
    found: set[str] = set()
    while more := {one.slug for one in segments.values() if one.names & {slug, *found}} - found:
        found |= more
    return frozenset(found)
