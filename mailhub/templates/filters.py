"""What may follow a | in a placeholder: the whole list of it, with what each takes and gives. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from mailhub import formats
from mailhub.templates.definition import VarType
from mailhub.templates.values import Money, written

T = VarType
_WORDS = frozenset({T.TEXT, T.LINK, T.ADDRESS})
_DAYS = frozenset({T.DATE, T.INSTANT})
_NUMBERS = frozenset({T.NUMBER, T.MONEY})
CURRENCIES = ("EUR", "GBP", "USD")
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Filter:
    """One of them; `write` gets the language, the value (never nothing, but for `default`) and the arguments."""

    name: str
    takes: frozenset[VarType]
    gives: VarType
    write: Callable[..., Any]
    example: str
    meaning: str
    arguments: tuple[int, int] = (0, 0)  # at least, at most

    @property
    def takes_in_words(self) -> str:
        """What it is for, as the docs list it."""
        return "anything" if self.takes == frozenset(T) else ", ".join(sorted(self.takes))

    @property
    def escaped_example(self) -> str:
        """How it is written, inside a table of Markdown."""
        return self.example.replace("|", "\\|")


def _money(language: str, value: Decimal, currency: str = "EUR") -> str:
    return formats.money(language, value, str(currency))


def _date(language: str, value: date) -> str:
    return formats.day(language, value.date() if isinstance(value, datetime) else value)


def _hour(language: str, value: datetime) -> str:
    return f"{'ore ' if language == 'it' else ''}{formats.hour(language, value.time())}"


def _weekday(language: str, value: date) -> str:
    return formats.weekday(language, value.weekday())


def _listing(language: str, value: list[dict[str, object]]) -> str:
    return formats.listing(language, [written(language, each.get("")) for each in value])


def _capitalize(_: str, value: str) -> str:
    return value[:1].upper() + value[1:]


_ALL = (
    Filter(
        DEFAULT,
        frozenset(T),
        T.TEXT,
        lambda _language, _value, instead: instead,
        '{{ name | default("amici") }}',
        "other words where there is no value",
        (1, 1),
    ),
    Filter("date", _DAYS, T.TEXT, _date, "{{ when | date }}", '«sabato 14 marzo», "Saturday 14 March"'),
    Filter("hour", frozenset({T.INSTANT}), T.TEXT, _hour, "{{ when | hour }}", '«ore 9», "9:00"'),
    Filter("weekday", _DAYS, T.TEXT, _weekday, "{{ when | weekday }}", '«sabato», "Saturday"'),
    Filter("year", _DAYS, T.TEXT, lambda _, value: str(value.year), "{{ when | year }}", "«2026»"),
    Filter(
        "money",
        _NUMBERS,
        T.TEXT,
        _money,
        '{{ amount | money("GBP") }}',
        f'«30 €», "€30"; in euro, or in one of {", ".join(CURRENCIES)}',
        (0, 1),
    ),
    Filter(
        "number",
        _NUMBERS,
        T.TEXT,
        lambda language, value: written(language, Decimal(value)),
        "{{ trees | number }}",
        '«1.250», "1,250"',
    ),
    Filter(
        "count",
        frozenset({T.LIST}),
        T.NUMBER,
        lambda _, value: Decimal(len(value)),
        "{{ trees | count }}",
        "how many there are in a list",
    ),
    Filter(
        "listing",
        frozenset({T.LIST}),
        T.TEXT,
        _listing,
        "{{ names | listing }}",
        '«Anna, Bruno e Rita», "Anna, Bruno and Rita": a list of plain values',
    ),
    Filter("upper", _WORDS, T.TEXT, lambda _, value: value.upper(), "{{ code | upper }}", "capital letters"),
    Filter("lower", _WORDS, T.TEXT, lambda _, value: value.lower(), "{{ code | lower }}", "small letters"),
    Filter(
        "capitalize",
        _WORDS,
        T.TEXT,
        _capitalize,
        "{{ what | capitalize }}",
        "a capital first letter, for the beginning of a sentence",
    ),
    Filter("quoted", _WORDS, T.TEXT, formats.quoted, "{{ subject | quoted }}", '«così», "like this"'),
)
FILTERS: Mapping[str, Filter] = {each.name: each for each in _ALL}
__all__ = ["CURRENCIES", "DEFAULT", "FILTERS", "Filter", "Money"]
