"""A newcomer's first words: an answer to the welcome in plain prose becomes a message of theirs, read first.

The welcome asks for it only where somebody reads newcomers' messages before the group does, and what it promised is
kept even if the rules have changed since: an introduction always waits to be read.
"""

from dataclasses import replace

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.formats import listing
from mailhub.language import say
from mailhub.lists import authors, derived, policy, posting, reading, voice
from mailhub.lists.arrival import Arrival, Receipt
from mailhub.lists.tables import MailList
from mailhub.mail import message, quoting
from mailhub.mail.address import shown_name
from mailhub.people import persons, roles
from mailhub.people.tables import Person
from mailhub.site import Site


def invitation(session: Session, group: MailList, person_id: int, language: str) -> str:
    """The sentence of the welcome, with who will read it first; "" where nobody would."""
    rules = reading.definition_of(group).posting
    if not policy.is_read_first(reading.standing(session, group.id, person_id), rules):
        return ""
    return say(language, "lists.introduce", readers=_readers(session, group, person_id, language))


def receive(session: Session, site: Site, arrival: Arrival, *, list_id: int) -> Receipt:
    """Make a message of what was written to the welcome: of the new words alone, since the rest is our own mail."""
    group = reading.get(session, list_id)
    raw = derived.introduction(
        arrival.mail,
        arrival.words,
        to=voice.address(site, group),
        subject=_subject(session, site, group, arrival),
        domain=site.domain,
        files=arrival.mail.attachments,
    )
    said = message.parse(raw)
    kept = raws.keep(session, site, raw, now=arrival.now)
    found = replace(arrival.authenticity, is_signed=False)  # what its author signed was the mail it is made of
    own = replace(arrival, mail=said, raw=raw, raw_id=kept.id, folded=quoting.fold(said.text), authenticity=found)
    return posting.receive(session, site, replace(own, is_introduction=True), list_id=list_id)


def _readers(session: Session, group: MailList, person_id: int, language: str) -> str:
    """Who reads first, as a clause: «Bruno, che organizza il gruppo, le legge prima di tutti»."""
    people = [person for person in roles.moderators_of(session, group.id) if person.id != person_id]
    names = [name for person in people if (name := shown_name(person.name))]
    is_organising = {person.id for person in people} <= {p.id for p in roles.organisers_of(session, group.id)}
    task = "organise" if is_organising else "moderate"
    if not names or len(names) < len(people):
        return say(language, f"lists.introduce-to-{task}")
    return say(language, f"lists.introduce-to-named-{task}", names=listing(language, names), count=len(names))


def _subject(session: Session, site: Site, group: MailList, arrival: Arrival) -> str:
    """«Si presenta: Nives»."""
    person: Person | None = arrival.person
    language = persons.language_of(person, site) if person else arrival.language
    written = arrival.mail.author
    if not shown_name(person.name if person else "") and not (written and shown_name(written.name)):
        return say(language, "lists.introduction-unnamed")
    name = authors.name_in(session, group, person, written, language)
    return say(language, "lists.introduction", name=name)
