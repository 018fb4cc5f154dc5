"""What stands in a letter, and how: oldest first, nobody louder than the others, nothing dropped. Pure.

The rule is printed at the foot of every letter. Nothing is ranked: an item's place follows from when it was published.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailhub.digests.tables import How
from mailhub.verbs import Thing

WHOLE_AT_MOST = 24_000  # characters of texts that stand whole; a mail over 102 KB is cut by those who read it
LINES_AT_MOST = 150
SHORTEST = 200  # characters any item counts for, with its head


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is owed to a reader by letter."""

    thing: Thing
    list_id: int
    conversation: int
    author: tuple[int, str]  # who wrote it: a person, or the name of one we do not know
    at: datetime  # published
    weight: int  # characters of what would be printed of it
    most: int = 0  # things of one author in this list that stand whole in one letter; 0: all
    is_muted: bool = False
    is_missed: bool = False  # published while its reader was away
    is_left: bool = False  # of a kind its reader has not chosen

    def muted(self) -> "Entry":
        """The same, in a conversation its reader has silenced."""
        return replace(self, is_muted=True)

    def left(self) -> "Entry":
        """The same, to a reader who has chosen another kind of thing alone."""
        return replace(self, is_left=True)

    def wanted(self) -> "Entry":
        """The same, now that its reader has asked for it."""
        return replace(self, is_left=False, is_muted=False)

    @property
    def order(self) -> tuple[datetime, int, str, int]:
        return self.at, self.list_id, self.thing.kind, self.thing.id


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with how it is told; what can be answered has a number, a conversation one for all its missed posts."""

    entry: Entry
    how: How
    number: int = 0


def arrange(entries: Iterable[Entry]) -> tuple[Placed, ...]:
    """Every entry once, in the order of the letter: what was missed first, then the rest, oldest first."""
    ordered = sorted(entries, key=lambda entry: entry.order)
    told = list(zip(ordered, _ways(ordered), strict=True))
    missed = _by_conversation([entry for entry, how in told if how is How.MISSED])
    numbers: dict[int, int] = {}
    placed = [Placed(entry, How.MISSED, numbers.setdefault(entry.conversation, len(numbers) + 1)) for entry in missed]
    number = len(numbers)
    for entry, how in told:
        if how is How.MISSED:
            continue
        has_number = how in (How.WHOLE, How.LINE, How.LENGTH)
        number += has_number
        placed.append(Placed(entry, how, number if has_number else 0))
    return tuple(placed)


def _ways(ordered: Sequence[Entry]) -> Iterable[How]:
    said: Counter[tuple[int, tuple[int, str]]] = Counter()
    whole = lines = 0
    for entry in ordered:
        how = _way(entry, said, whole)
        if how in (How.LINE, How.LENGTH):
            lines += 1
            how = how if lines <= LINES_AT_MOST else How.COUNTED
        whole += max(entry.weight, SHORTEST) if how is How.WHOLE else 0
        yield how


def _way(entry: Entry, said: Counter[tuple[int, tuple[int, str]]], whole: int) -> How:
    if entry.is_muted:
        return How.MUTED
    if entry.is_left:
        return How.LEFT
    if entry.is_missed:
        return How.MISSED
    said[entry.list_id, entry.author] += 1
    if entry.most and said[entry.list_id, entry.author] > entry.most:
        return How.LINE
    # The first stands whole whatever its length: a letter of nothing but lines would be none.
    return How.WHOLE if not whole or whole + entry.weight <= WHOLE_AT_MOST else How.LENGTH


def _by_conversation(missed: Sequence[Entry]) -> list[Entry]:
    """Conversations in the order they were missed, each with its posts together; those too many are still told."""
    first: dict[int, int] = {}
    for place, entry in enumerate(missed):
        first.setdefault(entry.conversation, place)
    return sorted(missed, key=lambda entry: (first[entry.conversation], entry.order))
