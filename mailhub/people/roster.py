"""A file of people, line by line: each line is somebody who can be imported, or is refused for one reason.

Pure: bytes in, values out. Whether somebody is known already is asked later, of the database.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import islice

from mailhub.clock import is_zone
from mailhub.errors import BadInput
from mailhub.mail import address
from mailhub.people.columns import Column, Meaning, is_heading, read_headings
from mailhub.people.sheet import LONGEST_RECORD, Record, Sheet, open_sheet
from mailhub.people.tables import LONGEST_NAME, LONGEST_VALUE

MOST_BYTES = 10_000_000  # S-16
MOST_LINES = 200_000
MOST_COLUMNS = 100
LONGEST_EMAIL = 254  # RFC 5321 section 4.5.3.1.3, without the brackets
SHOWN = 60  # characters of a refused line


class Reason(StrEnum):
    """Why a line is refused; its words are `people.refused.<reason>`."""

    EMPTY = "empty"
    NO_ADDRESS = "no-address"
    BAD_ADDRESS = "bad-address"
    TWICE = "twice"
    MEMBER = "member"
    LEFT = "left"
    SUPPRESSED = "suppressed"
    UNKNOWN_LANGUAGE = "unknown-language"
    UNKNOWN_TIME_ZONE = "unknown-time-zone"
    UNKNOWN_DELIVERY = "unknown-delivery"
    TOO_LONG = "too-long"
    TOO_MANY_COLUMNS = "too-many-columns"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that can be imported, as far as the file tells."""

    line: int
    text: str  # the line's start
    email: str
    email_key: str
    name: str = ""
    language: str | None = None
    time_zone: str | None = None
    delivery: str | None = None  # "each", "digest" or "none"; None: as the list has it
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is not imported."""

    line: int
    text: str  # its start
    reason: Reason


@dataclass(frozen=True, slots=True)
class Roster:
    """A file of people that can be read; iterating gives one Entry or Refused for each line."""

    sheet: Sheet
    columns: tuple[Column, ...]  # how its headings are understood, to be shown
    has_headings: bool
    sha256: str
    lines: int  # about how many there are, for showing progress

    def __iter__(self) -> Iterator[Entry | Refused]:
        """Raises BadInput at the first line too many; nothing of the file should be used then."""
        read, seen = _reader(self.columns), set[str]()
        heading_seen = not self.has_headings
        count = 0
        for record in self.sheet:
            if not heading_seen:
                heading_seen = bool(record.text.strip())
                continue
            count += 1
            if count > MOST_LINES:
                raise BadInput(f"the file has more than {MOST_LINES} lines; split it")
            line = read(record)
            if isinstance(line, Entry):
                if line.email_key in seen:
                    line = Refused(line.line, line.text, Reason.TWICE)
                else:
                    seen.add(line.email_key)
            yield line


def read(raw: bytes, *, with_reason: bool = False) -> Roster:
    """Tell how a file of people is written. Raises BadInput for one that cannot be used at all."""
    if len(raw) > MOST_BYTES:
        raise BadInput(f"the file is larger than {MOST_BYTES // 1_000_000} MB; split it")
    sheet = open_sheet(raw, is_heading)
    top = list(islice((record for record in sheet if record.text.strip()), 2))
    if not top:
        raise BadInput("the file is empty")
    first, second = top[0].cells, top[1].cells if len(top) > 1 else ()
    if len(first) > MOST_COLUMNS:
        raise BadInput(f"line {top[0].number} has {len(first)} columns; at most {MOST_COLUMNS} can be read")
    columns = read_headings(first, second, with_reason=with_reason)
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    sha256 = hashlib.sha256(raw).hexdigest()
    if columns is None:
        position = next(position for position, cell in enumerate(first) if "@" in cell)
        return Roster(sheet, (Column(position, "", Meaning.EMAIL),), False, sha256, lines)
    return Roster(sheet, columns, True, sha256, lines)


_LANGUAGES = {
    "it": "it, italiano, italiana, italian, ita",
    "en": "en, english, inglese, eng",
}
_DELIVERIES = {
    "each": "each, ogni, ogni messaggio, tutti i messaggi, subito, singoli, every message, individual, all",
    "digest": "digest, lettera, lettera del giorno, giornaliera, letter, daily letter, daily, summary, riassunto",
    "none": "none, nessuna, nessuno, niente, nothing, no mail, no email, web",
}


def _spellings(table: Mapping[str, str]) -> dict[str, str]:
    return {spelling: meant for meant, all_of in table.items() for spelling in all_of.split(", ")}


_LANGUAGE_OF, _DELIVERY_OF = _spellings(_LANGUAGES), _spellings(_DELIVERIES)

# What nearly every address looks like. Whatever else an address may be is left to the slow and careful way, as are
# domains that might be special.
_USUAL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,6}", re.ASCII | re.IGNORECASE
)
_PERHAPS_SPECIAL = re.compile(r"[@.]\w\w--|\.(?:local|onion|invalid|arpa|alt)$", re.ASCII | re.IGNORECASE)


def _reader(columns: Sequence[Column]) -> Callable[[Record], Entry | Refused]:
    """A function that reads records of these columns."""
    at = {column.meaning: column.position for column in columns if column.meaning is not Meaning.FIELD}
    fields = [(column.position, column.field) for column in columns if column.meaning is Meaning.FIELD]
    email_at, name_at, surname_at = at[Meaning.EMAIL], at.get(Meaning.NAME), at.get(Meaning.SURNAME)
    choices = (at.get(Meaning.LANGUAGE), at.get(Meaning.TIME_ZONE), at.get(Meaning.DELIVERY))
    reason_at = at.get(Meaning.REASON)
    width = max(column.position for column in columns) + 1

    def entry(record: Record) -> Entry | Reason:
        cells = _clean(record, width)
        if isinstance(cells, Reason):
            return cells
        email, name = cells[email_at], _joined(cells, name_at, surname_at)
        if not email:
            return Reason.NO_ADDRESS
        if len(email) > LONGEST_EMAIL + LONGEST_NAME or len(name) > LONGEST_NAME:
            return Reason.TOO_LONG
        box = _usual(email) or _unusual(email)
        if box is None:
            return Reason.BAD_ADDRESS
        kept = {field_name: cells[position] for position, field_name in fields if cells[position]}
        if reason_at is not None and cells[reason_at]:
            kept[Meaning.REASON.value] = cells[reason_at]
        if any(len(value) > LONGEST_VALUE for value in kept.values()):
            return Reason.TOO_LONG
        chosen = _choices(*(cells[position] if position is not None else "" for position in choices))
        if isinstance(chosen, Reason):
            return chosen
        return Entry(record.number, shown(record.text), box.email, box.key, name or box.name, *chosen, kept)

    def read_record(record: Record) -> Entry | Refused:
        found = entry(record)
        return found if isinstance(found, Entry) else Refused(record.number, shown(record.text), found)

    return read_record


def _clean(record: Record, width: int) -> list[str] | Reason:
    """The cells without blanks at their ends, as many as there are columns."""
    text = record.text
    if len(text) > LONGEST_RECORD:
        return Reason.TOO_LONG
    cells = [cell.strip() for cell in record.cells]
    if not any(cells):
        return Reason.EMPTY
    if len(cells) > width:
        if any(cells[width:]):
            return Reason.TOO_MANY_COLUMNS
        del cells[width:]
    if not all(map(str.isprintable, cells)):
        cells = [" ".join(_visible(cell).split()) for cell in cells]
        if not all(map(str.isprintable, cells)):
            return Reason.UNREADABLE
    if not text.isascii() and any("\ufffd" in cell for cell in cells):
        return Reason.UNREADABLE
    cells += [""] * (width - len(cells))
    return cells


def _visible(cell: str) -> str:
    """Without the zero-width characters that come along when text is copied from pages and letters."""
    return "".join(letter for letter in cell if unicodedata.category(letter) != "Cf")


def _joined(cells: Sequence[str], name_at: int | None, surname_at: int | None) -> str:
    parts = [cells[position] for position in (name_at, surname_at) if position is not None]
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Box:
    """A mailbox that somebody wrote into a cell."""

    email: str
    key: str
    name: str = ""


def _usual(email: str) -> _Box | None:
    at = email.find("@")
    if at > 64 or len(email) > LONGEST_EMAIL or not _USUAL.fullmatch(email) or _PERHAPS_SPECIAL.search(email):
        return None
    key = email.lower()
    return _Box(email[:at] + key[at:], key)


def _unusual(cell: str) -> _Box | None:
    """An address the careful way; «Anna <anna@example.org>» gives the name as well."""
    try:
        found = address.valid(cell)
    except address.BadAddress:
        return None
    return _Box(found.email, address.canonical(found.email), found.name)


def _choices(language: str, zone: str, delivery: str) -> tuple[str | None, str | None, str | None] | Reason:
    spoken = _language(language)
    if language and spoken is None:
        return Reason.UNKNOWN_LANGUAGE
    if zone and not _known_zone(zone):
        return Reason.UNKNOWN_TIME_ZONE
    chosen = _DELIVERY_OF.get(delivery.casefold())
    if delivery and chosen is None:
        return Reason.UNKNOWN_DELIVERY
    return spoken, zone or None, chosen


def _language(cell: str) -> str | None:
    """«Italiano», "it-IT" and "ITA" are Italian."""
    said = cell.casefold()
    return _LANGUAGE_OF.get(said) or _LANGUAGE_OF.get(re.split(r"[-_]", said)[0] if len(said) == 5 else "")


@cache
def _known_zone(name: str) -> bool:
    return is_zone(name)


def shown(text: str) -> str:
    """The start of a line, fit to be printed."""
    start = text[:SHOWN].strip()
    return start if start.isprintable() else "".join(letter if letter.isprintable() else " " for letter in start)
