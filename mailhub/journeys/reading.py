"""What readers of a journey's parts share: the document at one place, and the facts that may be asked there."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from mailhub import conditions, times
from mailhub.conditions import Condition
from mailhub.content import Reader, one_of
from mailhub.facts import Fact, Facts, FactType
from mailhub.journeys.definition import NEXT
from mailhub.times import Span


@dataclass(frozen=True, slots=True)
class Place:
    """One mapping of a journey's file."""

    reader: Reader
    facts: Facts

    def below(self, key: str) -> "Place":
        return Place(self.reader.mapping(key), self.facts)

    def each(self, key: str) -> Iterator["Place"]:
        for reader in self.reader.mappings(key):
            yield Place(reader, self.facts)

    def condition(self, key: str) -> Condition | None:
        """The condition under this key; None where there is none, or none that could be judged."""
        return conditions.read(self.reader, key, self.facts)

    def needed(self, key: str) -> Condition | None:
        """The condition that must stand there."""
        if self.reader.raw(key) is None:
            self.reader.problem(f'"{key}" is missing', f'add a line "{key}: …"', key)
        return self.condition(key)

    def fact(self, key: str, types: Collection[FactType] = tuple(FactType)) -> Fact | None:
        """The fact this key names, of one of these types."""
        name = self.reader.text(key, None)
        if name is None:
            return None
        found = self.facts.get(name)
        if found is None:
            self.reader.problem(f'nothing is known as "{name}"', one_of(name, [f.name for f in self.facts]), key)
        elif found.type not in types:
            wanted = " or ".join(types)
            self.reader.problem(f'"{name}" is a {found.type}', f"name a fact that is a {wanted}", key)
            return None
        return found


def span_of(reader: Reader, key: str, read: Callable[[str], Span] = times.span) -> Span | None:
    """The length of time under this key."""
    value = reader.raw(key)
    if value is None:
        return None
    try:
        return read(str(value))
    except ValueError as error:
        what, _, cure = str(error).partition("; ")
        reader.problem(what, cure, key)
        return None


def goes_to(reader: Reader) -> dict[str, str]:
    """Where a step with one outcome leads; "" means the one that follows."""
    return {NEXT: reader.text("goto", "")}
