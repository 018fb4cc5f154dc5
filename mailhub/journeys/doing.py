"""Carries out the verbs of a journey for the person who is on their way."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from mailhub.authority import Evidence
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.state import Perform
from mailhub.lists import joining, places, reading, subscriptions
from mailhub.lists import things as list_things
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList
from mailhub.people import activity, persons
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Act, Verbs

if TYPE_CHECKING:
    from mailhub.journeys.running import Running

VIA = "journey"


def perform(
    session: Session,
    site: Site,
    verbs: Verbs,
    runs: "Running",
    each: Enrolled,
    effect: Perform,
    answers: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    """One verb. A group that is not there any more is passed over, as somebody who has left would."""
    if effect.verb == "emit":
        word = str(effect.args.get("activity", "")).rpartition(".")[2]
        activity.note(session, f"journey.{word}", now=now, person_id=each.way.person_id, journey=runs.row.slug)
        return
    slug = effect.args.get("list")
    group = reading.by_slug(session, slug) if isinstance(slug, str) else None
    if group is None or group.closed_at is not None:
        return
    evidence = {"method": VIA, "journey": runs.row.slug, "version": each.version, "enrolment": each.id}
    if effect.verb == "join":
        _join(session, site, group, each, effect, answers, evidence, now)
    elif effect.verb == "leave":
        subscriptions.leave(session, group, each.way.person_id, now=now, source=VIA, evidence=evidence)
    else:
        _say(session, site, verbs, group, each, effect, now)


def _join(
    session: Session,
    site: Site,
    group: MailList,
    each: Enrolled,
    effect: Perform,
    answers: Mapping[str, object],
    evidence: Mapping[str, Any],
    now: datetime,
) -> None:
    """Who has said yes to it belongs at once; everybody else is asked first, as whoever asks to join is."""
    person_id = each.way.person_id
    place = reading.subscription(session, group.id, person_id)
    if place is not None and place.state in BELONGING:
        return
    if effect.args.get("after") is not True:
        address = persons.write_to(session, [person_id]).get(person_id)
        if address is not None:
            joining.request(session, site, group, person_id, address, now=now, source=VIA, evidence=evidence)
        return
    said = {name: str(value) for name, value in answers.items()}
    place = places.enter(session, group, person_id, now=now, source="mail", evidence={**evidence, "answers": said})
    if (choice := effect.args.get("delivery")) in list(DeliveryChoice):
        subscriptions.choose(session, place, DeliveryChoice(choice), now=now)


def _say(
    session: Session, site: Site, verbs: Verbs, group: MailList, each: Enrolled, effect: Perform, now: datetime
) -> None:
    """Any other verb, said to the group on the person's behalf; what it would answer is not told."""
    verb, person = verbs.find(effect.verb), session.get_one(Person, each.way.person_id)
    if verb is None:
        return
    verb.perform(
        Act(
            session=session,
            site=site,
            person_id=person.id,
            thing=list_things.of_list(group.id),
            argument=str(effect.args.get("argument", "")),
            evidence=Evidence(),
            via=VIA,
            now=now,
            language=persons.language_of(person, site),
        )
    )
