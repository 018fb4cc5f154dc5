"""Values for the places of a template: checked against what is declared, and written as the language writes them. Pure.

Whatever a value holds, it stays on one line and in its place.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from mailhub import formats
from mailhub.errors import MailhubError
from mailhub.language import one_line
from mailhub.templates.definition import Var, VarType

LONGEST_TEXT = 20_000  # characters
MOST_ITEMS = 1_000

_LINK = re.compile(r"(?:https?://[A-Za-z0-9]|mailto:)[!#-;=?-~]{1,2000}")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")


class BadValue(MailhubError):
    """A value is missing, or is not what the template declares."""


def checked(declared: tuple[Var, ...], given: Mapping[str, object]) -> dict[str, object]:
    """The value of every variable; a fallback where one is missing. Raises BadValue."""
    return {var.name: _value_of(var, _found(var.name, given), var.name) for var in declared}


def taken(var_type: VarType, value: object) -> object:
    """The value as this type holds it. Raises ValueError, with what would fit."""
    return _TAKERS[var_type](value)


def written(language: str, value: object) -> str:
    """The value as it reads inside a sentence."""
    if isinstance(value, str):
        return value if value.isprintable() else one_line(value)
    match value:
        case None:
            return ""
        case Money():
            return formats.money(language, value)
        case Decimal() | int():
            return _number(language, Decimal(value))
        case datetime():
            at = formats.hour(language, value.time())
            return f"{formats.day(language, value.date())}, {'ore ' if language == 'it' else ''}{at}"
        case date():
            return formats.day(language, value)
    raise BadValue(f"{type(value).__name__} cannot be written")


def bare(value: object) -> str:
    """The value as programs write it, for a place in a link."""
    match value:
        case None:
            return ""
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
    return one_line(str(value))


class Money(Decimal):
    """An amount of money, in euro."""


def _found(name: str, given: Mapping[str, object]) -> object:
    """By its whole name, else step by step."""
    if name in given:
        return given[name]
    value: object = given
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _value_of(var: Var, value: object, place: str) -> object:
    if value is None:
        if not var.optional:
            raise BadValue(f"{place} is missing, and has no fallback")
        return var.fallback
    try:
        if var.type is VarType.LIST:
            return _items(var, value, place)
        return taken(var.type, value)
    except ValueError as error:
        raise BadValue(f"{place} {error}") from error


def _items(var: Var, value: object, place: str) -> list[dict[str, object]]:
    """Each thing as its fields; the field of a plain value has no name."""
    if not isinstance(value, list | tuple):
        raise ValueError("is not a list")
    if len(value) > MOST_ITEMS:
        raise ValueError(f"holds more than {MOST_ITEMS} things")
    found = []
    for number, each in enumerate(value, 1):
        fields = each if isinstance(each, Mapping) else {"": each}
        where = f"{place}, number {number}"
        found.append({f.name: _value_of(f, _found(f.name, fields), f"{where} {f.name}".rstrip()) for f in var.fields})
    return found


def _text(value: object) -> str:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise ValueError("is not text")
    if len(value) > LONGEST_TEXT:
        raise ValueError(f"has more than {LONGEST_TEXT} characters")
    return one_line(value)


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("is not a number")
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("is not a number") from error
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise ValueError("is not a number one can write")
    return found


def _money(value: object) -> Money:
    return Money(_decimal(value))


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("is no day such as 2026-03-14") from error


def _instant(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError("is no moment such as 2026-03-14T09:00+01:00") from error
    if not isinstance(value, datetime):
        raise ValueError("is no moment such as 2026-03-14T09:00+01:00")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _link(value: object) -> str:
    if not isinstance(value, str) or not _LINK.fullmatch(value):
        raise ValueError("is no link that begins with https://, http:// or mailto:")
    return value


def _address(value: object) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise ValueError("is no mail address")
    return value


def _number(language: str, value: Decimal) -> str:
    """«1.250», «2,5»; "1,250", "2.5"."""
    text = f"{abs(value).normalize():f}"
    whole, _, part = text.partition(".")
    told = formats.number(language, int(whole))
    mark = "," if language == "it" else "."
    return ("-" if value < 0 else "") + told + (f"{mark}{part}" if part else "")


_TAKERS = {
    VarType.TEXT: _text,
    VarType.NUMBER: _decimal,
    VarType.MONEY: _money,
    VarType.DATE: _date,
    VarType.INSTANT: _instant,
    VarType.FLAG: _flag,
    VarType.LINK: _link,
    VarType.ADDRESS: _address,
}
