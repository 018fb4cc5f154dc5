"""What journeys wait for from people who organise, and whose way had to stop."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.journeys import loading, rows, things
from mailhub.journeys.definition import Journey, Task
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.tables import FAILED, Enrolment, JourneyRow
from mailhub.lists import telling, voice
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing
from mailhub.waiting import WHOLE_SITE, Asked, Office, Part, Waiting

LATELY = timedelta(days=7)  # a way that has stopped stays so: it is told once
SHOWN = 100  # characters of what is asked
_WORDS = {things.TASK: (("task-done", ""),), things.LATE: (("send-late", ""), ("skip-late", ""))}


def _favours(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:
    """Something to do for a person, or whether a mail to them that is late still leaves."""
    for one in asked:
        each = rows.any_one(session, int(one.detail["enrolment"]))
        if each is None:
            continue
        title, text = _named(session, site, each, office.language)
        values = {"journey": title, "name": _name(session, each.way.person_id, office)}
        values |= {"text": text} if one.kind == things.TASK else {}
        key = "task" if one.kind == things.TASK else "late"
        yield Waiting(f"monday.{key}", values, one.asked_at, None, Thing(one.kind, one.id), _WORDS[one.kind])


def _named(session: Session, site: Site, each: Enrolled, language: str) -> tuple[str, str]:
    """What the journey is called, and what its step asks for."""
    row = session.get_one(JourneyRow, each.journey_id)
    journey = _journey(session, site, row, each.version)
    step = journey.find(each.way.step) if journey is not None else None
    text = " ".join(step.text.into(language).split()) if isinstance(step, Task) else ""
    short = textwrap.shorten(text.rstrip("."), SHOWN, placeholder="…")
    return (journey.titled(language) if journey is not None else row.slug), short


def _journey(session: Session, site: Site, row: JourneyRow, version: int) -> Journey | None:
    try:
        return loading.version(session, row.slug, version, loading.standing(session, site))
    except BadContent:  # a group or a fact it asks about is gone
        return None


def _publish(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:
    words = (("publish-journey", ""), ("refuse-journey", ""))
    for one in asked:
        row = session.get_one(JourneyRow, one.thing_id)
        journey = _journey(session, site, row, row.version)
        values = {"journey": journey.titled(office.language) if journey else row.slug, "by": str(one.detail["by"])}
        yield Waiting("monday.publish", values, one.asked_at, one.until, Thing(things.PUBLISH, one.id), words)


def _stopped(session: Session, site: Site, office: Office) -> Iterator[Waiting]:
    """Ways that lately had to stop: one line for each step of each journey."""
    ended = (
        sa.select(Enrolment.journey_id, Enrolment.version, Enrolment.step)
        .add_columns(sa.func.count(), sa.func.min(Enrolment.ended_at), sa.func.min(Enrolment.person_id))
        .join(JourneyRow, JourneyRow.id == Enrolment.journey_id)
        .where(FAILED, Enrolment.ended_at > office.now - LATELY)
        .where(sa.func.coalesce(JourneyRow.list_id, WHOLE_SITE).in_(office.organises))
        .group_by(Enrolment.journey_id, Enrolment.version, Enrolment.step)
    )
    for journey_id, version, step, count, since, person_id in session.execute(ended).all():
        row = session.get_one(JourneyRow, journey_id)
        journey = _journey(session, site, row, version)
        values = {"journey": journey.titled(office.language) if journey else row.slug, "step": step}
        if count == 1:
            name = {"name": _name(session, person_id, office)}
            yield Waiting("monday.way-stopped", {**values, **name}, since)
        else:
            yield Waiting("monday.ways-stopped", {**values, "count": str(count)}, since)


def _name(session: Session, person_id: int, office: Office) -> str:
    return telling.short(office.language, voice.name_of(session.get(Person, person_id), office.language))


PART = Part({things.TASK: _favours, things.LATE: _favours, things.PUBLISH: _publish}, _stopped)
