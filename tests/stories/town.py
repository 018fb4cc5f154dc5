"""A whole service in memory: people write, mail arrives, time passes.

`Town` is the real hub, the real rows and the real workers, with a hand-turned clock and a transport that puts copies
into inboxes. What is written goes through the door's own judgement, then through intake, as mail by SMTP would. Every
copy that leaves is read by `copies`, and every word our mails name is tried by `rehearsal`, while the story goes on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cached_property
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from flask.testing import FlaskClient

from mailhub.clock import FakeClock
from mailhub.config import load
from mailhub.db.session import Database
from mailhub.delivery import recovery
from mailhub.delivery.copies import Copy
from mailhub.delivery.outcomes import Kind, Outcome
from mailhub.hub.build import Hub, build_hub
from mailhub.inbound import claims, intake
from mailhub.inbound.door import Gate
from mailhub.inbound.refusals import AtDoor, Refusal
from mailhub.inbound.tables import Disposition
from mailhub.jobs.assembly import worker_for
from mailhub.jobs.worker import Worker
from mailhub.lists import enrolling, publishing
from mailhub.lists.tables import MailList, Subscription
from mailhub.mail.authenticity.lookups import Resolver
from mailhub.mail.wire import crlf
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.web.app import make_app
from tests.mail.keys import signing_key
from tests.stories import copies, rehearsal
from tests.stories.copies import Sent

DOMAIN = "lists.test"
BASE_URL = "https://lists.test"
START = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Rome
FORGED = {"Received": "from elsewhere.example by mx.example; Mon, 9 Mar 2026 09:00:00 +0100"}  # no evidence at all


class Inboxes:
    """A transport that delivers at once, or answers as a test has told it to."""

    lanes = 4
    trouble = None

    def __init__(self) -> None:
        self.left: list[Copy] = []  # as they were handed over
        self.copies: list[Copy] = []  # as they arrived
        self.answers: list[Outcome] = []  # taken first, then everything is accepted
        self._offered: dict[int, Copy] = {}

    def free(self, want: int | None = None) -> list[int]:
        return [lane for lane in range(self.lanes) if lane not in self._offered]

    def offer(self, lane: int, copy: Copy) -> None:
        self._offered[lane] = copy

    def wait(self, timeout: float) -> list[tuple[int, Outcome]]:
        done = []
        for lane, copy in sorted(self._offered.items()):
            outcome = self.answers.pop(0) if self.answers else self.taken(copy)
            if outcome.kind is Kind.SENT:
                self.left.append(copy)
                self.copies.append(self.arrival(copy))
            done.append((lane, outcome))
        self._offered.clear()
        return done

    def taken(self, _copy: Copy) -> Outcome:
        """What the next hop says when it takes one."""
        return Outcome(Kind.SENT, 250)

    def arrival(self, copy: Copy) -> Copy:
        """The copy as it comes to its mailbox: as it left."""
        return copy

    def close(self) -> list[tuple[int, Outcome]]:
        return self.wait(0)


class Town:
    """People, groups and their mail."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        settings: Mapping[str, str] | None = None,
        resolver: Resolver | None = None,
        transport: Inboxes | None = None,
    ) -> None:
        self.clock = FakeClock(START)
        self.transport = transport or Inboxes()
        self.database = database
        self.sent: list[Sent] = []  # everything that has left, with its cause
        self.faults: list[str] = []  # what is wrong with it
        self.written: list[str] = []  # every subject and text somebody wrote
        self.peer = "127.0.0.1"  # who hands mail in
        self._resolver = resolver
        self.folder = folder
        self.environ = _environ(folder, settings or {})
        self._numbers = count(1)
        self._read: defaultdict[str, int] = defaultdict(int)
        self._looked_at = 0
        self._start()

    def _start(self) -> None:
        self.hub = self._build()
        self.worker = worker_for(self.hub, self.transport)
        self.gate = Gate(self.hub)

    def _build(self) -> Hub:
        dns = self._resolver
        ask = (lambda: dns) if dns is not None else None
        return build_hub(load(None, self.environ), clock=self.clock, database=self.database, resolver=ask)

    def another_worker(self, transport: Inboxes) -> Worker:
        """A second process on the same database."""
        return worker_for(self._build(), transport)

    def restarts(self) -> None:
        """Begin anew, as after a crash: only the rows are left."""
        self.transport.close()
        self._start()
        with self.database.transaction() as session:
            claims.take_over(session)
            recovery.take_over(session)
        self.settles()

    @cached_property
    def web(self) -> FlaskClient:
        """A browser without cookies or scripts."""
        return make_app(self.hub).test_client()

    def opens_list(
        self,
        slug: str,
        members: Sequence[str] = (),
        moderator: str | None = None,
        organiser: str = "olga@example.org",
        language: str | None = None,
        **definition: object,
    ) -> int:
        """A list with these rules; its members joined before the story begins, as people who are no newcomers."""
        rules: dict[str, object] = {"title": slug.capitalize(), "grace": "0 min", "default_delivery": "each"}
        rules |= {"organisers": [organiser], "moderators": [moderator] if moderator else [], **definition}
        self.written += _lines(definition.get("rules"))  # our mails quote the rules of a group
        with self.database.transaction() as session:
            list_id = publishing.publish_values(session, slug, rules, verbs=self.hub.verbs, now=self.clock.now())  # type: ignore[arg-type]
        self.joins(slug, *members, language=language)
        return list_id

    def joins(self, slug: str, *members: str, language: str | None = None, published: int = 2) -> None:
        """Bring these people in, past confirmation."""
        now = self.clock.now()
        with self.database.transaction() as session:
            list_id = session.scalars(sa.select(MailList.id).where(MailList.slug == slug)).one()
            for member in members:
                name, email = parseaddr(member)
                name = name or email.partition("@")[0].capitalize()
                enrolling.add(
                    session, list_id, email, basis="story", name=name, language=language, published=published, now=now
                )

    def writes(
        self,
        author: str,
        to: str,
        subject: str = "",
        text: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        envelope_from: str | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> str:
        """Send a mail and let the service work; gives its Message-ID."""
        message = self.letter(author, to, subject, text, headers=headers, files=files)
        sender = parseaddr(author)[1] if envelope_from is None else envelope_from
        self.receives(message.as_bytes(policy=policy.SMTP), sender, [parseaddr(to)[1]])
        return str(message["Message-ID"])

    def letter(
        self,
        author: str,
        to: str,
        subject: str = "",
        text: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> EmailMessage:
        """A mail as a mail program makes it."""
        self.written += [subject, text]
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = author, to, subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<m{next(self._numbers)}@{parseaddr(author)[1].partition('@')[2]}>"
        for name, value in (headers or {}).items():
            del message[name]
            message[name] = value
        message.set_content(text)
        for name, content in (files or {}).items():
            message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
        return message

    def receives(self, raw: bytes, sender: str, recipients: Sequence[str]) -> list[str]:
        """What the door does with these bytes: the refusals it gives; what is kept is worked on."""
        said = {recipient: self._refused(sender, recipient) for recipient in recipients}
        kept = [recipient for recipient, refusal in said.items() if refusal is None]
        if kept:
            self.keeps(raw, sender, kept)
            self.settles()
        return [str(refusal) for refusal in said.values() if refusal is not None]

    def _refused(self, sender: str, recipient: str) -> Refusal | None:
        refusal = self.gate.refuse(recipient)
        is_taken = refusal is not None and refusal.why is AtDoor.UNKNOWN_NAME and self.gate.knows(sender, self.peer)
        return None if is_taken else refusal

    def keeps(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        """Keep a mail below the door, as imports do; it is worked on when the town settles."""
        envelope = intake.Envelope(sender, tuple(recipients), self.peer, "smtp")
        with self.database.transaction() as session:
            intake.keep(session, self.hub.site, envelope, crlf(raw), now=self.clock.now())

    def replies(
        self,
        author: str,
        message: EmailMessage,
        text: str,
        *,
        to: str | None = None,
        headers: Mapping[str, str] | None = None,
        envelope_from: str | None = None,
    ) -> str:
        """Answer as a mail program does: to Reply-To, with the original quoted below."""
        target = to or parseaddr(str(message["Reply-To"] or message["From"]))[1]
        quoted = "\n".join(f"> {line}" for line in body(message).splitlines())
        references = f"{message['References'] or ''} {message['Message-ID']}".strip()
        ours = {"In-Reply-To": str(message["Message-ID"]), "References": references}
        subject = str(message["Subject"])
        return self.writes(
            author,
            target,
            subject if subject.lower().startswith("re:") else f"Re: {subject}",
            f"{text}\n\nOn Mon, 9 Mar 2026 at 09:00, Somebody wrote:\n{quoted}\n",
            headers={**ours, **(headers or {})},
            envelope_from=envelope_from,
        )

    def mailbox(self, email: str) -> list[EmailMessage]:
        """Everything that has reached this mailbox."""
        return [read(copy) for copy in self.transport.copies if copy.envelope_to.lower() == email.lower()]

    def inbox(self, email: str) -> list[EmailMessage]:
        """What has reached this mailbox since it was last looked into."""
        mine = self.mailbox(email)
        fresh = mine[self._read[email] :]
        self._read[email] = len(mine)
        return fresh

    def subjects(self, email: str) -> list[str]:
        """The subjects of what has reached this mailbox since it was last looked into."""
        return [str(message["Subject"]) for message in self.inbox(email)]

    def passes(self, **length: float) -> None:
        """Let time pass, working at every instant something is due."""
        self.worker.turn(timedelta(**length), self._settle)

    def settles(self) -> None:
        self._settle()

    def _settle(self) -> bool:
        """Work everything off, and look at what left the moment it is there."""
        self.worker.settle()
        fresh = self.transport.left[self._looked_at :]
        self._looked_at = len(self.transport.left)
        for sent in (copies.look_up(self.hub, copy) for copy in fresh):
            self.sent.append(sent)
            self.faults += copies.faults(self.hub, sent)
            self.faults += rehearsal.faults(self.hub, sent, self.written)
        return True

    def dispositions(self) -> list[Disposition]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Disposition).order_by(Disposition.mail_id, Disposition.position)))

    def last(self) -> tuple[str, str]:
        """What became of the last mail that was received."""
        last = self.dispositions()[-1]
        return last.outcome, last.reason

    def person(self, email: str) -> Person | None:
        with self.database.reading() as session:
            return persons.find(session, email)

    def place(self, slug: str, email: str) -> Subscription | None:
        """The subscription of this person, as it stands."""
        with self.database.reading() as session:
            wanted = sa.select(Subscription).join(MailList, MailList.id == Subscription.list_id)
            person = persons.find(session, email)
            mine = Subscription.person_id == (person.id if person else 0)
            return session.scalar(wanted.where(MailList.slug == slug, mine))


