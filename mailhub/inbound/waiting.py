"""One mail that waits for somebody to say for whom it is: found again, and told of to its author and to organisers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.tables import Raw
from mailhub.delivery import service
from mailhub.inbound.tables import InboundMail
from mailhub.language import footer, mail, say, with_text_below
from mailhub.lists import redaction, telling, things, voice
from mailhub.mail import message
from mailhub.mail.message import Mail
from mailhub.people import persons, roles
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.verbs import Thing


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that waits for somebody to say for whom it is."""

    question: Question
    receipt: InboundMail
    address: str  # the address of ours it was written to
    name: str  # the name in it that a group could answer to; "" where there is none, as at the front desk
    author: Person
    mail: Mail

    @property
    def thing(self) -> Thing:
        return Thing(things.UNROUTED, self.question.id)

    @property
    def email(self) -> str:
        """The address it came from."""
        return self.mail.author.email if self.mail.author else ""


def find(session: Session, site: Site, question: Question) -> Waiting | None:
    """The mail a question is about; None when its author has had it erased."""
    receipt = session.get_one(InboundMail, question.thing_id)
    author = session.get(Person, int(question.detail["author"]))
    kept = session.get_one(Raw, receipt.raw_id)
    if author is None or author.erased_at is not None or not kept.size:
        return None
    read = message.parse(raws.content(site, kept))
    return Waiting(question, receipt, str(question.detail["address"]), str(question.detail["name"]), author, read)


def tell_author(
    session: Session, site: Site, waiting: Waiting, key: str, values: Mapping[str, object], now: datetime
) -> None:
    """What becomes of their mail, with its whole text."""
    language = persons.language_of(waiting.author, site)
    address = persons.address_of(session, waiting.email)
    service.tell(
        session,
        site,
        person_id=waiting.author.id,
        words=with_text_below(
            mail(language, f"unrouted.{key}", address=waiting.address, **values),
            waiting.mail.text.strip()[: telling.LONGEST_TEXT],
        ),
        language=language,
        source=service.SOURCE,
        kind=f"unrouted.{key}.author",
        occurrence=waiting.question.id,
        now=now,
        address_id=address.id if address is not None and address.person_id == waiting.author.id else None,
        in_reply_to=waiting.mail.message_id,
        footer=footer(
            language,
            say(language, "footer.wrote", address=waiting.address),
            roles.contact(session, site),
            member=False,
        ),
    )


def tell_organiser(
    session: Session,
    site: Site,
    waiting: Waiting,
    to: int,
    key: str,
    values: Mapping[str, object],
    now: datetime,
    *,
    occurrence: int,
    below: str = "",
) -> None:
    """A mail to somebody who was asked; an answer to it is about the same question."""
    language = telling.language_to(session, site, to)
    words = mail(language, f"unrouted.{key}", **values)
    service.tell(
        session,
        site,
        person_id=to,
        words=with_text_below(words, redaction.redactor(site)(below)) if below else words,
        language=language,
        source=service.SOURCE,
        kind=f"unrouted.{key}.organiser",
        occurrence=occurrence,
        now=now,
        about=waiting.thing,
        footer=footer(
            language,
            say(language, "footer.organiser", group=site.name),
            roles.contact(session, site),
            member=False,
        ),
        layout="question" if key == "asked" else "notice",
    )


def written_by(waiting: Waiting, language: str) -> str:
    """Who wrote it, with the address it came from."""
    return f"{voice.name_of(waiting.author, language)} ({waiting.email})"
