"""«Impostazioni»: everything we know of how somebody is written to, each thing with the words that change it.

The words are said to the front desk, so each names its group; nothing here changes anything.
"""

from collections.abc import Iterator

from mailhub import formats, tokens
from mailhub.archive import subjects
from mailhub.authority import Level
from mailhub.delivery.service import ANSWERABLE
from mailhub.digests import readers, status, telling
from mailhub.language import say, wrap
from mailhub.lists import mutes, reading, things, vocabulary
from mailhub.lists import telling as said
from mailhub.lists.choices import ONLY
from mailhub.lists.tables import DeliveryChoice, Subscription, SubscriptionState
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.tokens import Token
from mailhub.verbs import ANYTHING, Act, Answer, Outcome, Verb

NAME = "settings"
WORDS = {
    "it": ("impostazioni", "le mie impostazioni", "preferenze", "le mie preferenze", "come mi scrivete"),
    "en": ("settings", "my settings", "preferences", "my preferences", "how do you write to me"),
}
MOST_SILENT = 20  # conversations that are named; the others are counted
_WORDS_FOR = {  # what may be said where somebody reads so, the likeliest first
    DeliveryChoice.EACH: ("digest", "pause", "leave"),
    DeliveryChoice.DIGEST: ("each", "pause", "leave"),
    **dict.fromkeys((DeliveryChoice.NONE, *ONLY), ("digest", "each", "leave")),
}
_WHEN_PAUSED = ("resume", "leave")


def settings(act: Act) -> Outcome:
    """All of it, in lines; read from the rows and never guessed."""
    person = act.session.get_one(Person, act.person_id)
    sections = (
        _person(act, person),
        _groups(act, person),
        _letter(act, person),
        _silent(act, person),
        _page(act, person),
    )
    written = ["\n".join(wrap(line) for line in lines) for lines in sections]
    return Outcome(True, Answer("digests.settings", {}, things.DESK, below="\n\n".join(filter(None, written))))


VERB = Verb(NAME, WORDS, Level.LIGHT, frozenset({ANYTHING}), settings, only_tells=True, of_person=True)


def _person(act: Act, person: Person) -> Iterator[str]:
    """Name, language and addresses."""
    language = persons.language_of(person, act.site)
    yield say(act.language, "digests.settings-name", name=person.name or say(act.language, "digests.settings-nameless"))
    yield say(act.language, "digests.settings-language", language=say(act.language, f"people.language-{language}"))
    first, *others = persons.addresses_of(act.session, person.id)
    yield say(act.language, "digests.settings-address", email=first.email)
    if others:
        emails = formats.listing(act.language, [address.email for address in others])
        yield say(act.language, "digests.settings-other-addresses", emails=emails)


def _groups(act: Act, person: Person) -> Iterator[str]:
    """A line for each group, as «stato» tells it, with the words that change it."""
    for place, group, how in status.places(act, person):
        words = [f"{vocabulary.word(verb, act.language)} {group.slug}" for verb in _words_for(place)]
        quoted = formats.listing(
            act.language, [formats.quoted(act.language, word) for word in words], alternatives=True
        )
        title = reading.definition_of(group).titled(act.language)
        yield say(act.language, "digests.settings-group", group=title, how=how, words=quoted)
    if reading.lists_of(act.session, person.id):
        yield say(act.language, "digests.settings-only")


def _words_for(place: Subscription) -> tuple[str, ...]:
    return _WHEN_PAUSED if place.state is SubscriptionState.PAUSED else _WORDS_FOR[place.delivery]


def _letter(act: Act, person: Person) -> Iterator[str]:
    """When it comes: to who reads so, or once chose an hour."""
    if not reading.reads_by_letter(act.session, person.id) and readers.choice_of(act.session, person.id) is None:
        return
    each = readers.rhythm_of(act.session, act.site, person)
    yield say(act.language, "digests.settings-letter", **telling.rhythm(act.language, each))


def _silent(act: Act, person: Person) -> Iterator[str]:
    """The conversations they hear nothing of."""
    found = mutes.of_person(act.session, person.id)
    for thread, at in found[:MOST_SILENT]:
        yield say(
            act.language,
            "digests.settings-silent",
            title=subjects.bare(thread.subject) or say(act.language, "digests.untitled"),
            group=reading.title(act.session, thread.list_id, act.language) or "",
            since=said.since_day(act.site, person, at, act.language, act.now),
        )
    if len(found) > MOST_SILENT:
        yield say(act.language, "digests.settings-silent-more", count=len(found) - MOST_SILENT)
    if found:
        yield say(act.language, "digests.settings-silent-how")


def _page(act: Act, person: Person) -> Iterator[str]:
    """The same on a page, where the site has any."""
    token = Token(tokens.ME, person.id, 0, (act.now + ANSWERABLE).date())
    link = act.site.link(f"me/{act.site.keys.issue_link(token, epoch=person.token_epoch)}")
    if link:
        yield say(act.language, "digests.page")
        yield link
