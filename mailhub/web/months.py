"""`/<list>/2026/03/`: a month of a group, quietly: its conversations, and the months before and after.

A conversation stands in the month of its newest message, so each is found once. Months are those of the site's clock.
"""

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.archive import months
from mailhub.archive import reading as archive
from mailhub.archive.months import Span
from mailhub.clock import at_local, local
from mailhub.web import faces, showing
from mailhub.web.paging import after_key, key
from mailhub.web.shared import chosen_language, hub, page
from mailhub.web.visitor import signed_in

pages = Blueprint("months", __name__)

CONVERSATIONS = 100  # on one page
FURTHEST_BACK = 60  # years; a Date of 1970 says nothing of when a mail was written


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the calendar."""

    year: int
    number: int

    @property
    def path(self) -> str:
        return f"{self.year:04}/{self.number:02}"

    @property
    def name(self) -> str:
        return formats.month_of_year(chosen_language(), self.year, self.number)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def span(self) -> Span:
        return _begins(self), _begins(self.next)


@pages.get("/<slug>/<int:year>/<int:number>/", strict_slashes=False)
def show(slug: str, year: int, number: int) -> Response:
    """The conversations of a month, the liveliest first; a month there is not, or with nothing in it, is no page."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        face = faces.of_slug(session, slug, visitor)
        month = read(year, number)
        if face is None or not face.is_open or month is None:
            return faces.nothing()
        list_id = face.group.id
        found = archive.front(session, list_id, limit=CONVERSATIONS + 1, after=after_key(), within=month.span)
        if not found:
            return faces.nothing()
        shown = found[:CONVERSATIONS]
        return page(
            "month.html",
            face=face,
            month=month,
            threads=shown,
            count=months.count(session, list_id, month.span),
            older=key(shown[-1].last_at, shown[-1].id) if len(found) > CONVERSATIONS else "",
            before=_of(months.before(session, list_id, month.span[0])),
            after=_of(months.after(session, list_id, month.span[1])),
            visitor=visitor,
            day=showing.day,
            indexed=face.is_for_search,
        )


def read(year: int, number: int) -> Month | None:
    """The month of these numbers, if a calendar has it."""
    return Month(year, number) if 1 < year < MAXYEAR and 1 <= number <= 12 else None


def of_list(session: Session, list_id: int) -> list[tuple[int, list[Month]]]:
    """The months of a list that hold anything, by year, the newest first."""
    extent = months.extent(session, list_id)
    if extent is None:
        return []
    first, last = (_month_of(moment) for moment in extent)
    first = max(first, Month(last.year - FURTHEST_BACK, 1))
    asked = {month.span: month for month in _through(first, last)}
    found = [asked[span] for span in reversed(months.inhabited(session, list_id, list(asked)))]
    years = dict.fromkeys(month.year for month in found)
    return [(year, [month for month in found if month.year == year]) for year in years]


def _through(first: Month, last: Month) -> list[Month]:
    every = [first]
    while every[-1] < last:
        every.append(every[-1].next)
    return every


def _begins(month: Month) -> datetime:
    return at_local(date(month.year, month.number, 1), time(), hub().site.time_zone)


def _month_of(moment: datetime) -> Month:
    there = local(moment, hub().site.time_zone)
    return Month(there.year, there.month)


def _of(moment: datetime | None) -> Month | None:
    return _month_of(moment) if moment is not None else None
