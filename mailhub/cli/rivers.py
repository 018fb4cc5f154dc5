"""A journey drawn in a terminal from top to bottom, with how many people came by and stand where."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.orm import Session

from mailhub.journeys import counting, rivers
from mailhub.journeys.definition import END
from mailhub.journeys.releasing import Standing
from mailhub.journeys.rivers import River
from mailhub.journeys.state import End
from mailhub.journeys.summary import Share, StepSummary
from mailhub.journeys.tables import JourneyRow
from mailhub.site import Site

LEAST_WIDTH = 72
_ENDS = {
    End.COMPLETED: "came to the end",
    End.GOAL: "reached the goal",
    End.LEFT: "left by",
    End.FAILED: "△ failed",
    End.STOPPED: "were taken off",
}


def text(session: Session, site: Site, row: JourneyRow, language: str, *, width: int, every: bool) -> str:
    """Every version that somebody is on, the newest first; `every`: all that there were."""
    standing = Standing.of(session, row)
    ended = counting.ended(session, row.id)
    wanted = {row.version, *standing.by_version, *(ended if every else ())}
    console = Console(file=StringIO(), width=max(width, LEAST_WIDTH), highlight=False, color_system=None)
    for river in rivers.rivers(session, site, row, language, wanted):
        if river.version == row.version:
            console.print(Text(f"{river.title}\n{_state(row, standing)}\n"))
        console.print(Text(f"Version {river.version}: {note(river)}"))
        console.print(_table(river.steps))
    shown = console.file
    assert isinstance(shown, StringIO)
    return "\n".join(line.rstrip() for line in shown.getvalue().splitlines()) + "\n"


def _state(row: JourneyRow, standing: Standing) -> str:
    if row.closed_at is not None:
        state = "closed: nobody comes in any more"
    elif row.paused_at is not None:
        state = f"paused since {row.paused_at:%Y-%m-%d %H:%M} UTC: nobody moves"
    else:
        state = f"who comes in begins with version {row.version}"
    return f"{state}; people on it: {standing.everybody}"


def note(river: River) -> str:
    """How many came in, are on it, and how the others ended."""
    if river.fault:
        return f"what it asks about is gone: {river.fault}"
    counts: Counter[str] = Counter()
    for (end, reason), count in river.ended.items():
        why = f" {reason}" if reason and end is not End.COMPLETED else ""
        counts[f"{_ENDS[end]}{why}"] += count
    ends = ", ".join(f"{count} {how}" for how, count in sorted(counts.items()))
    return f"{river.came} came in, {river.there} are on it" + (f"; {ends}" if ends else "")


def _table(steps: Sequence[StepSummary]) -> Table:
    """Two columns: the river, and what is said of it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for place, step in enumerate(steps):
        ring = "○" if step.waiting else "●" if step.entered else "·"
        follows = steps[place + 1].id if place + 1 < len(steps) else END
        forks = list(_forks(step, follows))
        table.add_row(Text(f"{ring} {step.id}"), Text(step.does))
        table.add_row(Text("│" if place + 1 < len(steps) or forks else ""), Text(" · ".join(_numbers(step))))
        for number, line in enumerate(forks, 1):
            is_last = place + 1 == len(steps) and number == len(forks)
            table.add_row(Text("└─" if is_last else "├─"), Text(line))
    return table


def _numbers(step: StepSummary) -> Iterator[str]:
    yield f"came {step.entered}"
    for name, count in (("sent", step.sent), ("answered", step.answered)):
        if count is not None:
            yield f"{name} {count}"
    for name, count in (("joined", step.joined), ("posted", step.posted)):
        if count is not None and step.sent:
            yield f"{name} {count}"
    for name, count in (("wait here", step.waiting), ("left", step.left), *step.aside.items()):
        if count:
            yield f"{name} {count}"
    if step.median is not None:
        yield f"median {_length(step.median)}"


def _forks(step: StepSummary, follows: str) -> Iterator[str]:
    """Each way where there are several, or the only one leads elsewhere."""
    for way in step.ways:
        if step.forks or way.target != follows:
            said = f"{way.said} " if way.said else ""
            share = _share(way.share) if way.share is not None else ""
            yield f"{said}→ {way.target}: {way.count}{share}"


def _share(share: Share) -> str:
    low, high = share.bounds
    if not share.of:
        return ""
    return (
        f"; goal {share.hits} of {share.of}, {100 * share.hits / share.of:.0f} % ({100 * low:.0f}–{100 * high:.0f} %)"
    )


def _length(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 90:
        return f"{minutes} min"
    if minutes < 36 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 1440)} d"
