"""What a journey asks of people who organise: something to do, or whether a mail that is late still leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mailhub.journeys import telling, things
from mailhub.journeys.definition import LAST_REPLY, Task
from mailhub.journeys.rows import Enrolled, occurrence_of
from mailhub.journeys.state import AskOrganiser, Errand
from mailhub.lists import reading
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing

if TYPE_CHECKING:
    from mailhub.journeys.running import Running

ORGANISERS = "organisers"


def ask(
    session: Session,
    site: Site,
    runs: "Running",
    each: Enrolled,
    effect: Errand,
    values: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    """Ask somebody to do something for the person; `again`: others, since nobody did it in time."""
    step = runs.journey.find(effect.step)
    assert isinstance(step, Task)
    people = roles.holders(session, roles.ORGANISER) if effect.again else _asked(session, runs, step, values)
    said = str(values.get(LAST_REPLY) or "")
    for person, thing in _asking(session, runs, each, effect.visit, things.TASK, people, now):
        language = persons.language_of(person, site)
        told = {**telling.whom(session, site, runs, each.way.person_id, language), "text": step.text.into(language)}
        kind = f"journeys.task.{runs.row.slug}-{effect.again:d}"
        telling.tell(
            session, site, runs, person, "task", told, kind=kind, occurrence=thing.id, now=now, about=thing, below=said
        )


def ask_whether_late(
    session: Session, site: Site, runs: "Running", each: Enrolled, effect: AskOrganiser, *, now: datetime
) -> None:
    """A mail is later than its grace: somebody decides."""
    people = telling.organisers(session, runs)
    for person, thing in _asking(session, runs, each, effect.visit, things.LATE, people, now):
        told = telling.whom(session, site, runs, each.way.person_id, persons.language_of(person, site))
        told |= {"step": effect.step}
        kind = f"journeys.late.{runs.row.slug}"
        telling.tell(session, site, runs, person, "late", told, kind=kind, occurrence=thing.id, now=now, about=thing)


def _asking(
    session: Session,
    runs: "Running",
    each: Enrolled,
    visit: int,
    kind: str,
    people: Sequence[Person],
    now: datetime,
) -> list[tuple[Person, Thing]]:
    """The question, asked of all of these."""
    question = questions.ask(
        session,
        things.KIND[kind],
        occurrence_of(each.id, visit),
        [(person.id, None) for person in people],
        now=now,
        list_id=runs.group.id if runs.group else None,
        detail={"enrolment": each.id, "visit": visit},
    )
    return [(person, Thing(kind, question.id)) for person in people]


def _asked(session: Session, runs: "Running", step: Task, values: Mapping[str, object]) -> list[Person]:
    """Organisers of the journey's group, or of the one named or held by a name; where that is gone, the site's."""
    if step.to == ORGANISERS:
        return telling.organisers(session, runs)
    slug = values.get(step.to, step.to)
    group = reading.by_slug(session, str(slug)) if slug else None
    return roles.organisers_of(session, group.id if group else roles.SITE)
