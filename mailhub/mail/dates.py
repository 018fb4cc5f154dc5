"""The Date field, in the standard's forms and in those of old programs (RFC 5322 section 4.3)."""

import re
from datetime import UTC, datetime, timedelta

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_ZONES |= {"CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "BST": 1, "EET": 2, "EEST": 3, "JST": 9}
_LONGEST = 200
_FIRST_YEAR, _LAST_YEAR = 1970, 2100

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DAY_MONTH = re.compile(r"(\d{1,2})[ .-]{1,3}([A-Za-z]{3})[a-z]{0,6}\.?,?[ .-]{1,3}(\d{2,5})")
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]{0,6}\.?[ ]{1,3}(\d{1,2}),?(?:[ ]{1,3}(\d{4}))?")
_TIME = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:[.,]\d+)?[ ]?([AaPp][Mm]\b)?")
_OFFSET = re.compile(r"[ ]*(?:\(?(?:GMT|UTC?))?[ ]*([+-])[ ]?(\d\d):?(\d\d)")
_ZONE = re.compile(r"[ (\"]*([A-Za-z]{1,4})\b")
_YEAR = re.compile(r"\b(\d{4})\b")


def read_date(value: str) -> datetime | None:
    """The instant a Date field names, in UTC, or None where it names none or a year nobody mailed in."""
    text = " ".join(value[:_LONGEST].split())
    time = _TIME.search(text)
    day = _day(text)
    if day is None:
        return None
    hour, minute, second = _clock(time) if time else (0, 0, 0)
    try:
        local = datetime(*day, hour, minute, min(second, 59), tzinfo=UTC)  # a leap second has no place here
        instant = local - _offset(text, time.end()) if time else local
    except (ValueError, OverflowError):
        return None
    return instant if _FIRST_YEAR <= instant.year < _LAST_YEAR else None


def _day(text: str) -> tuple[int, int, int] | None:
    if match := _ISO.search(text):
        return int(match[1]), int(match[2]), int(match[3])
    if (match := _DAY_MONTH.search(text)) and (month := _MONTHS.get(match[2].lower())):
        return _year(match[3]), month, int(match[1])
    for match in _MONTH_DAY.finditer(text):
        year = match[3] or ((later := _YEAR.search(text, match.end())) and later[1])
        if (month := _MONTHS.get(match[1].lower())) and year:
            return int(year), month, int(match[2])
    return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 3:
        return year
    return year + 2000 if year < 50 else year + 1900


def _clock(time: re.Match[str]) -> tuple[int, int, int]:
    hour = int(time[1])
    if time[4]:
        hour = hour % 12 + (12 if time[4].lower() == "pm" else 0)
    return hour, int(time[2]), int(time[3] or 0)


def _offset(text: str, at: int) -> timedelta:
    if match := _OFFSET.match(text, at):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        if offset >= timedelta(hours=24):
            return timedelta(0)
        return -offset if match[1] == "-" else offset
    zone = _ZONE.match(text, at)
    return timedelta(hours=_ZONES.get(zone[1].upper(), 0)) if zone else timedelta(0)  # military letters mean nothing
