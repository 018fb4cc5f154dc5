"""Reads a condition as organisers write it, and refuses what could not be judged.

    condition:  both { "or" both }
    both:       single { "and" single }
    single:     "not" single | "(" condition ")" | test
    test:       fact ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) ( constant | fact )
                fact "in" "(" constant { "," constant } ")"  |  fact "not in" …
                fact "is known"  |  fact "is unknown"
                fact "within" length                          (that long back from now or today, up to it)
                fact "within" number "km" "of" ( text | word | group )              (`nearby` reads it)
                segment                                       (stands for its condition)
                fact                                          (a flag: the same as "= true")
    constant:   text | word | number | date | instant | ( "now" | "today" ) [ ( "+" | "-" ) length ]
    length:     number ( "minutes" | "hours" | "days" | "weeks" )              (`moments` reads both)

`==` is read as `=`, `entro 25 km da Faenza` as within; a constant may stand left of the sign, and brackets round a list
may be square. Functions of facts (`since(…)`, `count(…)`) would be a third kind of operand, read in `_test`.
"""

from collections.abc import Callable, Set

from mailhub.conditions.constants import NOT_BARE, constant, kind_of
from mailhub.conditions.moments import lately, moment
from mailhub.conditions.nearby import OF, UNIT, near
from mailhub.conditions.tree import (
    And,
    Comparison,
    Condition,
    Constant,
    Membership,
    Not,
    Operator,
    Or,
    Presence,
    Relative,
    depth,
    tests,
)
from mailhub.conditions.words import Kind, Trouble, Word, words
from mailhub.content import BadContent, Problem
from mailhub.content.scalars import is_fit
from mailhub.facts import Fact, Facts, FactType

LONGEST = 4_000  # letters
MOST_TESTS = 100
MOST_CONSTANTS = 200  # in one list
DEEPEST = 20

SEGMENT = "segment."  # before the name of a condition that is kept

_A_FACT = "write the name of a fact, such as person.language"
_SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SIGNS = frozenset(Operator) | {"=="}
_UNORDERED = (FactType.FLAG, FactType.CHOICE)


def parse(text: str, facts: Facts, *, file: str = "condition", line: int = 1) -> Condition:
    """The condition this text states about these facts. Raises BadContent with the place and the cure."""
    try:
        if len(text) > LONGEST or not is_fit(text):
            raise Trouble(0, "this is too long or not text", f"write a condition of {LONGEST} letters at most")
        return _Parser(list(words(text)), facts).whole()
    except Trouble as trouble:
        what = f'condition "{_shortened(text)}", letter {trouble.place + 1}: {trouble.what}'
        raise BadContent([Problem(file, line, what, trouble.cure)]) from trouble


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:60]}…"


