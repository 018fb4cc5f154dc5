"""What a person's own page shows of them: groups and what each sends, when the letter comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.digests import readers
from mailhub.language import say
from mailhub.lists import reading, telling, vocabulary, voice
from mailhub.lists.tables import DeliveryChoice, MailList, SubscriptionState
from mailhub.people.tables import Person
from mailhub.site import LANGUAGES as SPOKEN
from mailhub.web.shared import chosen_language, hub

PAUSES = ("open", "week", "fortnight", "month")  # entries web.pause-…; the first has no end
LANGUAGES = SPOKEN
WORDS = ("each", "digest", "pause", "leave")
WHEN_PAUSED = ("resume", "leave")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a person."""

    slug: str
    title: str
    delivery: DeliveryChoice
    is_paused: bool
    paused_until: str  # the day, or ""
    words: tuple[tuple[str, str], ...]  # what can be said by mail, and the address that says it


@dataclass(frozen=True, slots=True)
class LetterTime:
    """When the letter comes."""

    hour: str  # as a form writes it
    days: tuple[tuple[int, str, bool], ...]  # number, name, chosen


def groups(session: Session, person: Person) -> list[Group]:
    """Those they belong to, by title."""
    there = [session.get_one(MailList, list_id) for list_id in reading.lists_of(session, person.id)]
    return sorted((_group(session, group, person) for group in there), key=lambda group: group.title.casefold())


def letter(session: Session, person: Person) -> LetterTime:
    """The rhythm they have chosen, or that of everybody."""
    each, spoken = readers.rhythm_of(session, hub().site, person), chosen_language()
    days = tuple((day, formats.weekday(spoken, day), each.has(day)) for day in range(7))
    return LetterTime(f"{each.hour:%H:%M}", days)


def as_words(at: time | None, days: Sequence[str]) -> str | None:
    """What somebody would write who wants the letter then."""
    chosen = sorted({int(day) for day in days if day in tuple("0123456")})
    if at is None or not chosen:
        return None
    return " ".join([f"{at:%H:%M}", *(formats.weekday(chosen_language(), day) for day in chosen)])


def _group(session: Session, group: MailList, person: Person) -> Group:
    place = reading.subscription(session, group.id, person.id)
    assert place is not None, "lists_of names groups they belong to"
    site, spoken = hub().site, chosen_language()
    is_paused = place.state is SubscriptionState.PAUSED
    until = place.paused_until
    words = [
        (_word(verb, spoken), voice.verb_address(site, group, verb, spoken))
        for verb in (WHEN_PAUSED if is_paused else WORDS)
    ]
    return Group(
        slug=group.slug,
        title=reading.definition_of(group).titled(spoken),
        delivery=place.delivery,
        is_paused=is_paused,
        paused_until=telling.told_day(site, person, until, spoken, hub().clock.now()) if is_paused and until else "",
        words=tuple(words),
    )


def _word(verb: str, spoken: str) -> str:
    """The word of a verb; that of the letter is «lettera» and "letter" wherever people read it."""
    return say(spoken, "web.me-letter-said") if verb == "digest" else vocabulary.word(verb, spoken)
