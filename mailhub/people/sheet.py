"""A table as people really save it: bytes in, numbered records out, whatever the encoding and the separator.

The stdlib's sniffer is not used: it guesses from letter counts and takes an «e» for a separator.
"""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mailhub.errors import BadInput

SEPARATORS = (";", ",", "\t", "|")
LONGEST_RECORD = 20_000  # characters; a longer one is not taken apart
MOST_JOINED = 20  # lines one quoted cell may run over; more is a quote that somebody forgot to close
SAMPLE = 20  # records from which the separator is told

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NO_TABLE = ((b"PK\x03\x04", "a spreadsheet"), (b"\xd0\xcf\x11\xe0", "an old spreadsheet"), (b"%PDF", "a PDF"))


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the table; a quoted cell may run over several, and then the first gives number and text."""

    number: int
    cells: Sequence[str]  # none when the line is too long to be taken apart
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that can be read again and again."""

    encoding: str
    separator: str
    raw: bytes = field(repr=False)

    def __iter__(self) -> Iterator[Record]:
        """Every record but the line `sep=;` that some programs write on top, blank ones too."""
        for record in _records(_lines(self.raw, self.encoding), self.separator):
            if record.number > 1 or _told_separator(record.text) is None:
                yield record


def open_sheet(raw: bytes, is_heading: Callable[[str], bool]) -> Sheet:
    """Tell how a table is written. Raises BadInput for what is no table at all."""
    if not raw.strip():
        raise BadInput("the file is empty")
    for magic, what in _NO_TABLE:
        if raw.startswith(magic):
            raise BadInput(f"the file is {what}, not a table of text; save it as CSV and try again")
    encoding = _encoding(raw)
    top = list(islice((line for line in _lines(raw, encoding) if line.strip()), SAMPLE))
    return Sheet(encoding, (_told_separator(top[0]) if top else None) or _separator(top, is_heading), raw)


def _encoding(raw: bytes) -> str:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return encoding
    top = raw[:400]
    if 3 * top.count(0) > len(top):  # every other byte of Latin text in UTF-16 is NUL
        return "utf-16-le" if top[1::2].count(0) > top[::2].count(0) else "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _lines(raw: bytes, encoding: str) -> Iterator[str]:
    """The lines with their ends; what cannot be read becomes U+FFFD."""
    if encoding != "cp1252":
        yield from io.TextIOWrapper(io.BytesIO(raw), encoding, errors="replace", newline="")
        return
    # Files are put together from several: a line that is good UTF-8 is hardly ever anything else.
    for line in io.TextIOWrapper(io.BytesIO(raw), "utf-8", errors="surrogateescape", newline=""):
        if line.isascii():
            yield line
        else:
            its_bytes = line.encode("utf-8", "surrogateescape")
            yield _utf8(its_bytes) or its_bytes.decode("cp1252", "replace")


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _told_separator(line: str) -> str | None:
    told = line.strip("\r\n \"'").lower()
    return told[4] if len(told) == 5 and told.startswith("sep=") and told[4] in SEPARATORS else None


def _separator(top: Sequence[str], is_heading: Callable[[str], bool]) -> str:
    """The separator that makes known headings of the first line, else the one that cuts all lines alike."""

    def merit(separator: str) -> tuple[int, int, int]:
        rows = [record.cells for record in _records(iter(top), separator)]
        width = len(rows[0]) if rows else 1
        alike = sum(len(row) == width for row in rows) if width > 1 else 0
        return sum(map(is_heading, rows[0] if rows else ())), alike, width

    return max(SEPARATORS, key=merit)  # the first of the best


def _records(lines: Iterator[str], separator: str) -> Iterator[Record]:
    number = 0
    ahead: deque[str] = deque()  # lines read in search of a closing quote
    while True:
        line = ahead.popleft() if ahead else next(lines, None)
        if line is None:
            return
        number += 1
        cells, further = _cells(line, lines, ahead, separator)
        yield Record(number, cells, line)
        for _ in range(further):
            ahead.popleft()
        number += further


def _cells(line: str, lines: Iterator[str], ahead: deque[str], separator: str) -> tuple[Sequence[str], int]:
    """The cells of the record that begins with this line, and how many lines of `ahead` belong to it as well."""
    if len(line) > LONGEST_RECORD:
        return (), 0
    if '"' not in line:
        return line.rstrip("\r\n").split(separator), 0
    alone = _quoted(line, separator)
    if alone is not None:
        return alone, 0
    if line.count('"') % 2 == 0:  # quotes within quotes, written without care
        return next(csv.reader([line.rstrip("\r\n")], delimiter=separator, skipinitialspace=True)), 0
    joined, further = line, 0
    while joined.count('"') % 2 and further < MOST_JOINED and len(joined) <= LONGEST_RECORD:
        if further == len(ahead):
            following = next(lines, None)
            if following is None:
                break
            ahead.append(following)
        joined += ahead[further]
        further += 1
    together = _quoted(joined, separator)
    if together is not None:
        return together, further
    return line.rstrip("\r\n").split(separator), 0  # a quote that nobody closed is a letter


def _quoted(text: str, separator: str) -> Sequence[str] | None:
    """The cells of a record with quotes; None when a quote is still open, or closes where it should not."""
    try:
        return next(csv.reader([text.rstrip("\r\n")], delimiter=separator, strict=True, skipinitialspace=True))
    except csv.Error:
        return None
