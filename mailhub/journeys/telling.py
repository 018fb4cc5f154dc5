"""Tells organisers about a journey, and those who are on it, in our own words."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mailhub.delivery import service
from mailhub.journeys.rows import Enrolled
from mailhub.language import footer, mail, say, with_text_below
from mailhub.lists import outgoing, voice
from mailhub.people import persons, roles
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing

if TYPE_CHECKING:
    from mailhub.journeys.running import Running

SOURCE = "journeys.service"


def organisers(session: Session, runs: "Running") -> list[Person]:
    """Who looks after a journey: those of its group, else those of the site."""
    return roles.organisers_of(session, runs.group.id if runs.group else roles.SITE)


def tell(
    session: Session,
    site: Site,
    runs: "Running",
    person: Person,
    key: str,
    values: Mapping[str, Any],
    *,
    kind: str,
    occurrence: int,
    now: datetime,
    about: Thing | None = None,
    below: str = "",
) -> None:
    """One mail of the catalogue to somebody who organises; `below`: somebody's own words, whole."""
    language = persons.language_of(person, site)
    list_id = runs.group.id if runs.group else None
    words = mail(language, f"journeys.{key}", journey=runs.journey.titled(language), **values)
    because = say(language, "journeys.because-organiser")
    service.tell(
        session,
        site,
        person_id=person.id,
        words=with_text_below(words, below) if below else words,
        language=language,
        source=SOURCE,
        kind=kind,
        occurrence=occurrence,
        now=now,
        about=about,
        list_id=list_id,
        sender=voice.sender(session, site, list_id, language),
        footer=footer(language, because, roles.contact(session, site), member=False),
        layout="notice" if about is None else "question",
    )


def failed(session: Session, site: Site, runs: "Running", each: Enrolled, reason: str, *, now: datetime) -> None:
    """A way had to stop. Told once for a step of a version: who is stopped by the same is found where one looks."""
    for person in organisers(session, runs):
        values = {**whom(session, site, runs, each.way.person_id, persons.language_of(person, site)), "reason": reason}
        kind = f"journeys.failed.{runs.row.slug}-{each.version}-{each.way.step}"
        tell(session, site, runs, person, "failed", values, kind=kind, occurrence=0, now=now)


def whom(session: Session, site: Site, runs: "Running", person_id: int, language: str) -> dict[str, str]:
    """The person a mail is about: their name, and where they are written to without showing their address."""
    person = session.get(Person, person_id)
    reached = outgoing.relay_address(site, person_id, runs.group.id) if runs.group else ""
    return {"name": voice.name_of(person, language), "address": reached or site.address("hub")}
