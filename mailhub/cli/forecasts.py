"""How a simulation is told: a calendar of mails and totals per step, as text or as JSON."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mailhub.clock import local
from mailhub.journeys.simulating import Course
from mailhub.journeys.totals import Totals

WIDTH = 24  # of a step's name; a longer one pushes its line


def of_one(course: Course, whom: str, start: datetime, *, as_json: bool) -> str:
    """One person's course."""
    if as_json:
        return _json(_course(course, whom, start))
    zone = course.seen.zone
    lines = [f"{course.journey.slug} for {whom} ({zone}), from {_clock(start, zone)}", ""]
    for event in course.events:
        lines.append(f"{_clock(event.at, zone)}  {event.what:<9} {event.step:<{WIDTH}} {event.detail}".rstrip())
    if course.end is None:
        lines.append(f"{'':<22}  then at {course.way.step} ({course.way.phase})")
    return "".join(f"{line}\n" for line in lines)


def of_all(totals: Totals, refused: int, start: datetime, *, as_json: bool) -> str:
    """Everybody's, added up."""
    if as_json:
        return _json(_sums(totals, refused, start))
    return "".join(f"{line}\n" for line in _told(totals, refused, start))


def _told(totals: Totals, refused: int, start: datetime) -> Iterator[str]:
    yield f"{totals.journey.slug} for {totals.people} people, from {_clock(start, totals.zone)} ({totals.zone})"
    if refused:
        yield f"{refused} would not come in: the trigger's conditions do not fit them, or a rule of exit does."
    yield f"{totals.mails} mails, {totals.most} at most to one person. What other journeys send is not counted."
    yield ""
    for day, counts in totals.calendar():
        each = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        yield f"{day:%a %d %b %Y} {counts.total():>8}  {each}"
    yield ""
    yield f"{'step':<{WIDTH}} {'come':>8} {'mails':>8} {'reminders':>9}  left by"
    for step, total in totals.steps.items():
        outcomes = ", ".join(f"{name} {count}" for name, count in sorted(total.outcomes.items()))
        still = f"{', ' if outcomes else ''}still there {total.standing}" if total.standing else ""
        yield f"{step:<{WIDTH}} {total.came:>8} {total.mails:>8} {total.reminders:>9}  {outcomes}{still}".rstrip()
    yield ""
    yield "ends: " + (", ".join(f"{name} {count}" for name, count in sorted(totals.ends.items())) or "none")


def _course(course: Course, whom: str, start: datetime) -> Mapping[str, Any]:
    zone = course.seen.zone
    return {
        "journey": course.journey.slug,
        "person": whom,
        "zone": zone,
        "from": _iso(start, zone),
        "events": [
            {"at": _iso(event.at, zone), "step": event.step, "what": event.what, "detail": event.detail}
            for event in course.events
        ],
        "end": course.end,
        "reason": course.reason or None,
        "stands": None if course.end is not None else {"step": course.way.step, "waits": course.way.phase},
    }


def _sums(totals: Totals, refused: int, start: datetime) -> Mapping[str, Any]:
    return {
        "journey": totals.journey.slug,
        "zone": totals.zone,
        "from": _iso(start, totals.zone),
        "people": totals.people,
        "refused": refused,
        "mails": totals.mails,
        "most_to_one": totals.most,
        "days": [{"day": day.isoformat(), "mails": dict(sorted(counts.items()))} for day, counts in totals.calendar()],
        "steps": [
            {
                "step": step,
                "came": total.came,
                "mails": total.mails,
                "reminders": total.reminders,
                "outcomes": dict(sorted(total.outcomes.items())),
                "standing": total.standing,
            }
            for step, total in totals.steps.items()
        ],
        "ends": dict(sorted(totals.ends.items())),
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) + "\n"


def _iso(at: datetime, zone: str) -> str:
    return local(at, zone).isoformat(timespec="minutes")


def _clock(at: datetime, zone: str) -> str:
    return local(at, zone).strftime("%a %d %b %Y, %H:%M")
