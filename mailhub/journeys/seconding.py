"""Asks another organiser before a change that concerns thousands of people at once; their «pubblica» publishes it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from mailhub import content, formats
from mailhub.content import BadContent, Kind
from mailhub.db import versions
from mailhub.errors import BadInput
from mailhub.journeys import loading, publishing, releasing, telling, things, written
from mailhub.journeys.migration import Migration
from mailhub.journeys.planning import Plan
from mailhub.journeys.publishing import Written
from mailhub.journeys.running import Running
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import reading, voice
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing

MANY = 5_000  # people; more than that are not moved by one person alone
PUBLISH = {"it": ("pubblica", "sì"), "en": ("publish", "yes")}
REFUSE = {"it": ("rifiuta", "no"), "en": ("refuse", "no")}
AGREED = "publish"
HOLDS = timedelta(days=7)  # their word that many people may come in
CHANGED = "changed"  # asked anew, since the file or the mapping is another


def others(session: Session, by: int | None) -> list[Person]:
    """Who may say yes: the organisers of the site, but who asks."""
    return [person for person in roles.holders(session, roles.ORGANISER) if person.id != by]


def ask(
    session: Session,
    site: Site,
    one: Written,
    wanted: Migration,
    plan: Plan,
    *,
    by: str,
    who: int | None,
    now: datetime,
    origin: str = versions.FILE,
    name: str = "",
) -> list[Person]:
    """Ask them; who they are. Nothing is published until one of them says so, and the same is not asked twice.

    `by` is kept; `name` is read by those who are asked, where it is another.
    """
    row = publishing.find(session, one.slug)
    assert row is not None, "nobody is on a journey that is new"
    detail = {
        "slug": one.slug,
        "text": one.document.text,
        "migration": wanted.to_dict(),
        "by": by,
        "version": row.version,
        "origin": origin,
        "who": who,
    }
    _ask(session, site, one, row, detail, plan, "second", name or by, now)
    return others(session, who)


def ask_to_bring_in(
    session: Session, site: Site, one: Written, count: int, *, by: str, who: int | None, now: datetime
) -> list[Person]:
    """Ask whether so many people may come in at once who fitted before it ran; who is asked, the same not twice."""
    row = publishing.find(session, one.slug)
    assert row is not None, "nobody comes into a journey that does not run"
    detail = {"slug": one.slug, "backfill": True, "by": by, "version": row.version, "who": who}
    _ask(session, site, one, row, detail, Plan((), count), "second-people", by, now)
    return others(session, who)


def may_come(session: Session, slug: str, *, now: datetime) -> bool:
    """Whether another organiser has said lately that many people may come into the version that runs."""
    row = publishing.find(session, slug)
    last = questions.last_about(session, things.PUBLISH, row.id) if row is not None else None
    if row is None or last is None or last.settled_at is None or last.outcome != AGREED:
        return False
    asked = last.detail.get("backfill") and last.detail["version"] == row.version
    return bool(asked) and now - last.settled_at <= HOLDS


def _ask(
    session: Session,
    site: Site,
    one: Written,
    row: JourneyRow,
    detail: dict[str, Any],
    plan: Plan,
    entry: str,
    by: str,
    now: datetime,
) -> None:
    standing = questions.standing_question(session, things.PUBLISH, row.id)
    if standing is not None and standing.detail == detail:
        return
    if standing is not None:
        questions.settle(session, standing, CHANGED, None, now=now)
    people = others(session, detail["who"])
    asked = [(person.id, None) for person in people]
    question = questions.ask(session, things.KIND[things.PUBLISH], row.id, asked, now=now, detail=detail)
    _tell(session, site, one, row, plan, entry, by, people, question, now)


def _tell(
    session: Session,
    site: Site,
    one: Written,
    row: JourneyRow,
    plan: Plan,
    entry: str,
    by: str,
    people: Sequence[Person],
    question: Question,
    now: datetime,
) -> None:
    """What would change, and for how many, to each who may say yes."""
    about, runs = Thing(things.PUBLISH, question.id), _runs(session, row, one)
    for person in people:
        language = persons.language_of(person, site)
        effects = tuple(effect.told(language) for effect in plan.effects)
        values: dict[str, object] = {"by": by, "count": formats.number(language, plan.concerned)}
        values |= {"effects": effects} if entry == "second" else {}
        kind = f"journeys.{entry}.{one.slug}"
        telling.tell(
            session, site, runs, person, entry, values, kind=kind, occurrence=question.id, now=now, about=about
        )


def publish(act: Act) -> Outcome:
    """Publish what was asked about, if what ran then still runs."""
    question = _asked(act)
    if question is None:
        return Outcome(False, Answer("journeys.over", {}, None))
    if not questions.settle(act.session, question, AGREED, act.person_id, now=act.now):
        return Outcome(False, _already(act, question))
    detail = question.detail
    row, values = publishing.find(act.session, detail["slug"]), {"journey": detail["slug"]}
    if row is None or row.version != detail["version"]:
        return Outcome(True, Answer("journeys.second-late", values, None))
    if detail.get("backfill"):
        return Outcome(True, Answer("journeys.second-people-may", values, None))
    by = f"person {act.person_id}, as {detail['by']} asked"
    try:
        document = content.load_text(detail["text"], f"{Kind.JOURNEY.folder}/{detail['slug']}.yaml")
        one = Written(document, written.read(document, loading.facts(act.session, act.site)))
        wanted = Migration.from_dict(detail["migration"])
        origin = detail.get("origin", versions.FILE)
        releasing.release(act.session, act.site, one, wanted, by=by, origin=origin, now=act.now)
    except (BadContent, BadInput) as fault:
        return Outcome(True, Answer("journeys.second-fails", {**values, "reason": str(fault)}, None))
    return Outcome(True, Answer("journeys.second-done", values, None))


def refuse(act: Act) -> Outcome:
    """Leave everything as it is."""
    question = _asked(act)
    if question is None:
        return Outcome(False, Answer("journeys.over", {}, None))
    if not questions.settle(act.session, question, "refuse", act.person_id, now=act.now):
        return Outcome(False, _already(act, question))
    return Outcome(True, Answer("journeys.second-refused", {"journey": question.detail["slug"]}, None))


def _asked(act: Act) -> Question | None:
    question = act.session.get(Question, act.thing.id)
    if question is None or act.person_id not in {one.person_id for one in questions.asked(act.session, question)}:
        return None
    return question


def _already(act: Act, question: Question) -> Answer:
    by = act.session.get(Person, question.settled_by) if question.settled_by is not None else None
    if by is None:
        return Answer("journeys.over", {}, None)
    return Answer("journeys.already", {"name": voice.name_of(by, act.language)}, None)


def _runs(session: Session, row: JourneyRow, one: Written) -> Running:
    group = reading.by_slug(session, one.journey.list) if one.journey.list else None
    return Running(row, one.journey, one.journey.exits, group, frozenset())
