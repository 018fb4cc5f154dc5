"""Publishes journeys and their mails in a town, as `mailhub apply` does, and looks at who is where."""

from collections.abc import Mapping

import sqlalchemy as sa

from mailhub.journeys import loading
from mailhub.journeys import publishing as journeys
from mailhub.journeys.tables import Enrolment, JourneyRow, TransitionRow
from mailhub.lists import reading
from mailhub.people import persons
from mailhub.templates import publishing as templates
from tests.stories.town import Town

LANGUAGES = ("it", "en")


def publishes(town: Town, journey: str, mails: Mapping[str, str], slug: str = "welcome") -> None:
    """A journey, and its mails by name: «subject | text», in both languages the same."""
    folder = town.hub.settings.content.dir
    for name, said in mails.items():
        subject, _, text = said.partition("|")
        head, variables = f'subject: "{subject.strip()}"', _variables(said)
        for language in LANGUAGES:
            path = folder / "templates" / name / f"{name}.{language}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\n{head}\npurpose: membership\n{variables}---\n{text.strip()}\n")
    (folder / "journeys").mkdir(exist_ok=True)
    (folder / "journeys" / f"{slug}.yaml").write_text(journey)
    now = town.clock.now()
    with town.database.transaction() as session:
        read = templates.read_folder(folder).templates
        templates.apply_files(session, read, now=now)
        lists = [group.slug for group in reading.open_lists(session)]
        world = journeys.world(lists, read)
        journeys.apply_files(
            session, journeys.read_folder(folder, loading.facts(session, town.hub.site), world), now=now
        )


def _variables(said: str) -> str:
    if "{{ name }}" not in said:
        return ""
    return "vars:\n  name: {type: text, fallback: friend}\n"


def place(town: Town, email: str, slug: str = "welcome") -> tuple[str, str]:
    """Where somebody stands: the step and what the way waits for; or "ended" and how."""
    with town.database.reading() as session:
        person = persons.find(session, email)
        assert person is not None
        wanted = sa.select(Enrolment).join(JourneyRow, JourneyRow.id == Enrolment.journey_id)
        wanted = wanted.where(JourneyRow.slug == slug, Enrolment.person_id == person.id).order_by(Enrolment.id.desc())
        found = session.scalars(wanted.limit(1)).one()
        return ("ended", found.ended.value) if found.ended is not None else (found.step, found.phase.value)


def steps(town: Town, email: str) -> list[tuple[str, str]]:
    """Every step somebody left, with its outcome."""
    with town.database.reading() as session:
        person = persons.find(session, email)
        assert person is not None
        wanted = sa.select(TransitionRow.step, TransitionRow.outcome).join(
            Enrolment, Enrolment.id == TransitionRow.enrolment_id
        )
        wanted = wanted.where(Enrolment.person_id == person.id)
        rows = session.execute(wanted.order_by(TransitionRow.enrolment_id, TransitionRow.visit))
        return [(step, outcome) for step, outcome in rows]
