"""Whether an expression may stand where it does: its names declared, its filters known, its types fitting. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from mailhub.content import one_of
from mailhub.templates.definition import Var, VarType
from mailhub.templates.expressions import BadExpression, Both, Compared, Filtered, For, Literal, Name, Not, Test, Value
from mailhub.templates.filters import CURRENCIES, DEFAULT, FILTERS

_ORDERED = frozenset({VarType.NUMBER, VarType.MONEY, VarType.DATE, VarType.INSTANT})
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Names:
    """What may be named at one place of a template, and which of it is surely there."""

    vars: Mapping[str, Var]
    sure: frozenset[str] = frozenset()

    @classmethod
    def of(cls, declared: tuple[Var, ...]) -> "Names":
        return cls({var.name: var for var in declared})

    def where(self, test: Test) -> "Names":
        """The same inside a block that is written only where this test holds."""
        return replace(self, sure=self.sure | _asked(test))

    def unless(self, test: Test) -> "Names":
        """The same where this test does not hold."""
        return self.where(test.inner) if isinstance(test, Not) else self

    def within(self, loop: For) -> "Names":
        """The same inside this loop, with the names of its item. Raises BadExpression."""
        items = self.named(loop.items.path)
        if items.type is not VarType.LIST:
            raise BadExpression(f'"{items.name}" is {_a(items.type)}, not a list', "go through a list")
        if any(name.partition(".")[0] == loop.name for name in self.vars):
            raise BadExpression(f'"{loop.name}" is the name of something else', "choose another name for the item")
        inner = {field_name(loop.name, field): field for field in items.fields}
        return replace(self, vars={**self.vars, **{name: replace(field, name=name) for name, field in inner.items()}})

    def named(self, path: str) -> Var:
        if path not in self.vars:
            what = f'"{path[:_SHOWN]}" is not declared under vars'
            raise BadExpression(what, one_of(path, self.vars) if self.vars else "declare it there, with its type")
        return self.vars[path]


def field_name(loop: str, field: Var) -> str:
    return f"{loop}.{field.name}" if field.name else loop


def placeholder(value: Value, names: Names) -> VarType:
    """The type of what will be written. Raises BadExpression."""
    found, may_be_missing = _typed(value, names)
    if found is VarType.FLAG:
        raise BadExpression("yes or no cannot be written", "ask for it with {% if … %}")
    if found is VarType.LIST:
        raise BadExpression("a list cannot be written as it is", "go through it with {% for … %}, or add | listing")
    if may_be_missing:
        what = f'"{_name_in(value)}" may be missing, and nothing is said for that'
        raise BadExpression(what, 'give it a fallback under vars, add | default("…"), or put {% if %} round it')
    return found


def test(tested: Test, names: Names) -> None:
    """Raises BadExpression where the test cannot be asked."""
    match tested:
        case Not(inner):
            test(inner, names)
        case Both(parts):
            for part in parts:
                test(part, names)
        case Compared(left, sign, right):
            _compared(_typed(left, names)[0], sign, _typed(right, names)[0])
        case _:
            _typed(tested, names)


def _typed(value: Value, names: Names) -> tuple[VarType, bool]:
    """Its type, and whether nothing may stand there."""
    match value:
        case Name(path):
            var = names.named(path)
            return var.type, var.may_be_missing and path not in names.sure
        case Literal(constant):
            return _type_of(constant), False
        case Filtered(inner, name, arguments):
            return _filtered(*_typed(inner, names), name, arguments)
    raise AssertionError(value)


def _filtered(
    inner: VarType, may_be_missing: bool, name: str, arguments: tuple[str | Decimal | bool, ...]
) -> tuple[VarType, bool]:
    known = FILTERS.get(name)
    if known is None:
        raise BadExpression(f'there is no filter "{name[:_SHOWN]}"', one_of(name, FILTERS))
    least, most = known.arguments
    if not least <= len(arguments) <= most:
        raise BadExpression(f'"{name}" is written otherwise', f"write it as {known.example}")
    if inner not in known.takes:
        raise BadExpression(f'"{name}" is not for {_a(inner)}', f"it takes {' or '.join(sorted(known.takes))}")
    if name == "money" and arguments and arguments[0] not in CURRENCIES:
        raise BadExpression(f'"{arguments[0]}" is no currency here', f"write one of: {', '.join(CURRENCIES)}")
    if name == DEFAULT:
        return _or_else(inner, arguments[0]), False
    return known.gives, may_be_missing


def _or_else(inner: VarType, constant: str | Decimal | bool) -> VarType:
    """Words may stand in for anything that can be written; a number only for a number."""
    given = _type_of(constant)
    if given is VarType.TEXT and inner not in (VarType.FLAG, VarType.LIST):
        return VarType.TEXT
    if given is not VarType.TEXT and (given is inner or (given is VarType.NUMBER and inner is VarType.MONEY)):
        return inner
    raise BadExpression(f'"{constant}" cannot stand in for {_a(inner)}', "give the variable a fallback under vars")


def _compared(left: VarType, sign: str, right: VarType) -> None:
    if sign == "in":
        fits = right is VarType.LIST and left is not VarType.LIST
    elif sign in ("==", "!="):
        fits = _kin(left) == _kin(right) and left is not VarType.LIST
    else:
        fits = _kin(left) == _kin(right) and left in _ORDERED
    if not fits:
        raise BadExpression(f"{_a(left)} and {_a(right)} cannot be compared by {sign}", "compare what is of one type")


def _kin(kind: VarType) -> str:
    if kind in (VarType.NUMBER, VarType.MONEY):
        return "number"
    return "text" if kind in (VarType.TEXT, VarType.LINK, VarType.ADDRESS) else kind


def _asked(tested: Test) -> frozenset[str]:
    """The names that are surely there where this holds."""
    match tested:
        case Name(path):
            return frozenset({path})
        case Both(parts, either=False):
            return frozenset[str]().union(*map(_asked, parts))
        case Compared(left, _, right):
            return frozenset(side.path for side in (left, right) if isinstance(side, Name))
    return frozenset()


def _type_of(constant: str | Decimal | bool) -> VarType:
    if isinstance(constant, bool):
        return VarType.FLAG
    return VarType.NUMBER if isinstance(constant, Decimal) else VarType.TEXT


def _name_in(value: Value) -> str:
    while isinstance(value, Filtered):
        value = value.inner
    return value.path if isinstance(value, Name) else str(value.value)


def _a(kind: VarType) -> str:
    return {"instant": "an instant", "address": "an address"}.get(kind, f"a {kind}")
