"""«Sono io: ada@prima.example», from an address we do not know: it must be proven to be read, and is passed on.

Who claims is told the same whether there is anybody of that name or address or not, at the same moments; and nothing
they write is shown to anybody before they have answered from that mailbox.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.authority import Level
from mailhub.hub.lost import vouching
from mailhub.hub.lost.strangers import is_stranger
from mailhub.lists import reading, telling, things, voice
from mailhub.lists.signing_up import ADDRESS
from mailhub.lists.tables import MailList, Subscription
from mailhub.lists.vocabulary import YES, Forms
from mailhub.people import activity, persons, questions, roles
from mailhub.people.tables import Address, Person, Question
from mailhub.questions import QuestionKind
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb, as_written, plain

NAME, PROVE = "its-me", "prove-mailbox"
WORDS: Forms = {
    "it": ("sono io", "ho cambiato indirizzo", "ho perso la casella", "ho perso la mia casella"),
    "en": ("it's me", "it is me", "i changed address", "i have changed address", "i lost my mailbox"),
}
CLAIM = QuestionKind(things.CLAIM, ends_after=timedelta(days=3))
ANSWERED_WITHIN = timedelta(days=14)  # from the claim to its end, at the most: 3 days for proof, 7 and 3 for the others
LONGEST = 2_000  # characters of what they write that are passed on
LONGEST_NAME = 4  # words


def is_claim(line: str) -> bool:
    """Whether a line is the word alone, or with an address or a name behind it: «sono io che lo porto» is prose."""
    said = plain(line)
    word = max((plain(w) for forms in WORDS.values() for w in forms if said.startswith(plain(w))), key=len, default="")
    rest = said[len(word) :]
    if not word or not rest.strip(" ,:"):
        return bool(word)
    names = ADDRESS.sub(" ", rest).strip(" ,:").split()
    return len(names) <= LONGEST_NAME and (rest[0] in ",:" or ADDRESS.search(rest) is not None)


def claim(act: Act) -> Outcome:
    """Ask whether they read this mailbox. One claim at a time from an address; asking again brings the same mail."""
    person = act.session.get_one(Person, act.person_id)
    address = act.session.get(Address, act.address_id) if act.address_id is not None else None
    if address is None or not is_stranger(act.session, person):
        return Outcome(False, Answer("lost.known", {}, act.thing))
    group = act.session.get(MailList, act.thing.id) if act.thing.kind == things.LIST else None
    meant = _meant(act, group)
    question = questions.ask(
        act.session,
        CLAIM,
        person.id,
        [(person.id, address.id)],
        now=act.now,
        list_id=group.id if group else None,
        detail={
            "email": address.email,
            "words": act.words[:LONGEST],
            "person": meant.id if meant else None,
        },
    )
    thing = Thing(things.CLAIM, question.id)
    activity.note(act.session, "address.claimed", now=act.now, person_id=person.id, thing=thing)
    return Outcome(True, Answer("lost.claimed", {}, thing))


def prove(act: Act) -> Outcome:
    """They read it: now the organisers are asked. The answer is the same where there is nobody to ask about."""
    question = act.session.get_one(Question, act.thing.id)
    settled = questions.settle(act.session, question, PROVE, act.person_id, now=act.now)
    if settled:
        vouching.ask(act.session, act.site, question, now=act.now)
    person = act.session.get_one(Person, act.person_id)
    group = act.session.get(MailList, question.list_id) if question.list_id else None
    ends = question.asked_at + ANSWERED_WITHIN
    values = {
        "until": telling.told_day(act.site, person, ends, act.language, act.now),
        "contact": voice.contact(act.site, group, act.language) if group else roles.contact(act.session, act.site),
    }
    return Outcome(settled, Answer("lost.noted", values))


def _meant(act: Act, group: MailList | None) -> Person | None:
    """Whose address they name, or whose name as the only one of it among the members; None: an organiser may know."""
    emails = [found[1].strip(".") for found in ADDRESS.finditer(f"{act.words[:LONGEST]} {act.argument}")]
    found = (persons.find(act.session, email) for email in emails)
    known = next(
        (one for one in found if one is not None and not is_stranger(act.session, one) and one.id != act.person_id),
        None,
    )
    if known is not None or emails:
        return known if known is not None and known.erased_at is None else None
    first = next((line for line in act.words.splitlines() if line.strip()), "")
    return _called(act.session, as_written(ITS_ME, first).strip(" .,;:"), group)


def _called(session: Session, name: str, group: MailList | None) -> Person | None:
    """The only member of this name, of the group that was written to or of any."""
    if not name:
        return None
    wanted = (
        sa.select(Person)
        .join(Subscription, Subscription.person_id == Person.id)
        .where(Subscription.state.in_(reading.BELONGING), Person.erased_at.is_(None))
        .where(sa.or_(Person.name == name, sa.func.lower(Person.name) == name.lower()))
    )
    if group is not None:
        wanted = wanted.where(Subscription.list_id == group.id)
    found = session.scalars(wanted.distinct().limit(2)).all()
    return found[0] if len(found) == 1 else None


ITS_ME = Verb(
    NAME,
    WORDS,
    Level.LIGHT,
    frozenset({things.LIST}),
    claim,
    takes_argument=True,
    reads=is_claim,
    takes_prose=True,
    of_person=True,
)
VERBS = (
    ITS_ME,
    Verb(
        PROVE,
        {"it": (*YES["it"], *WORDS["it"]), "en": (*YES["en"], *WORDS["en"])},
        Level.VOICE,
        frozenset({things.CLAIM}),
        prove,
        one_tap=True,
        mailbox_suffices=True,
    ),
)
