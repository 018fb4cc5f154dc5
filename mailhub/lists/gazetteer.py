"""Places, found by what people call them, and how far they are from one another. Pure.

A name is known with or without accents, capitals and articles, and with one letter wrong where that leaves one place.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from mailhub.lists.naming import is_one_slip
from mailhub.verbs import plain

LONGEST_NAME = 80  # characters
SHORTEST_FORGIVEN = 5  # letters; in a shorter name one typo makes another word

NAME, ALIAS, LOOSE, SLIP = 1.0, 0.97, 0.93, 0.8  # how sure it is that a place is meant
OFFERED = 3
_ALIKE = 0.6  # of a name that is offered for one nobody knows
_COMPARED = 400  # names a stranger is compared with

_EARTH_KM = 6371.0
_WORD = re.compile(r"[^\W_]+")
_SAINTS = frozenset(("san", "sant", "santa", "santo", "saint", "s", "st"))
_LOOSE = frozenset(
    "il lo la l i gli le a ad al allo alla all ai agli alle di d da dal dalla dall del della dell dei delle in nel "  # noqa: SIM905
    "nella nell the of at to from zona citta comune paese".split()
)


@dataclass(frozen=True, slots=True)
class Place:
    """One town, in degrees north and east."""

    name: str
    lat: float
    lon: float
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A place that may be meant, and how sure that is: 1 is its very name."""

    place: Place
    score: float


class Places:
    """All places of a site; finding one costs the same however many there are."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
        self._by_name: dict[str, Place] = {}
        self._by_key: dict[str, dict[str, float]] = {}
        self._by_slip: dict[str, set[str]] = {}
        for place in places:
            self._by_name[place.name] = place
            for called, score in ((place.name, NAME), *((alias, ALIAS) for alias in place.aliases)):
                self._know(key(called), place.name, score)
                self._know(_loose(key(called)), place.name, LOOSE)
        self._by_start: dict[str, list[str]] = {}
        for known in self._by_key:
            self._by_start.setdefault(known[:1], []).append(known)

    def __len__(self) -> int:
        return len(self._by_name)

    def get(self, name: str) -> Place | None:
        """The place of exactly this name."""
        return self._by_name.get(name)

    def find(self, text: str) -> tuple[Match, ...]:
        """The places that this text as a whole may name, the surest first; several of one score are as likely."""
        said = key(text[:LONGEST_NAME])
        for form, most in ((said, NAME), (_loose(said), LOOSE)):
            if (known := self._by_key.get(form)) is not None:
                return self._matches({name: min(score, most) for name, score in known.items()})
        return self._matches(self._slipped(said))

    def similar(self, text: str, most: int = OFFERED) -> tuple[Place, ...]:
        """Places whose names look like this one, to be offered where none is known; the likest first."""
        said = _loose(key(text[:LONGEST_NAME]))
        among = [
            known for known in self._by_start.get(said[:1], ()) if abs(len(known) - len(said)) <= len(said) // 2 + 2
        ]
        ratios: dict[str, float] = {}
        for known in among[:_COMPARED]:
            matcher = SequenceMatcher(None, said, known)
            likeness = matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE <= matcher.quick_ratio() else 0.0
            if likeness >= _ALIKE or (len(said) >= SHORTEST_FORGIVEN and known.startswith(f"{said} ")):
                for name in self._by_key[known]:
                    ratios[name] = max(ratios.get(name, 0.0), likeness)
        return tuple(self._by_name[name] for name in sorted(ratios, key=lambda name: (-ratios[name], name))[:most])

    def nearest(self, name: str, among: Iterable[str], within_km: float) -> str | None:
        """Which of these places is nearest to the one of this name, at most so far as the crow flies.

        Names of no place are passed over; of two as near it is the first.
        """
        here = self._by_name.get(name)
        if here is None:
            return None
        known = [there for other in among if (there := self._by_name.get(other)) is not None]
        distances = [(distance_km(here, there), number, there.name) for number, there in enumerate(known)]
        found = min(distances, default=None)
        return found[2] if found is not None and found[0] <= within_km else None

    def within(self, name: str, km: float) -> tuple[Place, ...]:
        """The places at most so far from the one of this name, itself among them."""
        here = self._by_name.get(name)
        return tuple(each for each in self._by_name.values() if here and distance_km(here, each) <= km)

    def _know(self, known: str, name: str, score: float) -> None:
        if not known:
            return
        names = self._by_key.setdefault(known, {})
        names[name] = max(score, names.get(name, 0.0))
        if len(known) >= SHORTEST_FORGIVEN:
            for form in _one_letter_less(known):
                self._by_slip.setdefault(form, set()).add(known)

    def _slipped(self, said: str) -> dict[str, float]:
        if len(said) < SHORTEST_FORGIVEN:
            return {}
        near = {known for form in _one_letter_less(said) for known in self._by_slip.get(form, ())}
        return {name: SLIP for known in near if is_one_slip(said, known) for name in self._by_key[known]}

    def _matches(self, scores: Mapping[str, float]) -> tuple[Match, ...]:
        ordered = sorted(scores, key=lambda name: (-scores[name], name))
        return tuple(Match(self._by_name[name], scores[name]) for name in ordered)


def distance_km(one: Place, other: Place) -> float:
    """How far two places are from each other, along a great circle."""
    north, south = math.radians(one.lat), math.radians(other.lat)
    across = math.radians(other.lon - one.lon)
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(across / 2) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def key(text: str) -> str:
    """What of a name counts: its letters without accents and signs; all saints are alike, «S. Elmo» and «Sant'Elmo»."""
    words = _WORD.findall(plain(text))
    return " ".join("s" if word in _SAINTS and len(words) > 1 else word for word in words)


def _loose(known: str) -> str:
    """The key without articles and prepositions before it, and without a province behind it in two letters."""
    words = known.split()
    while len(words) > 1 and words[0] in _LOOSE:
        del words[0]
    if len(words) > 1 and len(words[-1]) == 2:
        del words[-1]
    return " ".join(words)


def _one_letter_less(word: str) -> set[str]:
    """The word, and every word that is one letter shorter: two of them meet where one slip parts two words."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
