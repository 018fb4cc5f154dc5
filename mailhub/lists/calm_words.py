"""How a decision about a conversation is said: the rule and until when, to one person or to all of the group."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.clock import local
from mailhub.language import say
from mailhub.lists import voice
from mailhub.lists.pacing import Rule
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site


def phrase(session: Session, rule: Rule, language: str, zone: str, now: datetime) -> str:
    """«ogni persona, chi modera compreso, scrive un messaggio ogni 6 ore, fino a mercoledì 11 marzo, ore 9»."""
    if rule.until is None:
        return say(language, f"calm.rule-{rule.tool.value}-for-good")
    values: dict[str, str] = {"until": moment(language, rule.until, zone, now)}
    if rule.every:
        values["hours"] = str(int(rule.every.total_seconds() // 3600))
    if rule.tool.value == "voices":
        values["people"] = names(session, rule.people, language)
    return say(language, f"calm.rule-{rule.tool.value}", **values)


def moment(language: str, at: datetime, zone: str, now: datetime) -> str:
    """«mercoledì 11 marzo, ore 9»."""
    return formats.day_hour(language, at, zone, today=local(now, zone).date())


def names(session: Session, person_ids: Iterable[int], language: str) -> str:
    """«Ana e Bruno»."""
    people = (session.get(Person, one) for one in sorted(person_ids))
    return formats.listing(language, [voice.name_of(person, language) for person in people])


def zone_of(person: Person, site: Site) -> str:
    return persons.zone_of(person, site)
