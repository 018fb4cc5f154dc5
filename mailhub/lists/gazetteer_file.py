"""Reads `lists/places.csv`, the places people may say they live in: name, aliases, lat, lon.

Any separator and encoding will do, and commas in degrees, so that a spreadsheet may save it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from mailhub.content import BadContent, Kind, Problem
from mailhub.errors import BadInput
from mailhub.lists.gazetteer import LONGEST_NAME, Place, Places, key
from mailhub.people import sheet
from mailhub.verbs import plain

FILE = "places.csv"
MOST_PLACES = 20_000
MOST_BYTES = 4 << 20
NOWHERE = Places()

_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("name", "nome", "place", "luogo", "comune"), "name"),
    **dict.fromkeys(("aliases", "alias", "altri nomi"), "aliases"),
    **dict.fromkeys(("lat", "latitude", "latitudine"), "lat"),
    **dict.fromkeys(("lon", "lng", "long", "longitude", "longitudine"), "lon"),
}
_NEEDED = ("name", "lat", "lon")


def in_folder(content_dir: Path) -> Places:
    """The places of a content folder; none where there is no such file."""
    path = content_dir / Kind.LIST.folder / FILE
    return read(path) if path.exists() else Places()


def as_it_is(content_dir: Path | None) -> Places:
    """The same, read again only where the file has changed; none where it is bad, which `mailhub check` tells."""
    path = content_dir / Kind.LIST.folder / FILE if content_dir is not None else None
    if path is None or not path.is_file():
        return NOWHERE
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Places:
    try:
        return read(path)
    except BadContent:
        return NOWHERE


def read(path: Path) -> Places:
    """The places of a file. Raises BadContent with every problem found."""
    name = f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as source:
            raw = source.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"this file cannot be read: {error.strerror}"
        raise BadContent([Problem(name, 1, what, "look at its name and its permissions")]) from error
    if len(raw) > MOST_BYTES:
        raise BadContent([Problem(name, 1, "this file is over 4 MB", "keep the places your people live near")])
    try:
        records = iter(sheet.open_sheet(raw, lambda cell: _heading(cell) is not None))
    except BadInput as bad:
        raise BadContent([Problem(name, 1, str(bad), "begin with the line name,aliases,lat,lon")]) from bad
    return Places(_Table(name).read(records))


class _Table:
    """Reads the lines of one file; holds what was wrong so far."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._problems: list[Problem] = []
        self._seen: dict[str, int] = {}

    def read(self, records: Iterable[sheet.Record]) -> list[Place]:
        filled = (record for record in records if record.text.strip() or not record.cells)
        top = next(filled, None)
        columns = [_heading(cell) for cell in top.cells] if top is not None else []
        for missing in (needed for needed in _NEEDED if needed not in columns):
            line = top.number if top is not None else 1
            self._wrong(line, f'there is no column "{missing}"', "begin with the line name,aliases,lat,lon")
        places: list[Place] = []
        for record in filled if not self._problems else ():
            if len(places) == MOST_PLACES:
                self._wrong(record.number, f"more than {MOST_PLACES} places", "keep those your people live near")
                break
            places += self._place(record, columns)
        if self._problems:
            raise BadContent(self._problems)
        return places

    def _place(self, record: sheet.Record, columns: list[str | None]) -> list[Place]:
        """The place of a line; none, and a problem noted, where it says none."""
        cells = {column: " ".join(cell.split()) for column, cell in zip(columns, record.cells, strict=False) if column}
        before, name = len(self._problems), cells.get("name", "")
        if not key(name):
            self._wrong(record.number, "this line has no name", "write one in its first column, or take the line away")
        elif len(name) > LONGEST_NAME:
            self._wrong(record.number, f"this name has {len(name)} letters", f"write {LONGEST_NAME} at most")
        elif (first := self._seen.setdefault(key(name), record.number)) != record.number:
            what = f'"{name}" is there twice, first in line {first}'
            self._wrong(record.number, what, "tell them apart, such as by their province, or keep one")
        lat = self._degrees(record.number, "lat", cells, 90)
        lon = self._degrees(record.number, "lon", cells, 180)
        if len(self._problems) > before:
            return []
        aliases = tuple(alias.strip() for alias in re.split(r"[|;/]", cells.get("aliases", "")) if alias.strip())
        return [Place(name, lat, lon, aliases)]

    def _degrees(self, line: int, column: str, cells: Mapping[str, str], most: int) -> float:
        written = cells.get(column, "")
        try:
            degrees = float(written.replace(",", "."))
        except ValueError:
            degrees = math.nan
        if not -most <= degrees <= most:
            what = f'"{column}" is {written[:20]}' if written else f'"{column}" is empty'
            self._wrong(line, what, f"write degrees from -{most} to {most}, such as 44.23")
        return degrees

    def _wrong(self, line: int, what: str, cure: str) -> None:
        self._problems.append(Problem(self._file, line, what, cure))


def _heading(cell: str) -> str | None:
    return _HEADINGS.get(plain(cell[:LONGEST_NAME]))
