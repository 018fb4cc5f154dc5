"""Finds out for a verb which group is meant, who acts, and what the answer needs to say."""

from dataclasses import dataclass, replace
from typing import Any

from mailhub.language import say
from mailhub.lists import introducing, reading, telling, things, vocabulary, voice
from mailhub.lists.definition import ListDefinition
from mailhub.lists.policy import WhoPosts
from mailhub.lists.reading import BELONGING
from mailhub.lists.rules import numbered
from mailhub.lists.tables import MailList, Subscription
from mailhub.people.deeds import letters
from mailhub.people.tables import Address, Person
from mailhub.site import FRONT_DESK
from mailhub.verbs import Act, Answer, Outcome, Thing, plain

MODERATORS, ORGANISERS, AUTHOR = "inbound.who-moderates", "inbound.who-organises", "lists.who-wrote"
EXAMPLE = {"it": "orto", "en": "garden"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One person before one group."""

    act: Act
    group: MailList
    person: Person
    place: Subscription | None

    @property
    def rules(self) -> ListDefinition:
        return reading.definition_of(self.group)

    @property
    def title(self) -> str:
        return self.rules.titled(self.act.language)

    @property
    def contact(self) -> str:
        return voice.contact(self.act.site, self.group, self.act.language)

    @property
    def belongs(self) -> bool:
        return self.place is not None and self.place.state in BELONGING

    @property
    def thing(self) -> Thing:
        return things.of_list(self.group.id)

    def answer(
        self, key: str, *, thing: Thing | None = None, returns_text: bool = False, **values: str | list[str]
    ) -> Answer:
        """A mail of this room, with the group's name; a reply to it is about the group, unless a thing is named."""
        told: dict[str, str | list[str]] = {"group": self.title, **values}
        return Answer(key, told, thing or self.thing, returns_text)


def scene(act: Act) -> Scene | None:
    """The group this is about: the thing's, else the only one the person belongs to."""
    list_id = things.list_of(act.session, act.thing)
    group = act.session.get(MailList, list_id) if list_id else None
    if group is None:
        mine = reading.lists_of(act.session, act.person_id)
        group = reading.get(act.session, mine.pop()) if len(mine) == 1 else None
    if group is None:
        return None
    person = act.session.get_one(Person, act.person_id)
    return Scene(act, group, person, reading.subscription(act.session, group.id, person.id))


def tell(
    found: Scene,
    to: int,
    key: str,
    *,
    because: str,
    occurrence: int,
    about: Thing | None = None,
    below: str | None = None,
    **values: str,
) -> None:
    """Owe somebody a mail about what is done here, with the group's name as they read it."""
    act, language = found.act, telling.language_to(found.act.session, found.act.site, to)
    telling.tell(
        act.session,
        act.site,
        to,
        found.group,
        key,
        {"group": found.rules.titled(language), **values},
        because=because,
        occurrence=occurrence,
        now=act.now,
        about=about,
        below=below,
    )


def which_group(act: Act, verb: str) -> Outcome:
    """Ask back: nothing has happened."""
    values = {
        "word": vocabulary.word(verb, act.language),
        "desk": act.site.address(FRONT_DESK),
        "name": EXAMPLE[act.language],
    }
    return Outcome(False, Answer("lists.which-group", values))


def outside(found: Scene) -> Outcome:
    """Nothing to do for somebody who gets nothing from this group."""
    return Outcome(False, found.answer("lists.left-already"))


def not_allowed(found: Scene, word: str, who: str) -> Outcome:
    """Only somebody else may say this word here (`who` is an entry that names them); their text comes back."""
    values = {"who": say(found.act.language, who), "verb": word, "contact": found.contact}
    return Outcome(False, Answer("inbound.not-allowed", values, None, returns_text=True))


def words_after(act: Act, verb: str) -> str:
    """What was written after the word of a verb, line by line, as it was written where that is still known."""
    first, _, rest = act.words.strip().partition("\n")
    for word in sorted((w for forms in vocabulary.WORDS[verb].values() for w in forms), key=len, reverse=True):
        if plain(first).startswith(plain(word)):
            return "\n".join(part for part in (first.strip()[len(word) :].lstrip(" ,:;.-"), rest.strip()) if part)
    return "\n".join(part for part in (act.argument, act.words.strip()) if part)


def evidence(act: Act) -> dict[str, Any]:
    """What proves this act, as consent keeps it."""
    address = act.session.get(Address, act.address_id) if act.address_id is not None else None
    kept = {"method": act.via, "proof": letters(act.evidence), "raw": act.raw_id}
    return {**kept, "address": address.email} if address else kept


def source(act: Act) -> str:
    """Where consent came from, in the words of its rows."""
    return {"button": "page", "cli": "organiser"}.get(act.via, "mail")


def welcome(found: Scene) -> Answer:
    """«Da adesso ne fai parte», with the group's own words and rules."""
    language, rules = found.act.language, found.rules
    choice = found.place.delivery if found.place else rules.default_delivery
    own = [text for text in (rules.welcome.into(language), *numbered(rules, language)) if text]
    rhythm = telling.rhythm(language, choice, coming=False)
    if rules.posting.post is WhoPosts.MODERATORS:
        return found.answer("lists.welcome-news", rhythm=rhythm, own=own)
    address = voice.address(found.act.site, found.group)
    invited = introducing.invitation(found.act.session, found.group, found.person.id, language)
    thing = Thing(things.WELCOME, found.group.id) if invited else None
    return found.answer("lists.welcome", thing=thing, rhythm=rhythm, own=own, address=address, introduce=invited)


def of_another(act: Act, person_id: int, language: str) -> Act:
    """The same act as it looks to somebody it is done for."""
    return replace(act, person_id=person_id, language=language, address_id=None)
