"""Which post answers which, and which posts belong together: one pure rule, the same in any order of arrival.

- A post's *chain* is the ids it names: References, then In-Reply-To.
- Its parent is the last id of its chain that exists in its list.
- Its thread is the connected component over all ids, present or not: two answers to a mail nobody kept are together.
- Where parents form a circle, the post of it with the smallest Message-ID loses its parent. Not the oldest: a Date may
  be missing, and then the time of arrival would decide.
- Several mails with one Message-ID count as one post. The longest of their chains (of equal ones the greatest) is its
  chain; what the others name only binds the thread together.
"""

import hashlib
from collections.abc import Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

LONGEST_CHAIN = 100  # ids; of a longer one the first and the last are kept (RFC 5537 section 3.4.4 trims so too)
LONGEST_ID = 500  # characters; databases index no text of any length


@dataclass(frozen=True, slots=True)
class Named:
    """All ids that the mails of one post name; neither holds the post's own."""

    chain: tuple[str, ...] = ()
    links: frozenset[str] = field(default=frozenset())

    @property
    def ids(self) -> frozenset[str]:
        return self.links.union(self.chain)


def known_as(message_id: str) -> str:
    """An id as rows keep it: printable, no brackets, not too long; equal ids stay equal."""
    tidy = message_id.strip().strip("<>").strip()
    if tidy.isprintable() and len(tidy) <= LONGEST_ID:
        return tidy
    return hashlib.sha256(tidy.encode("utf-8", "surrogatepass")).hexdigest() + "@unwieldy.invalid"


def chain_of(own: str, references: Iterable[str], in_reply_to: Iterable[str]) -> tuple[str, ...]:
    """The ids a mail names, in the order of the rule; an id named twice counts where it stands last."""
    order: dict[str, None] = {}
    for message_id in map(known_as, (*references, *in_reply_to)):
        if message_id and message_id != own:
            order.pop(message_id, None)
            order[message_id] = None
    ids = tuple(order)
    return ids if len(ids) <= LONGEST_CHAIN else (ids[0], *ids[1 - LONGEST_CHAIN :])


def choose_parent(chain: tuple[str, ...], exists: Container[str]) -> str | None:
    """The last id of the chain that exists."""
    return next((message_id for message_id in reversed(chain) if message_id in exists), None)


def together(one: Named, other: Named) -> Named:
    """What two mails with one Message-ID name; the order in which they came does not show."""
    chain = max(one.chain, other.chain, key=lambda ids: (len(ids), ids))
    return Named(chain, (one.ids | other.ids).difference(chain))


def loose(wanted: Mapping[str, str | None]) -> frozenset[str]:
    """The posts that lose the parent they want, one of each circle."""
    seen: dict[str, str] = {}  # a post, and the walk that met it first
    losing = set()
    for start in wanted:
        walk = []
        here: str | None = start
        while here is not None and here not in seen:
            seen[here] = start
            walk.append(here)
            here = wanted.get(here)
        if here is not None and seen[here] == start:
            losing.add(min(walk[walk.index(here) :]))
    return frozenset(losing)


class Groups:
    """Names that belong together, told pair by pair."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def of(self, name: Hashable) -> Hashable:
        """The name that stands for the group of this one."""
        above = self._above
        while (up := above.setdefault(name, name)) != name:
            above[name] = above[up]  # halves the path, so that no chain stays long
            name = up
        return name

    def join(self, names: Iterable[Hashable]) -> None:
        """All of these belong together."""
        first: Hashable = None
        for name in names:
            if first is None:
                first = self.of(name)
            else:
                self._above[self.of(name)] = first
