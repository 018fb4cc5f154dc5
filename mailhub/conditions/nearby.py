"""What `within 25 km of Faenza` means beside a text: it is what one of the places there is called.

The places are looked up once, when the condition is read, so that both evaluators only compare texts. A text that is no
place of the site counts as farther away.
"""

from decimal import Decimal

from mailhub.conditions.constants import MOST_DIGITS, kind_of
from mailhub.conditions.tree import Membership, Reach
from mailhub.conditions.words import Kind, Trouble, Word
from mailhub.facts import Fact, FactType, NoPlace, Places

UNIT = "km"
FARTHEST = 1_000  # km; beyond that a country is meant, not a place
OF = ("of", "from", "da", "di")
GROUP = "list."  # before the name of a group, where its place is meant


def near(fact: Fact, number: Word, place: Word, places: Places | None) -> Membership:
    """The test that this fact names a place so near. Raises Trouble where that could not be judged."""
    if fact.type is not FactType.TEXT:
        cure = "compare a text that names a place, such as person.field.town"
        raise Trouble(number.place, f"{fact.name} is {kind_of(fact)}, which is no place", cure)
    km = _km(number)
    is_group = place.kind is Kind.NAME and place.text.startswith(GROUP)
    if place.kind not in (Kind.WORD, Kind.TEXT) and not is_group:
        cure = 'name a place of lists/places.csv, such as Faenza or "Borgo San Teo", or a group: list.orto'
        raise Trouble(place.place, f"{place.text or 'nothing'} is no place", cure)
    try:
        if places is None:
            raise NoPlace(f"{place.text} is no place: none is known here", "write lists/places.csv")
        return Membership(fact, places.around(place.text, km), Reach(km, place.text))
    except NoPlace as fault:
        raise Trouble(place.place, fault.what, fault.cure) from fault


def _km(number: Word) -> Decimal:
    if number.kind is Kind.NUMBER and len(number.text) <= MOST_DIGITS:
        km = Decimal(number.text)
        if 0 < km <= FARTHEST:
            return km.normalize()
    raise Trouble(number.place, f"{number.text or 'nothing'} is no distance", f"write up to {FARTHEST} km, such as 25")
