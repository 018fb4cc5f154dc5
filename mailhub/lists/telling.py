"""Tells people things about their group: in their language, under the group's name, with the two lines below."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.clock import local
from mailhub.delivery import service
from mailhub.language import Words, mail, say, with_text_below
from mailhub.language import footer as two_lines
from mailhub.lists import reading, redaction, things, voice
from mailhub.lists.definition import ListDefinition
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList, SubscriptionState
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing

SOURCE = "lists.service"
LONGEST_TEXT = 20_000  # characters of a message that is shown below ours
SHORT_SUBJECT = 30  # characters of a member's subject within ours

Values = Mapping[str, Any]


def tell(
    session: Session,
    site: Site,
    person_id: int,
    group: MailList,
    key: str,
    values: Values,
    *,
    because: str,
    occurrence: int,
    now: datetime,
    about: Thing | None = None,
    address_id: int | None = None,
    in_reply_to: str | None = None,
    below: str | None = None,
) -> Words:
    """Owe one person one mail of the catalogue, and give its words; a repeat for the same occurrence changes nothing.

    `key` is an entry of this room, or a whole one; `because` one of the footers; `below` somebody's own words, whole.
    """
    person, language = session.get_one(Person, person_id), language_to(session, site, person_id)
    words = mail(language, key if "." in key else f"lists.{key}", **values)
    service.tell(
        session,
        site,
        person_id=person_id,
        words=with_text_below(words, redaction.redactor(site)(below[:LONGEST_TEXT])) if below else words,
        language=language,
        source=SOURCE,
        kind=f"{key}.{because}",
        occurrence=occurrence,
        now=now,
        address_id=address_id,
        about=about or things.of_list(group.id),  # without it a reply would go to From, which is the whole group
        in_reply_to=in_reply_to,
        list_id=group.id,
        sender=voice.sender(session, site, group.id, language),
        footer=footer(session, site, person, group, because, language, now),
        layout="question" if about is not None and about.kind in things.QUESTIONS else "notice",
    )
    return words


def language_to(session: Session, site: Site, person_id: int) -> str:
    """The language we write to this person in."""
    return persons.language_of(session.get_one(Person, person_id), site)


def footer(
    session: Session, site: Site, person: Person, group: MailList, because: str, language: str, now: datetime
) -> str:
    """Why this mail came, and what may be answered."""
    sentence = reason(session, site, person, group, because, language, now)
    is_member = _truly(session, person, group, because) == "member"
    return two_lines(language, sentence, voice.contact(site, group, language), member=is_member)


def reason(
    session: Session, site: Site, person: Person, group: MailList, because: str, language: str, now: datetime
) -> str:
    """The sentence of a footer. Who is no member is not told that they are one."""
    title = reading.definition_of(group).titled(language)
    place = reading.subscription(session, group.id, person.id)
    match _truly(session, person, group, because):
        case "member" if place is not None and place.joined_at is not None:
            since = since_day(site, person, place.joined_at, language, now)
            return say(language, "footer.member", group=title, since=since)
        case "wrote" | "member":
            return say(language, "footer.wrote", address=voice.address(site, group))
        case "named":
            return say(language, "footer.named")
        case other:
            return say(language, f"footer.{other}", group=title)


def _truly(session: Session, person: Person, group: MailList, because: str) -> str:
    """Why somebody really gets what members get: they belong, have left, or wrote to us."""
    if because != "member":
        return because
    place = reading.subscription(session, group.id, person.id)
    if place is not None and place.state in BELONGING:
        return "member"
    return "left" if place is not None and place.state is SubscriptionState.LEFT else "wrote"


def since_day(site: Site, person: Person, moment: datetime, language: str, now: datetime) -> str:
    """«dal 3 maggio», on the person's calendar."""
    zone = persons.zone_of(person, site)
    return formats.since(language, local(moment, zone).date(), today=local(now, zone).date())


def told_day(site: Site, person: Person, moment: datetime, language: str, now: datetime) -> str:
    """A day before or after today, as one says it."""
    zone = persons.zone_of(person, site)
    day, today = local(moment, zone).date(), local(now, zone).date()
    if day < today:
        return formats.past_day(language, day, today=today)
    return formats.day(language, day, today=today)


def tomorrow(site: Site, person: Person, language: str, now: datetime) -> str:
    return told_day(site, person, now + timedelta(days=1), language, now)


def rhythm(language: str, choice: DeliveryChoice, *, coming: bool) -> str:
    """How often mail comes: to somebody who may join, or from now on."""
    return say(language, f"lists.{'coming' if coming else 'now'}-{choice.value}")


def privacy(language: str, definition: ListDefinition) -> str:
    """Who sees one's address."""
    return say(language, f"lists.privacy-{definition.addresses.value}")


def short(language: str, subject: str) -> str:
    """A member's subject as it stands in a sentence of ours."""
    plain = " ".join(subject.split())
    if not plain:
        return say(language, "lists.untitled")
    return plain if len(plain) <= SHORT_SUBJECT else f"{plain[: SHORT_SUBJECT - 1].rstrip()}…"
