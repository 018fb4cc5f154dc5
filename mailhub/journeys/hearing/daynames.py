"""Finds the days a text names: «sabato 14», «il 3/4», «dopodomani», "in two weeks". Pure.

What a day is called `lists.dates` reads; here it stands among other words, and may lie in the past.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailhub.journeys.hearing.figures import IN_WORDS
from mailhub.lists import dates
from mailhub.verbs import plain

MONTHS_AHEAD = 12  # in which «sabato 14» is looked for
_ONE, _YEAR = timedelta(days=1), timedelta(days=366)

_MONTH = (
    r"(?:gen(?:naio)?|feb(?:braio)?|mar(?:zo)?|apr(?:ile)?|mag(?:gio)?|giu(?:gno)?|lug(?:lio)?|ago(?:sto)?|"
    r"set(?:t|tembre)?|ott(?:obre)?|nov(?:embre)?|dic(?:embre)?|jan(?:uary)?|february|march|april|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|november|dec(?:ember)?)"
)
_WEEKDAYS = ("lun mon", "mar tue", "mer wed", "gio thu", "ven fri", "sab sat", "dom sun")
_WEEKDAY = (
    r"(?P<weekday>lun(?:edi)?|mart(?:edi)?|mer(?:coledi)?|gio(?:vedi)?|ven(?:erdi)?|sab(?:ato)?|dom(?:enica)?|"
    r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_NUMBERS = {word: number for word, number in IN_WORDS.items() if 1 < number <= 31} | {"primo": 1, "first": 1}
_SPELLED = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th|º|°|o)?|(?:{_SPELLED})\b)"
_THE = r"(?:(?:il|lo|l'|the|,)? ?)"
_LENGTH = r"(?:\d{1,3}|un|una|a|an|one|due|two|tre|three|quattro|four|cinque|five|sei|six|dieci|ten)"
_UNIT = r"(?:giorn[oi]|days?|settiman[ae]|weeks?|mes[ei]|months?)"
_DATED = rf"(?:{_DAY}(?: of| di)? {_MONTH}|{_MONTH} {_DAY})(?:,? \d{{4}})?"
_WORDED = re.compile(rf"\b(?:{_SPELLED})\b")
_CALENDAR = rf"{_DATED}|\d{{1,2}}[/.-]\d{{1,2}}(?:[/.-]\d{{4}}|[/.-]\d{{2}})?(?! {_MONTH})"
_TWO_OF_A_MONTH = re.compile(rf"(?<=\d)/(?=\d{{1,2}} {_MONTH})")  # «14/15 marzo»
_ALONE = re.compile(r"\W*(\d{1,2})\W*")
_NEXT_WEEK = r" (?:(?:di |del)?la )?(?:prossima settimana|settimana prossima)| (?:of )?next week"
_PART = r"(?:settimana prossima|prossima settimana|next week|this week|questa settimana|week-?end|fine settimana)"
_SHAPES = (
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})",
    rf"(?:{_WEEKDAY}\.?,? {_THE})?(?P<calendar>{_CALENDAR})",
    r"(?P<word>ieri l'altro|l'altro ieri|dopodomani|day after tomorrow|domani|tomorrow|oggi|today|stasera|"
    r"stamattina|tonight|ieri|yesterday)",
    rf"(?:tra|fra|in|entro) (?P<length>{_LENGTH} {_UNIT})",
    rf"(?P<ago>{_LENGTH} {_UNIT}) (?:fa|ago)",
    rf"{_WEEKDAY.replace('weekday', 'named')}(?:\.? {_THE}(?P<number>{_DAY}))?(?P<next>{_NEXT_WEEK})?",
    rf"(?:il|lo|l'|the|giorno|dal|dall'|al|all') ?(?P<alone>{_DAY})(?! (?:di |of )?{_MONTH}\b)",
    r"(?P<nth>\d{1,2}(?:st|nd|rd|th))",
    rf"(?P<month>(?:fine |end of )?{_MONTH}|{_PART})",
)
_FOUND = re.compile(rf"(?<![\w./])(?:{'|'.join(_SHAPES)})(?![\w/])(?!\.\d)")
_HOURS = re.compile(
    r"\b(?:alle|dalle|ore|at|verso le|dopo le|prima delle|le) \d{1,2}(?:[:.]\d{2})?(?![\d/])|\b\d{1,2}[:h]\d{2}\b|"
    r"\b\d{1,2} ?[ap]m\b"
)
_WORDS = {
    **dict.fromkeys(("dopodomani", "day after tomorrow"), 2),
    **dict.fromkeys(("domani", "tomorrow"), 1),
    **dict.fromkeys(("oggi", "today", "stasera", "stamattina", "tonight"), 0),
    **dict.fromkeys(("ieri", "yesterday"), -1),
    **dict.fromkeys(("ieri l'altro", "l'altro ieri"), -2),
}
_OR_BEFORE = re.compile(r"(?<!\d)(\d{1,2}) ?(?:o|or|oppure|e|and|-|al|to|until|till) ?(?:il |the )?$")
_OR_AFTER = re.compile(r" ?(?:o|or|oppure|e|and|-|al|to|until|till) ?(\d{1,2})(?![\w/.])")
# «mar», "sat" and "may" are words as well: alone, a day or a month is written out.
_SHORTEST_ALONE = 5
_SHORT_MONTHS = ("june", "july")
_BOUND_AFTER = re.compile(r" (?:o dopo|o prima|in poi|or (?:later|after|before)|onwards?)\b")
_HABIT = re.compile(r"\b(?:ogni|any|every|di|il|la) $")
_BOUND = re.compile(r"\b(?:dopo|prima|entro|fino|after|before|by|until|from|dal|dalla|next)(?: [a-z']{2,4})? ?$")


@dataclass(frozen=True, slots=True)
class Day:
    """A day somebody named, and where; none where there is no such day."""

    start: int
    end: int
    day: date | None
    others: tuple[date, ...] = ()  # what may be meant instead
    is_sure: bool = True
    is_whole: bool = True  # a month alone is no day


def find(said: str, offset: int, today: date, language: str, *, is_past: bool) -> Iterator[Day]:
    """The days a text names that begins at this offset; one without a year is the next, or the last where `is_past`."""
    text = _HOURS.sub(lambda hour: "_" * len(hour[0]), letters(said))
    text = _TWO_OF_A_MONTH.sub("-", text)
    if (alone := _ALONE.fullmatch(text)) is not None:
        yield replace(
            _numbered(int(alone[1]), None, offset + alone.start(1), offset + alone.end(1), today), is_sure=False
        )
    for found in _FOUND.finditer(text):
        parts = {name: said for name, said in found.groupdict().items() if said}
        if parts.keys() <= {"named", "month"} and len(found[0]) < _SHORTEST_ALONE and found[0] not in _SHORT_MONTHS:
            continue
        start, end = offset + found.start(), offset + found.end()
        day = _read(parts, start, end, today, language, is_past=is_past)
        is_open = _is_bound(text, found) or (parts.keys() == {"named"} and _is_habit(text, found))
        yield replace(day, is_sure=day.is_sure and not is_open)
        for other in _others(text, found, parts):
            yield _read(other, start, end, today, language, is_past=is_past)


def _is_bound(text: str, found: re.Match[str]) -> bool:
    """Whether only a limit is named: «dopo il 20», «il 20 o dopo»."""
    before = _BOUND.search(text, max(0, found.start() - 20), found.start())
    return (before or _BOUND_AFTER.match(text, found.end())) is not None or found[0].startswith(("dal", "al"))


def _is_habit(text: str, found: re.Match[str]) -> bool:
    """Whether a weekday may be each of them: «il sabato», «ogni sabato»."""
    return _HABIT.search(text, max(0, found.start() - 8), found.start()) is not None


def _others(text: str, found: re.Match[str], parts: dict[str, str]) -> Iterator[dict[str, str]]:
    """The other day of «14 o 15 marzo» and «sabato 14 o 15»."""
    before = _OR_BEFORE.search(text, max(0, found.start() - 16), found.start())
    if before is not None and "calendar" in parts:
        yield {"calendar": re.sub(r"\d{1,2}", before[1], parts["calendar"], count=1)}
    after = _OR_AFTER.match(text, found.end())
    if after is not None and {"number", "alone"} & parts.keys():
        yield {"alone": after[1]}


def _read(parts: dict[str, str], start: int, end: int, today: date, language: str, *, is_past: bool) -> Day:
    match parts:
        case {"word": word}:
            return Day(start, end, today + _ONE * _WORDS[word])
        case {"length": length}:
            return Day(start, end, _until(length, today))
        case {"ago": length}:
            ahead = _until(length, today)
            return Day(start, end, today - (ahead - today) if ahead is not None else None)
        case {"iso": said}:
            return Day(start, end, _calendar(said, today, is_past=is_past))
        case {"calendar": said}:
            return _dated(said, parts.get("weekday"), start, end, today, language, is_past=is_past)
        case {"named": name, "number": number}:
            return _numbered(_digits(number), _weekday(name), start, end, today)
        case {"named": name}:
            day = _next(_weekday(name), today if "next" not in parts else today + _ONE * (6 - today.weekday()))
            return Day(start, end, day, is_sure=day != today + 7 * _ONE)
        case {"alone": number} | {"nth": number}:
            return _numbered(_digits(number), None, start, end, today)
    return Day(start, end, None, is_whole=False)


def _dated(said: str, weekday: str | None, start: int, end: int, today: date, language: str, *, is_past: bool) -> Day:
    """A day of a month; one whose weekday is another is none, and both may be meant."""
    day = _calendar(said, today, is_past=is_past)
    if day is None or weekday is None or day.weekday() == _weekday(weekday):
        return Day(start, end, day, is_sure=language != "en" or not _is_either(said))
    return Day(start, end, None, (day, _next(_weekday(weekday), day - 4 * _ONE)))


def _is_either(said: str) -> bool:
    """Whether who writes English may mean the month first: "3/4"."""
    numbers = [int(number) for number in re.findall(r"\d+", said)][:2]
    return not re.search("[a-z]", said) and max(numbers) <= 12 and numbers[0] != numbers[-1]


def _calendar(said: str, today: date, *, is_past: bool) -> date | None:
    """A day of the calendar; one without a year is the next, or the last where only the past is asked for."""
    said = _WORDED.sub(lambda word: str(_NUMBERS[word[0]]), said)
    years = re.findall(r"(?<!\d)\d{4}(?!\d)", said) or re.findall(r"[/.-]\d{1,2}[/.-](\d{2})$", said)
    if years:
        year = int(years[0]) + (2000 if len(years[0]) == 2 else 0)
        return _until(said, date(year - 1, 12, 31)) if 1 < year <= 9000 else None
    return _until(said, today - _YEAR if is_past else today - _ONE)


def _digits(number: str) -> int:
    """The number of «14», "14th" or «quattordici»."""
    return _NUMBERS.get(number) or int(re.sub(r"\D", "", number))


def _until(said: str, today: date) -> date | None:
    read = dates.until(said, today)
    return read if isinstance(read, date) else None


def _numbered(number: int, weekday: int | None, start: int, end: int, today: date) -> Day:
    """«il 14» and «sabato 14»: the next there is; where none is near, the next Saturday may be meant."""
    coming = [day for day in _of_number(number, today) if weekday is None or day.weekday() == weekday]
    if coming:
        return Day(start, end, coming[0], is_sure=(coming[0] - today).days < 92)
    return Day(start, end, None, (_next(weekday, today),) if weekday is not None else ())


def _of_number(number: int, today: date) -> Iterator[date]:
    for ahead in range(MONTHS_AHEAD):
        years, month = divmod(today.month - 1 + ahead, 12)
        try:
            day = date(today.year + years, month + 1, number)
        except ValueError:
            continue
        if day >= today:
            yield day


def _weekday(name: str) -> int:
    return next(number for number, starts in enumerate(_WEEKDAYS) if name[:3] in starts.split())


def _next(weekday: int, today: date) -> date:
    """The next such day after today."""
    return today + _ONE * ((weekday - today.weekday() - 1) % 7 + 1)


def letters(text: str) -> str:
    """The text without accents and capitals, letter for letter, so that places in it stay the same."""
    return "".join(plain(c)[:1] or ("'" if c == "’" else c) for c in text)
