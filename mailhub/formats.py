"""Days, hours, numbers and rows of things, as Italian and English write them inside a sentence."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from mailhub.clock import local

_WEEKDAYS = {
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "it": (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split()  # noqa: SIM905
    ),
    "en": (
        "January February March April May June July August September October November December".split()  # noqa: SIM905
    ),
}
_NEAR = {"it": ("oggi", "domani"), "en": ("today", "tomorrow")}
_AND = {"it": "e", "en": "and"}
_OR = {"it": "o", "en": "or"}
_CURRENCIES = {"EUR": "€", "GBP": "£", "USD": "$"}
_FAR = timedelta(days=180)  # beyond it a day needs its year
_WITH_WEEKDAY = timedelta(days=14)  # a past day this close is told by its weekday too
_SMALL_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def day(language: str, when: date, *, today: date | None = None) -> str:
    """«sabato 14 marzo»; seen from `today` also «domani, sabato 14», and the year where it is far away."""
    weekday = _WEEKDAYS[language][when.weekday()]
    ahead = (when - today).days if today else None
    if ahead in (0, 1):
        return f"{_NEAR[language][ahead]}, {weekday} {when.day}"
    return f"{weekday} {_date(language, when, today)}"


def weekday(language: str, number: int) -> str:
    """«lunedì»; "Monday" (0)."""
    return _WEEKDAYS[language][number]


def month(language: str, number: int) -> str:
    """«gennaio»; "January" (1)."""
    return _MONTHS[language][number - 1]


def month_of_year(language: str, year: int, number: int) -> str:
    """«marzo 2026»; "March 2026"."""
    return f"{_MONTHS[language][number - 1]} {year}"


def evening(language: str, when: date, *, today: date) -> str:
    """«domani sera, martedì 10»; "tomorrow evening, Tuesday 10"; later «la sera di mercoledì 11 marzo»."""
    told = day(language, when, today=today)
    near, comma, rest = told.partition(", ")
    if comma:
        near = {"oggi": "questa sera", "domani": "domani sera", "today": "this evening"}.get(near, f"{near} evening")
        return f"{near}, {rest}"
    return f"la sera di {told}" if language == "it" else f"the evening of {told}"


def past_day(language: str, when: date, *, today: date) -> str:
    """A day that is gone: «3 maggio», «3 maggio 2024»; within two weeks «sabato 14 marzo»."""
    if abs(today - when) <= _WITH_WEEKDAY:
        return day(language, when, today=today if when == today else None)
    return _date(language, when, today)


def since(language: str, when: date, *, today: date) -> str:
    """«dal 3 maggio», «dall'8 maggio»; "since 3 May"."""
    told = _date(language, when, today)
    if language == "en":
        return f"since {told}"
    return f"dall'{told}" if when.day in (8, 11) else f"dal {told}"


def hour(language: str, at: time) -> str:
    """«9», «7:30»; "9:00", "7:30"."""
    return f"{at.hour}" if language == "it" and at.minute == 0 else f"{at.hour}:{at.minute:02}"


def day_hour(language: str, moment: datetime, zone: str, *, today: date | None = None) -> str:
    """«sabato 14 marzo, ore 9»; "Saturday 14 March, 9:00", on the wall clock of that zone."""
    there = local(moment, zone)
    at = hour(language, there.time())
    return f"{day(language, there.date(), today=today)}, {'ore ' if language == 'it' else ''}{at}"


def number(language: str, value: int) -> str:
    """«1.250»; "1,250"."""
    return f"{value:,}".replace(",", "." if language == "it" else ",")


def money(language: str, amount: Decimal, currency: str = "EUR") -> str:
    """«30 €», «12,50 €»; "€30", "€12.50"."""
    cents = round(amount * 100)
    whole, part = divmod(abs(cents), 100)
    told = number(language, whole) + (f"{',' if language == 'it' else '.'}{part:02}" if part else "")
    sign, mark = "-" if cents < 0 else "", _CURRENCIES.get(currency, currency)
    return f"{sign}{told} {mark}" if language == "it" else f"{sign}{mark}{told}"


def size(language: str, octets: int) -> str:
    """«1,5 MB»; "1.5 MB": how large a file is."""
    for unit, name in _SMALL_UNITS:
        if octets >= unit:
            told = f"{octets / unit:.1f}".removesuffix(".0")
            return f"{told.replace('.', ',') if language == 'it' else told} {name}"
    return f"{octets} B"


def listing(language: str, items: Iterable[str], *, alternatives: bool = False) -> str:
    """«a, b e c», «a ed e»; with alternatives «a, b o c»."""
    *first, last = [*items] or [""]
    if not first:
        return last
    word = (_OR if alternatives else _AND)[language]
    if word == "e" and last.lstrip("«").lower().startswith(("e", "è")):
        word = "ed"
    return f"{', '.join(first)} {word} {last}"


def quoted(language: str, text: str) -> str:
    """«così»; "like this"."""
    return f"«{text}»" if language == "it" else f'"{text}"'


def _date(language: str, when: date, today: date | None) -> str:
    number = "1º" if language == "it" and when.day == 1 else f"{when.day}"
    year = f" {when.year}" if today and abs(when - today) > _FAR else ""
    return f"{number} {_MONTHS[language][when.month - 1]}{year}"
