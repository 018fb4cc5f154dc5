"""One mail being worked on: what it says, who wrote it, what that proves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.authority import Evidence
from mailhub.hub.build import Hub
from mailhub.hub.publishing.draft import Draft
from mailhub.inbound.evidence import weigh
from mailhub.inbound.reading import Read
from mailhub.inbound.routing import Ways
from mailhub.inbound.tables import InboundMail
from mailhub.language import LANGUAGES, pick_language
from mailhub.lists import reading as groups
from mailhub.mail import pec
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity
from mailhub.mail.message import Mail
from mailhub.people import persons
from mailhub.people.tables import Address, Person
from mailhub.verbs import Verb, plain


@dataclass(frozen=True, slots=True)
class Visit:
    """A mail within the transaction that disposes of it."""

    hub: Hub
    session: Session
    receipt: InboundMail
    raw: bytes  # of the mail that was read: a certified one is out of its envelope
    read: Read
    person: Person | None  # the author, where their address is on record
    address: Address | None
    now: datetime
    authenticity: Authenticity = NOTHING  # where it comes from
    recipient: str = ""  # the address of ours it is worked on for
    vouched: bool = False  # its author has said «it was me» (evidence A)
    spoken: str | None = None  # the language of the address or the word by which they asked
    draft: Draft | None = None  # what its files would publish, where that was looked at before the transaction

    @property
    def mail(self) -> Mail:
        return self.read.mail

    @property
    def words(self) -> str:
        """The new words, without what was quoted or signed."""
        return self.read.folded.new.strip()

    @property
    def language(self) -> str:
        """The author's language: theirs on record, else the one they ask or write in, else the site's."""
        known = self.person.language if self.person else None
        return pick_language(known, self.spoken, self.read.language, self.hub.site.language)

    @property
    def is_automatic(self) -> bool:
        return self.read.nature.automatic or self.read.kind != "post"

    @property
    def is_absence(self) -> bool:
        """Whether it reads like an auto-responder's that does not say so: it answers nothing (D-67)."""
        return not self.read.nature.counts_as_answer

    @property
    def may_answer(self) -> bool:
        """Whether an answer can neither start a loop nor reach somebody who was forged."""
        return self.read.nature.may_answer and not self.is_automatic

    def evidence(self, *, token: bool = False, mailbox: bool = False) -> Evidence:
        trust = self.hub.settings.inbound.trust
        weighed = weigh(self.mail, self.receipt, self.authenticity, trust, self.recipient, token=token, mailbox=mailbox)
        aligned = weighed.aligned and not self.read.is_enveloped
        return Evidence(aligned or self.vouched, weighed.token, weighed.mailbox)

    def meet(self) -> tuple[Person, Address]:
        """The author, written down if they were unknown."""
        if self.person is not None and self.address is not None:
            return self.person, self.address
        author = self.mail.author
        assert author is not None, "a mail without an author has no evidence and comes not so far"
        return persons.meet(self.session, author.email, name=author.name, language=self.language, now=self.now)


def arrive(
    hub: Hub,
    session: Session,
    receipt: InboundMail,
    raw: bytes,
    read: Read,
    now: datetime,
    *,
    authenticity: Authenticity = NOTHING,
    vouched: bool = False,
) -> Visit:
    """Look up the author of a mail."""
    author = read.mail.author
    known = persons.author_of(session, author.email) if author else None
    person, address = known or (None, None)
    inner = pec.unwrapped(raw) if read.is_enveloped else raw
    return Visit(hub, session, receipt, inner, read, person, address, now, authenticity, vouched=vouched)


def tongue(verb: Verb, said: str) -> str | None:
    """The language in which a line or an address says this verb, where only one of ours has such a word."""
    heard = plain(said)
    spoken = [
        language
        for language in LANGUAGES
        if any(heard.startswith(plain(word)) for word in verb.words.get(language, ()))
        or any(heard.endswith(suffix) for suffix in verb.suffixes.get(language, ()))
    ]
    return spoken[0] if len(spoken) == 1 else None


def ways(hub: Hub, session: Session, now: datetime) -> Ways:
    """What routing needs, as the rows say now."""

    def epoch(person_id: int) -> int | None:
        person = session.get(Person, person_id)
        return None if person is None or person.erased_at else person.token_epoch

    site = hub.site
    return Ways(groups.names(session, hub.verbs), site.keys, now.date(), site.address("hub"), epoch)
