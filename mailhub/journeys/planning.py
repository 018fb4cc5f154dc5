"""What publishing a journey would mean, and for how many people: said before anything happens (`mailhub plan`)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.journeys import comparing, describing, loading, matching, migrating, migration, publishing
from mailhub.journeys.comparing import Differences, StepChange, What
from mailhub.journeys.definition import Backfill, Step
from mailhub.journeys.migration import NOBODY, Migration
from mailhub.journeys.publishing import Written
from mailhub.journeys.releasing import Standing
from mailhub.journeys.tables import JourneyRow
from mailhub.language import say
from mailhub.site import Site

_MOVING = ("goes", "counted", "leaves")
_COMING = ("fit-comes", "fit-comes-spread")


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would change; its words are `journeys.plan.<what>`. A step says itself what it does."""

    what: str
    values: dict[str, object] = field(default_factory=dict)

    def told(self, language: str) -> str:
        values = {
            name: describing.does(value, language) if isinstance(value, Step) else value
            for name, value in self.values.items()
        }
        return say(language, f"journeys.plan.{self.what}", **values)


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing one journey would mean; `concerned`: for how many people at once."""

    effects: tuple[Effect, ...]
    concerned: int = 0


def plan(
    session: Session,
    site: Site,
    one: Written,
    wanted: Migration = NOBODY,
    *,
    now: datetime,
    backfills: bool = False,
    days: int = 1,
) -> Plan:
    """What publishing this would mean. Changes nothing."""
    known = loading.facts(session, site)
    row = publishing.find(session, one.slug)
    old = publishing.published(session, one.slug, known) if row is not None else None
    if row is None or old is None:
        fit = fits(session, site, one, row, backfills, days, now)
        return Plan((Effect("opens"), *fit), _people(fit, *_COMING))
    standing = Standing.of(session, row)
    found = comparing.compare(old.journey, old.document.values, one.journey, one.document.values)
    opens = [Effect("opens-again")] if row.closed_at is not None else []
    moved = list(_moved(session, site, row, one, wanted, now))
    asked = found.trigger or backfills or "entry" in found.settings
    fit = fits(session, site, one, row, backfills, days, now) if asked else []
    effects = (*opens, *_under_way(standing), *_changes(found, standing, wanted), *moved, *_stays(standing, wanted))
    trigger = [Effect("trigger")] if found.trigger else []
    at_once = standing.everybody if found.of_exits else _people(moved, *_MOVING)
    return Plan((*effects, *trigger, *fit), at_once + _people(fit, *_COMING))


def closing(session: Session, slug: str) -> list[Effect]:
    """What closing a journey would mean whose file is gone."""
    row = publishing.find(session, slug)
    if row is None or row.closed_at is not None:
        return []
    return [Effect("closes", {"count": Standing.of(session, row).everybody})]


def _under_way(standing: Standing) -> list[Effect]:
    if not standing.everybody:
        return []
    versions = ", ".join(f"v{number}: {count}" for number, count in standing.by_version.items())
    return [Effect("under-way", {"count": standing.everybody, "versions": versions})]


def _changes(found: Differences, standing: Standing, wanted: Migration) -> Iterator[Effect]:
    """The steps, the exits, and what else the file says."""
    for change in found.steps:
        yield _step(change, standing.by_step.get(change.id, 0), wanted)
    for what, names in (("new", found.exits_new), ("gone", found.exits_gone), ("changed", found.exits_changed)):
        yield from (Effect(f"exit-{what}", {"id": name}) for name in names)
    if found.settings:
        yield Effect("settings", {"keys": ", ".join(found.settings)})


def _step(change: StepChange, count: int, wanted: Migration) -> Effect:
    key = f"step-{change.what}"
    match change.what:
        case What.NEW:
            return Effect(key, {"step": change.id, "does": change.new})
        case What.MOVED:
            return Effect(key, {"step": change.id})
        case What.GONE:
            return Effect(key, {"step": change.id, "count": count})
        case What.SHORTER | What.LONGER:
            kept = 0 if change.id in wanted.steps else count
            lengths = {"old": comparing.length_of(change.old), "new": comparing.length_of(change.new)}
            return Effect(key, {"step": change.id, "count": kept, **lengths})
    return Effect(key, {"step": change.id, "does": change.new, "count": count})


def _moved(
    session: Session, site: Site, row: JourneyRow, one: Written, wanted: Migration, now: datetime
) -> Iterator[Effect]:
    """Who goes where, as it would really come."""
    if not wanted.steps or any(one.journey.find(target) is None for target in wanted.map.values()):
        return
    at_once, known = replace(wanted, spread=1), loading.facts(session, site)
    found = migrating.decided(session, site, row, one.journey, at_once, known=known, now=now)
    counts = Counter(each.way.step for each, _ in found)
    due = Counter(each.way.step for each, move in found if move.end is None and migration.is_due(move.way, now))
    for step in sorted(wanted.steps):
        yield _goes(step, counts[step], wanted)
        if due[step]:
            days = {"days": wanted.spread} if wanted.spread > 1 else {}
            yield Effect("due-spread" if days else "due", {"count": due[step], **days})


def _goes(step: str, count: int, wanted: Migration) -> Effect:
    if step in wanted.leave:
        return Effect("leaves", {"step": step, "why": wanted.leave[step], "count": count})
    if step in wanted.recount:
        return Effect("counted", {"step": step, "count": count})
    return Effect("goes", {"step": step, "target": wanted.map[step], "count": count})


def _stays(standing: Standing, wanted: Migration) -> list[Effect]:
    return [Effect("stays", {"step": each, "count": standing.by_step.get(each, 0)}) for each in sorted(wanted.stay)]


def fits(
    session: Session, site: Site, one: Written, row: JourneyRow | None, backfills: bool, days: int, now: datetime
) -> list[Effect]:
    """Whom its beginning would fit today, and whether they come in."""
    trigger = one.journey.trigger
    if trigger.is_by_hand:
        return [Effect("by-hand", {"slug": one.slug})]
    count = matching.count(session, site, one.journey, row, now=now)
    if backfills:
        spread = {"days": days} if days > 1 else {}
        return [Effect("fit-comes-spread" if spread else "fit-comes", {"count": count, **spread})]
    if one.journey.entry.backfill is Backfill.NONE:
        return [Effect("fit", {"count": count}), Effect("fit-none")]
    return [Effect("fit", {"count": count}), Effect("fit-backfill", {"slug": one.slug})]


def _people(effects: Iterable[Effect], *what: str) -> int:
    """How many people these effects are about."""
    counts = (effect.values["count"] for effect in effects if effect.what in what)
    return sum(count for count in counts if isinstance(count, int))
