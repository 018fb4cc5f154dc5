"""Sets of posts that name each other in every awkward way, and what must come of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

IDS = [f"{letter}@example.org" for letter in "abcdefg"]  # few, so that posts meet


@dataclass(frozen=True)
class Mailed:
    """One mail: its id and what it names, perhaps itself, perhaps mails that never come."""

    own: str
    chain: tuple[str, ...]


mails = st.builds(Mailed, st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=4).map(tuple))


TwoOrders = tuple[list[Mailed], list[Mailed]]


@st.composite
def orders(draw: st.DrawFn) -> TwoOrders:
    """The same mails in two orders."""
    some = draw(st.lists(mails, min_size=1, max_size=7))
    return some, draw(st.permutations(some))


def expected_parents(some: Iterable[Mailed]) -> Mapping[str, str | None]:
    """The rule of `archive.threading` in the plainest words there are."""
    chains: dict[str, tuple[str, ...]] = {}
    for mail in some:
        chain = once(mail)
        chains[mail.own] = max(chains.get(mail.own, ()), chain, key=lambda c: (len(c), c))
    wanted = {own: next((i for i in reversed(chain) if i in chains), None) for own, chain in chains.items()}
    parents = dict(wanted)
    for own in wanted:
        circle = [own]
        while (above := wanted[circle[-1]]) is not None and above not in circle:
            circle.append(above)
        if above == own and own == min(circle):
            parents[own] = None
    return parents


def once(mail: Mailed) -> tuple[str, ...]:
    """The chain with each id where it stands last, without the mail's own."""
    return tuple(i for n, i in enumerate(mail.chain) if i != mail.own and i not in mail.chain[n + 1 :])


def expected_threads(some: Iterable[Mailed]) -> set[frozenset[str]]:
    """The ids of mails, put together until nothing more meets."""
    groups: list[set[str]] = []
    present = set()
    for mail in some:
        present.add(mail.own)
        group = {mail.own, *mail.chain}
        meeting = [other for other in groups if other & group]
        groups = [other for other in groups if not other & group] + [group.union(*meeting)]
    return {frozenset(group & present) for group in groups}
