"""Looks at what has happened: who comes in by it, and whose way it changes (design idea 4)."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions
from mailhub.journeys import entering, rows, running, watching
from mailhub.journeys.definition import Check, Journey, Reentry, Wait
from mailhub.journeys.entering import Cause
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.running import Runner, Running
from mailhub.journeys.state import Changed, Phase, Signal
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import reading
from mailhub.people import activity
from mailhub.people.activity import Happened
from mailhub.people.tables import Activity
from mailhub.site import Site
from mailhub.verbs import Verbs

PAGE = 250  # activities reacted to in one transaction
WAITS = sa.select(Activity.id).where(Activity.reacted_at.is_(None)).order_by(Activity.id).limit(1)  # to be reacted to
_BACK = {"subscription.resumed", "subscription.restored"}  # a pause has ended
_BY_THE_CLOCK = (Phase.READY, Phase.WAITING, Phase.WATCHING)  # of the person, who may move
NOT_ONES_OWN = ("person.imported",)  # activities about a person that are not theirs to have done


def page(session: Session, site: Site, verbs: Verbs, *, now: datetime) -> int:
    """React to a page of what has happened; how much it was."""
    happened = activity.unreacted(session, PAGE)
    if not happened:
        return 0
    activity.react(session, [one.id for one in happened], now=now)
    about = [one for one in happened if one.person_id is not None]
    journeys = list(session.scalars(sa.select(JourneyRow).where(JourneyRow.paused_at.is_(None))))
    if about and journeys:
        runner = Runner(session, site, verbs, now)
        signals = _concerned(session, runner, about)  # before the newcomers are there, whose time has come anyway
        for row in journeys:
            runs = runner.running(row, row.version)
            if runs is not None:
                _enter(session, runner, runs, about, now)
                _watch(session, site, runner, runs, about, now)
        if signals:
            running.move(session, site, verbs, signals, "something changed", now=now)
    return len(happened)


def _watch(
    session: Session, site: Site, runner: Runner, runs: Running, happened: Sequence[Happened], now: datetime
) -> None:
    """Look again at those who may have begun to fit, or do no more."""
    changing = watching.changed_by(runs.journey)
    ids = sorted({one.person_id for one in happened if one.person_id is not None and one.what in changing})
    if ids and runs.row.closed_at is None:
        watching.look(session, site, runner, runs, ids, now=now, enters=runs.row.fired_until is not None)


def _enter(session: Session, runner: Runner, runs: Running, happened: Sequence[Happened], now: datetime) -> None:
    """Bring in whoever one of these concerns."""
    trigger = runs.journey.trigger
    if trigger.activity is None or runs.row.closed_at is not None:
        return
    group = reading.by_slug(session, trigger.list) if trigger.list else None
    if trigger.list and group is None:
        return
    fits = [
        one
        for one in happened
        if one.what == trigger.activity
        and one.at >= runs.row.published_at
        and (group is None or one.list_id == group.id)
    ]
    causes = [_cause(runs.journey, one) for one in fits]
    entering.enter(session, runs.row, runs.journey, runner.who_fit(runs.journey, causes), now=now)


def _cause(journey: Journey, one: Happened) -> Cause:
    is_keyed = journey.entry.reentry is Reentry.EVERY_KEY
    what = f"{one.thing}:{one.thing_id}" if one.thing is not None else f"activity:{one.id}"
    key = what if is_keyed or journey.trigger.key == "thing" else ""
    detail = {"activity": one.id, "what": one.what}
    return Cause(one.person_id or 0, one.at, key, one.what not in NOT_ONES_OWN, detail)


def _concerned(session: Session, runner: Runner, happened: Sequence[Happened]) -> list[tuple[Enrolled, Signal]]:
    """Those on their way whom one of these may concern, to be looked at again."""
    names = {one.person_id: set[str]() for one in happened if one.person_id is not None}
    for one in happened:
        names[one.person_id or 0].add(one.what)
    looks: dict[tuple[int, int, str | None], frozenset[str]] = {}
    signals: list[tuple[Enrolled, Signal]] = []
    for each in rows.active(session, sorted(names)):
        key = each.journey_id, each.version, each.way.step if each.way.phase in _BY_THE_CLOCK else None
        if key not in looks:
            looks[key] = _changing(runner, each)
        changing = looks[key] | _BACK if each.way.phase is Phase.READY else looks[key]
        if not changing.isdisjoint(names[each.way.person_id]):
            signals.append((each, Changed()))
    return signals


def _changing(runner: Runner, each: Enrolled) -> frozenset[str]:
    """What may change what an exit looks at, or a wait where one stands as this one does."""
    runs = runner.of(each)
    if runs is None:
        return frozenset()
    looks = [rule.when for rule in runs.exits if rule.check is Check.IMMEDIATE]
    step = runs.journey.find(each.way.step)
    if each.way.phase is Phase.WATCHING and step is not None:
        looks += step.conditions()
    names = {fact for condition in looks for fact in conditions.facts_used(condition)}
    if each.way.phase in _BY_THE_CLOCK:
        names.add("person.time_zone")
    if each.way.phase is Phase.WAITING and isinstance(step, Wait) and step.date is not None:
        names.add(step.date.name)
    known = (runs.journey.facts.get(name) for name in names)
    return frozenset(name for fact in known if fact is not None for name in fact.changed_by)