class _Parser:
    """Walks along the words; holds the next one's place and how deep the brackets are."""

    def __init__(self, words: list[Word], facts: Facts) -> None:
        self._words = words
        self._facts = facts
        self._at = 0
        self._depth = 0
        self._tests = 0

    def whole(self) -> Condition:
        condition = self._condition()
        if self._next.kind is not Kind.END:
            cure = "join tests with and, or; put a text of several words in quotes"
            raise Trouble(self._next.place, f"{self._next.text} does not follow", cure)
        return condition

    @property
    def _next(self) -> Word:
        return self._words[self._at]

    def _take(self) -> Word:
        word = self._next
        self._at = min(self._at + 1, len(self._words) - 1)
        return word

    def _sees(self, signs: Set[str]) -> bool:
        return self._next.kind is Kind.SIGN and self._next.text in signs

    def _took(self, *texts: str) -> bool:
        """Whether the next words are these, unquoted; if so they are taken."""
        ahead = self._words[self._at : self._at + len(texts)]
        if tuple(word.text for word in ahead if word.kind in (Kind.WORD, Kind.SIGN)) != texts:
            return False
        self._at += len(texts)
        return True

    def _condition(self) -> Condition:
        parts = self._joined("or", self._both)
        return Or(parts) if len(parts) > 1 else parts[0]

    def _both(self) -> Condition:
        parts = self._joined("and", self._single)
        return And(parts) if len(parts) > 1 else parts[0]

    def _joined(self, word: str, part: Callable[[], Condition]) -> tuple[Condition, ...]:
        parts = [part()]
        while self._took(word):
            parts.append(part())
        return tuple(parts)

    def _single(self) -> Condition:
        if not (self._took("not") or self._took("(")):
            return self._test()
        opened = self._words[self._at - 1]
        self._depth += 1
        if self._depth > DEEPEST:
            raise Trouble(opened.place, "too much inside one another", f"nest {DEEPEST} levels at most")
        if opened.text == "not":
            inner: Condition = Not(self._single())
        else:
            inner = self._condition()
            self._expect(")", "close the bracket")
        self._depth -= 1
        return inner

    def _test(self) -> Condition:
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise Trouble(self._next.place, "too many tests", f"write {MOST_TESTS} at most")
        if self._next.kind is not Kind.NAME:
            return self._swapped()
        if self._next.text.startswith(SEGMENT):
            return self._segment()
        fact = self._fact()
        if self._sees(_SIGNS):
            return self._comparison(fact)
        if self._took("is"):
            return self._presence(fact)
        if self._took("in"):
            return Membership(fact, self._list(fact))
        if self._took("not", "in"):
            return Not(Membership(fact, self._list(fact)))
        if self._took("within") or self._took("entro"):
            return self._within(fact)
        if self._took("not", "within") or self._took("not", "entro"):
            return Not(self._within(fact))
        if fact.type is FactType.FLAG:
            return Comparison(fact, Operator.EQUAL, True)
        cure = f"write such as {fact.name} is known, or compare it with = or <"
        raise Trouble(self._next.place, f"{fact.name} alone is neither true nor false", cure)

    def _fact(self) -> Fact:
        word = self._take()
        self._refuse_function(word)
        fact = self._facts.get(word.text)
        if fact is None:
            meant = self._facts.nearest(word.text)
            cure = f"did you mean {meant}?" if meant else _A_FACT
            raise Trouble(word.place, f"{word.text} is not a known fact", cure)
        return fact

    def _segment(self) -> Condition:
        """What stands under this name, as if it were written here in brackets."""
        word = self._take()
        self._refuse_function(word)
        inner = self._facts.segments.get(word.text)
        if inner is None:
            meant = self._facts.nearest(word.text)
            cure = f"did you mean {meant}?" if meant else "write it into segments/, or name one that is there"
            raise Trouble(word.place, f"{word.text} is no segment here", cure)
        if self._sees(_SIGNS) or self._next.text == "is":
            raise Trouble(self._next.place, f"{word.text} holds or does not", f"write {word.text}, or not {word.text}")
        self._tests += len(list(tests(inner))) - 1
        if self._tests > MOST_TESTS:
            raise Trouble(word.place, "too many tests, those of segments counted", f"write {MOST_TESTS} at most")
        if self._depth + depth(inner) > DEEPEST:
            raise Trouble(word.place, "too much inside one another", f"nest {DEEPEST} levels at most")
        return inner

    def _within(self, fact: Fact) -> Condition:
        number, unit = self._take(), self._take()
        if unit.kind is not Kind.WORD or unit.text != UNIT:
            return lately(fact, number, unit)
        if not any(self._took(word) for word in OF):
            cure = f"write such as within {number.text} km of Faenza"
            raise Trouble(self._next.place, "a distance is from some place", cure)
        return near(fact, number, self._take(), self._facts.places)

    def _refuse_function(self, word: Word) -> None:
        if word.kind in (Kind.NAME, Kind.WORD) and self._sees({"("}):
            raise Trouble(word.place, f"{word.text}(…) is not known", "compare facts, without functions")

    def _comparison(self, fact: Fact) -> Comparison:
        operator = self._operator(fact, self._take())
        right = self._next
        if right.kind is not Kind.NAME:
            return Comparison(fact, operator, self._operand(fact, operator, self._take()))
        other = self._fact()
        if other.type is not fact.type:
            what = f"{fact.name} is {kind_of(fact)}, {other.name} is {kind_of(other)}"
            raise Trouble(right.place, what, "compare facts of one type")
        return Comparison(fact, operator, other)

    def _swapped(self) -> Comparison:
        """A comparison with its constant on the left, turned round."""
        left, sign = self._take(), self._next
        self._refuse_function(left)
        if left.kind in (Kind.END, Kind.SIGN) or left.text in NOT_BARE or sign.text not in _SIGNS:
            raise Trouble(left.place, f"a test begins with a fact, not with {left.text or 'the end'}", _A_FACT)
        self._take()
        if self._next.kind is not Kind.NAME:
            raise Trouble(left.place, "there is no fact in this comparison", _A_FACT)
        fact = self._fact()
        operator = self._operator(fact, Word(Kind.SIGN, _SWAPPED.get(sign.text, sign.text), sign.place))
        return Comparison(fact, operator, self._operand(fact, operator, left))

    def _operator(self, fact: Fact, sign: Word) -> Operator:
        operator = Operator("=" if sign.text == "==" else sign.text)
        if fact.type in _UNORDERED and operator not in (Operator.EQUAL, Operator.UNEQUAL):
            raise Trouble(sign.place, f"{fact.name} is {kind_of(fact)}, which has no order", "write = or !=")
        return operator

    def _operand(self, fact: Fact, operator: Operator, word: Word) -> Constant | Relative:
        if word.kind is Kind.MOMENT and fact.type in (FactType.DATE, FactType.INSTANT):
            return moment(word, fact, operator)
        return self._constant(fact, operator, word)

    def _constant(self, fact: Fact, operator: Operator, word: Word) -> Constant:
        if word.kind in (Kind.END, Kind.SIGN):
            raise Trouble(word.place, f"{fact.name} is compared with nothing", "write a value here")
        if word.kind is Kind.WORD and word.text.lower() in ("null", "none"):
            known = "known" if operator is Operator.UNEQUAL else "unknown"
            raise Trouble(word.place, f"nothing compares with {word.text}", f"write {fact.name} is {known}")
        return constant(word, fact)

    def _presence(self, fact: Fact) -> Presence:
        word = self._take()
        if word.kind is not Kind.WORD or word.text not in ("known", "unknown"):
            cure = f"write {fact.name} is known, or {fact.name} is unknown"
            raise Trouble(word.place, '"is" takes known or unknown', cure)
        return Presence(fact, word.text == "known")

    def _list(self, fact: Fact) -> tuple[Constant, ...]:
        closing = "]" if self._took("[") else ")"
        if closing == ")":
            self._expect("(", "write the values in brackets: (a, b)")
        values = [self._listed(fact)]
        while self._took(","):
            values.append(self._listed(fact))
        self._expect(closing, "close the bracket, and put a comma between values")
        if len(values) > MOST_CONSTANTS:
            raise Trouble(self._next.place, "too many values", f"write {MOST_CONSTANTS} at most")
        return tuple(values)

    def _listed(self, fact: Fact) -> Constant:
        word = self._take()
        if word.kind is Kind.MOMENT and fact.type in (FactType.DATE, FactType.INSTANT):
            raise Trouble(word.place, f"{word.text} cannot stand in a list", f"write {fact.name} >= {word.text}")
        return self._constant(fact, Operator.EQUAL, word)

    def _expect(self, sign: str, cure: str) -> None:
        if not self._took(sign):
            raise Trouble(self._next.place, f"{sign} is missing", cure)
