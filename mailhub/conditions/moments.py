"""What `now - 30 days`, `today` and `within 2 weeks` mean beside a fact, and where they would mean nothing."""

import re
from datetime import timedelta

from mailhub.conditions.constants import kind_of
from mailhub.conditions.tree import Anchor, And, Comparison, Operator, Relative, Unit
from mailhub.conditions.words import Kind, Trouble, Word
from mailhub.facts import Fact, FactType

FARTHEST = timedelta(days=36_525)  # a hundred years: no moment leaves the calendar
_MOMENT = re.compile(r"(now|today)(?:\s*([+-])\s*([\d.]*)\s*(\w*))?")
_UNITS = {
    **dict.fromkeys(("min", "minute", "minutes"), Unit.MINUTES),
    **dict.fromkeys(("h", "hour", "hours"), Unit.HOURS),
    **dict.fromkeys(("d", "day", "days"), Unit.DAYS),
    **dict.fromkeys(("w", "week", "weeks"), Unit.WEEKS),
}
_OF_A_DAY = (Unit.DAYS, Unit.WEEKS)
_AS_LENGTH = "write such as 30 days, 2 weeks, 6 hours or 30 minutes"


def moment(word: Word, fact: Fact, operator: Operator) -> Relative:
    """The moment this word stands for beside a date or an instant. Raises Trouble where it would not be clear."""
    found = _MOMENT.fullmatch(word.text)
    assert found is not None
    anchor = Anchor(found[1])
    if fact.type is FactType.DATE and anchor is Anchor.NOW:
        raise Trouble(word.place, f"{fact.name} is {kind_of(fact)}, now is an instant", "write today")
    if fact.type is FactType.INSTANT:
        _refuse_a_guess(word, fact, operator, anchor)
    if found[2] is None:
        return Relative(anchor)
    amount, unit = _length(found[3], found[4], word.place)
    if anchor is Anchor.TODAY and unit not in _OF_A_DAY:
        raise Trouble(word.place, f"today moves by whole days, not by {unit}", "write days or weeks, or count from now")
    return Relative(anchor, -amount if found[2] == "-" else amount, unit) if amount else Relative(anchor)


def _refuse_a_guess(word: Word, fact: Fact, operator: Operator, anchor: Anchor) -> None:
    """An instant is hardly ever exactly now, and today lasts a day: `<= today` could mean its first or its last."""
    if anchor is Anchor.TODAY and operator not in (Operator.LESS, Operator.MORE_OR_EQUAL):
        cure = f"write {fact.name} < today (before that day) or {fact.name} >= today (that day or later)"
        raise Trouble(word.place, f"today lasts a day, {fact.name} is {kind_of(fact)}", cure)
    if operator in (Operator.EQUAL, Operator.UNEQUAL):
        raise Trouble(word.place, f"{fact.name} is never exactly {word.text}", "write < or >=")


def lately(fact: Fact, number: Word, unit: Word) -> And:
    """`within 30 days`: in the thirty days up to now or, for a date, up to today."""
    if fact.type not in (FactType.DATE, FactType.INSTANT):
        cure = f"compare {fact.name} with = instead"
        raise Trouble(number.place, f"{fact.name} is {kind_of(fact)}, which is never within a length of time", cure)
    if number.kind is not Kind.NUMBER or unit.kind is not Kind.WORD:
        raise Trouble(number.place, '"within" takes a length of time', _AS_LENGTH)
    amount, counted = _length(number.text, unit.text, number.place)
    anchor = Anchor.TODAY if fact.type is FactType.DATE else Anchor.NOW
    if not amount or (anchor is Anchor.TODAY and counted not in _OF_A_DAY):
        raise Trouble(number.place, f"{fact.name} is never within {number.text} {unit.text}", "write days or weeks")
    start, end = Relative(anchor, -amount, counted), Relative(anchor)
    return And((Comparison(fact, Operator.MORE_OR_EQUAL, start), Comparison(fact, Operator.LESS_OR_EQUAL, end)))


def _length(number: str, unit: str, place: int) -> tuple[int, Unit]:
    counted = _UNITS.get(unit)
    if counted is None or not number.isdecimal():
        raise Trouble(place, f"{f'{number} {unit}'.strip() or 'nothing'} is no length of time", _AS_LENGTH)
    if len(number) > 8 or timedelta(**{counted: int(number)}) > FARTHEST:
        raise Trouble(place, f"{number} {unit} is too far away", "count a hundred years at most")
    return int(number), counted