def _lines(text: object) -> list[str]:
    """Each line of a text in one language or several."""
    return [line for one in text.values() for line in str(one).splitlines()] if isinstance(text, Mapping) else []


def _environ(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    for name in ("content", "data"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "data" / "secret").write_text("5e" * 32 + "\n")
    (folder / "data" / "dkim.pem").write_bytes(signing_key().pem)
    return {
        "MAILHUB_SITE__NAME": "Pietrafiore",
        "MAILHUB_SITE__DOMAIN": DOMAIN,
        "MAILHUB_SITE__BASE_URL": BASE_URL,
        "MAILHUB_SITE__LANGUAGE": "en",
        "MAILHUB_SITE__TIME_ZONE": "Europe/Rome",
        "MAILHUB_SITE__DATA_DIR": str(folder / "data"),
        "MAILHUB_CONTENT__DIR": str(folder / "content"),
        "MAILHUB_DKIM__SELECTOR": "s1",
        "MAILHUB_DKIM__KEY_FILE": str(folder / "data" / "dkim.pem"),
        **settings,
    }


def read(copy: Copy) -> EmailMessage:
    """A copy as a mail program reads it."""
    return message_from_bytes(copy.data, policy=policy.default)


def body(message: EmailMessage) -> str:
    """The plain-text part, as a person reads it."""
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def prose(message: EmailMessage) -> str:
    """The same without line ends, to look for sentences."""
    return " ".join(body(message).split())
