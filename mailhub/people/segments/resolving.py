"""Reads segments that name one another: each after those it names, and none that leads back to itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mailhub.content import BadContent, Document, Problem
from mailhub.facts import Facts
from mailhub.people.facts import fields_named
from mailhub.people.segments import written
from mailhub.people.segments.definition import Segment, name_of, named
from mailhub.people.segments.written import Written


@dataclass(slots=True)
class Read:
    """What came of it: those that can be used, and what is wrong with the others."""

    written: dict[str, Written] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def segments(self) -> Mapping[str, Segment]:
        return {slug: one.segment for slug, one in self.written.items()}


def read_all(documents: Iterable[Document], known: Facts) -> Read:
    """Every segment of these; one that names a bad one cannot be used, and only the bad one is told."""
    waiting = {written.slug_of(each): each for each in documents}
    said = {slug: written.named_in(each.get("when")) for slug, each in waiting.items()}
    names = {slug: each & waiting.keys() for slug, each in said.items()}
    read, circles = Read(), _circles(names)
    read.problems += [_circle(waiting[slug], circle) for slug, circle in circles.items()]
    while ready := [slug for slug in waiting if names[slug] <= read.written.keys() and slug not in circles]:
        for slug in sorted(ready, key=lambda slug: (bool(said[slug]), slug)):  # first what may be offered for a slip
            document = waiting.pop(slug)
            try:
                read.written[slug] = Written(document, written.read(document, facts(document, known, read.segments)))
            except BadContent as bad:
                read.problems += bad.problems
    return read


def facts(document: Document, known: Facts, segments: Mapping[str, Segment]) -> Facts:
    """What a segment may ask: of people's fields, anything, since nobody need have it yet."""
    return known.plus(fields_named(document.text), named(segments))


def _circles(names: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Those that lead back to themselves, each with its way there."""
    found = {slug: _way_back(slug, names) for slug in names}
    return {slug: way for slug, way in found.items() if way}


def _way_back(slug: str, names: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The shortest way from a segment to itself; empty where there is none."""
    ways: list[tuple[str, ...]] = [(slug,)]
    seen: set[str] = set()
    for way in ways:  # grows on the way
        for each in sorted(names[way[-1]]):
            if each == slug:
                return (*way, slug)
            if each not in seen:
                seen.add(each)
                ways.append((*way, each))
    return ()


def _circle(document: Document, way: tuple[str, ...]) -> Problem:
    what = f'"{way[0]}" is said by itself: {" → ".join(way)}'
    return document.problem(what, f"write what it means instead of {name_of(way[1])}", "when")
