"""A village in one transaction: its groups, its people, what they write, and what they are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.authority import Evidence
from mailhub.delivery.copies import Copy, Recipient, make_many
from mailhub.delivery.tables import Delivery, Mailing, MailingFrame
from mailhub.lists import enrolling, posting, publication, publishing, reading
from mailhub.lists.arrival import Arrival, Receipt
from mailhub.lists.sources import SOURCES
from mailhub.lists.tables import HeldPost, MailList, Subscription
from mailhub.lists.verbs import VERBS
from mailhub.mail import automatic, message, quoting
from mailhub.people import persons
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.tokens import Keys
from mailhub.verbs import Act, Outcome, Thing, Verbs

START = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Rome
SITE = Site(
    name="Pietrafiore",
    domain="lists.test",
    keys=Keys(b"k" * 32),
    base_url="https://lists.test",
    language="en",
    time_zone="Europe/Rome",
)
A = Evidence(aligned=True)
AT = Evidence(aligned=True, token=True)
M = Evidence(token=True, mailbox=True)
NOTHING = Evidence()


@dataclass(frozen=True, slots=True)
class Told:
    """One mail of ours that is owed to somebody."""

    key: str
    subject: str
    text: str
    reply_to: str | None


@dataclass
class Village:
    """People and groups of one test; everything happens in its transaction."""

    session: Session
    site: Site = SITE
    now: datetime = START
    verbs: Verbs = field(default_factory=lambda: Verbs(VERBS))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _read: dict[str, int] = field(default_factory=dict)

    def opens(self, slug: str, **rules: object) -> MailList:
        """A group with these rules; organised by Olga, and nothing waits before it leaves."""
        values: dict[str, object] = {
            "title": {"it": f"Gruppo {slug}", "en": f"The {slug}"},
            "organisers": ["olga@example.org"],
            "grace": "0 min",
            "default_delivery": "each",
            **rules,
        }
        list_id = publishing.publish_values(self.session, slug, values, verbs=self.verbs, now=self.now)  # type: ignore[arg-type]
        return reading.get(self.session, list_id)

    def knows(self, email: str, name: str = "", language: str | None = None) -> Person:
        person, _ = persons.meet(self.session, email, name=name, language=language, now=self.now)
        if name:
            persons.change(self.session, person, name=name, now=self.now)
        return person

    def joins(self, group: MailList, *emails: str, published: int = 2, language: str | None = None) -> None:
        for email in emails:
            enrolling.add(
                self.session, group.id, email, basis="a test", now=self.now, published=published, language=language
            )

    def place(self, group: MailList, email: str) -> Subscription | None:
        person = persons.find(self.session, email)
        return reading.subscription(self.session, group.id, person.id) if person else None

    def passes(self, **length: float) -> None:
        self.now += timedelta(**length)

    def writes(
        self,
        author: str,
        group: MailList,
        text: str = "Chi porta le cesoie?",
        subject: str = "Cesoie",
        *,
        evidence: Evidence = A,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        raw = self.letter(author, f"{group.slug}@lists.test", text, subject, headers=headers, files=files)
        return self.receives(raw, group, evidence=evidence)

    def letter(
        self,
        author: str,
        to: str,
        text: str,
        subject: str,
        *,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = author, to, subject
        mail["Date"] = format_datetime(self.now)
        mail["Message-ID"] = f"<m{next(self._numbers)}@{parseaddr(author)[1].partition('@')[2]}>"
        for name, value in (headers or {}).items():
            del mail[name]
            mail[name] = value
        mail.set_content(text)
        for name, content in (files or {}).items():
            mail.add_attachment(content, maintype="image", subtype="jpeg", filename=name)
        return mail.as_bytes(policy=policy.SMTP)

    def arrival(self, raw: bytes, *, evidence: Evidence = A, raw_id: int | None = None) -> Arrival:
        mail = message.parse(raw)
        author = mail.author.email if mail.author else ""
        address = persons.address_of(self.session, author)
        kept = raw_id or raws.keep(self.session, self.site, raw, now=self.now).id
        return Arrival(
            mail=mail,
            raw=raw,
            raw_id=kept,
            nature=automatic.nature(mail, author),
            folded=quoting.fold(mail.text),
            person=self.session.get(Person, address.person_id) if address else None,
            address=address,
            evidence=evidence,
            language="en",
            now=self.now,
        )

    def receives(self, raw: bytes, group: MailList, *, evidence: Evidence = A, raw_id: int | None = None) -> Receipt:
        arrival = self.arrival(raw, evidence=evidence, raw_id=raw_id)
        return posting.receive(self.session, self.site, arrival, list_id=group.id)

    def says(
        self, email: str, verb: str, thing: Thing, argument: str = "", *, words: str = "", via: str = "reply",
        evidence: Evidence = AT, raw_id: int | None = None,
    ) -> Outcome:  # fmt: skip
        """Carry out a verb, whatever its level."""
        return self.verbs.get(verb).perform(self.act(email, thing, argument, words, via, evidence, raw_id))

    def act(
        self,
        email: str,
        thing: Thing,
        argument: str = "",
        words: str = "",
        via: str = "reply",
        evidence: Evidence = AT,
        raw_id: int | None = None,
    ) -> Act:
        person, address = persons.meet(self.session, email, now=self.now)
        return Act(
            session=self.session,
            site=self.site,
            person_id=person.id,
            thing=thing,
            argument=argument,
            evidence=evidence,
            via=via,
            now=self.now,
            language=persons.language_of(person, self.site),
            address_id=address.id,
            raw_id=raw_id,
            words=words,
        )

    def told(self, email: str) -> list[Told]:
        """What this mailbox is owed of our own mails since it was last looked into."""
        address = persons.address_of(self.session, email)
        if address is None:
            return []
        rows = self.session.execute(
            sa.select(Delivery, Mailing)
            .join(Mailing, Mailing.id == Delivery.mailing_id)
            .where(Delivery.person_id == address.person_id, Mailing.source == "lists.service")
            .order_by(Delivery.due_at, Mailing.id, Delivery.occurrence)
        ).all()
        found = [
            Told(
                mailing.key.partition("/")[0].rpartition(".")[0],
                (delivery.slots or {})["subject"],
                (delivery.slots or {})["text"],
                (delivery.slots or {}).get("reply_to"),
            )
            for delivery, mailing in rows
        ]
        fresh = found[self._read.get(email, 0) :]
        self._read[email] = len(found)
        return fresh

    def question(self, kind: str) -> Question:
        """The open question of this kind."""
        wanted = sa.select(Question).where(Question.kind == kind, Question.settled_at.is_(None))
        return self.session.scalars(wanted).one()

    def posts(self, group: MailList) -> list[Post]:
        return list(self.session.scalars(sa.select(Post).where(Post.list_id == group.id).order_by(Post.number)))

    def held(self, group: MailList) -> list[HeldPost]:
        return list(self.session.scalars(sa.select(HeldPost).where(HeldPost.list_id == group.id)))

    def mailing(self, post: Post) -> Mailing:
        mailing = publication.mailing_of(self.session, post)
        assert mailing is not None
        return mailing

    def reached(self, post: Post) -> set[str]:
        """Whom the expander would owe this post."""
        ids = self.session.scalars(SOURCES[0].audience(self.mailing(post))).all()
        return {address.email for address in persons.write_to(self.session, ids).values()}

    def copy(self, mailing: Mailing, email: str, language: str = "en") -> EmailMessage:
        """The copy that this person would get."""
        person = persons.find(self.session, email)
        assert person is not None
        source = next(source for source in SOURCES if source.name == mailing.source)
        delivery = Delivery(mailing_id=mailing.id, person_id=person.id, occurrence=0, due_at=self.now)
        [slots] = source.slots(self.session, self.site, mailing, [delivery], self.now)
        stored = self.session.get_one(MailingFrame, (mailing.id, language)).frame
        ours = {
            "to": email,
            "to_name": "",
            "delivery": "mark",
            "mark": "mark",
            "message_id": "<x@lists.test>",
            "date": "Mon, 09 Mar 2026 08:00:00 +0000",
        }
        [made] = make_many(stored, [Recipient("b@lists.test", email, {**slots, **ours})], None, self.now)
        assert isinstance(made, Copy), made
        return message_from_bytes(made.data, policy=policy.default)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""
