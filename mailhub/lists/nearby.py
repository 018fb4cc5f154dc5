"""What the places near a place are called: for conditions that say `within 25 km of Faenza`, or `of list.orto`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mailhub.conditions.nearby import GROUP
from mailhub.content import one_of
from mailhub.facts import NoPlace
from mailhub.lists.gazetteer import SLIP, Place, Places

_CURE = "add a line for it to lists/places.csv"


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """The places of a site, and the one each group says it is at."""

    places: Places
    groups: Mapping[str, str | None]  # by slug

    def around(self, place: str, km: Decimal) -> tuple[str, ...]:
        """What the places so near to this one, itself among them, are called. Raises NoPlace."""
        found = self.places.within(self._meant(place).name, float(km))
        return tuple(sorted({form for each in found for name in (each.name, *each.aliases) for form in _forms(name)}))

    def _meant(self, place: str) -> Place:
        if place.startswith(GROUP):
            return self._of_group(place)
        matches = self.places.find(place)
        if len(matches) == 1 and matches[0].score > SLIP:
            return matches[0].place
        near = [match.place.name for match in matches] or [each.name for each in self.places.similar(place)]
        what = "may be several places" if len(matches) > 1 else "is no place of lists/places.csv"
        raise NoPlace(f'"{place}" {what}', _offered(near) if near else _CURE)

    def _of_group(self, name: str) -> Place:
        slug = name.removeprefix(GROUP).replace("_", "-")
        if slug not in self.groups:
            raise NoPlace(f'there is no group "{slug}"', one_of(slug, self.groups))
        where = self.groups[slug]
        if where is None:
            raise NoPlace(f"{name} is at no place", f'add a line "place: …" to lists/{slug}.yaml, or name a place')
        if (found := self.places.get(where)) is None:
            raise NoPlace(f'"{where}", where {name} is, is no place of lists/places.csv', _CURE)
        return found


def _offered(near: Sequence[str]) -> str:
    return f'did you mean "{near[0]}"?' if len(near) == 1 else f"write one of: {', '.join(near)}"


def _forms(name: str) -> Iterable[str]:
    """As it is written here, and as those write it who do not look after capitals."""
    return name, name.lower(), name.upper(), name.title()
