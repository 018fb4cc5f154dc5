"""A whole service in memory: people write, mail arrives, time passes.

`Town` is the real hub, the real rows and the real workers, with a hand-turned clock and a transport that puts copies
into inboxes. What is written goes through the door's own judgement, then through intake, as mail by SMTP would.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from itertools import count
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from mailhub.clock import FakeClock
from mailhub.config import load
from mailhub.db.session import Database
from mailhub.delivery.copies import Copy
from mailhub.delivery.outcomes import Kind, Outcome
from mailhub.hub.build import Hub, build_hub
from mailhub.inbound import intake
from mailhub.inbound.door import Gate
from mailhub.inbound.tables import Disposition
from mailhub.jobs.assembly import worker_for
from mailhub.lists import enrolling, publishing
from mailhub.mail.wire import crlf

DOMAIN = "lists.test"
START = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Rome


class Inboxes:
    """A transport that delivers at once, or answers as a test has told it to."""

    lanes = 4
    trouble = None

    def __init__(self) -> None:
        self.copies: list[Copy] = []
        self.answers: list[Outcome] = []  # taken first, then everything is accepted
        self._offered: dict[int, Copy] = {}

    def free(self, want: int | None = None) -> list[int]:
        return [lane for lane in range(self.lanes) if lane not in self._offered]

    def offer(self, lane: int, copy: Copy) -> None:
        self._offered[lane] = copy

    def wait(self, timeout: float) -> list[tuple[int, Outcome]]:
        done = []
        for lane, copy in sorted(self._offered.items()):
            outcome = self.answers.pop(0) if self.answers else Outcome(Kind.SENT, 250)
            if outcome.kind is Kind.SENT:
                self.copies.append(copy)
            done.append((lane, outcome))
        self._offered.clear()
        return done

    def close(self) -> list[tuple[int, Outcome]]:
        return self.wait(0)


class Town:
    """People, groups and their mail."""

    def __init__(self, folder: Path, database: Database, settings: Mapping[str, str] | None = None) -> None:
        self.clock = FakeClock(START)
        self.transport = Inboxes()
        self.hub = self._hub(folder, database, settings or {})
        self.worker = worker_for(self.hub, self.transport)
        self.gate = Gate(self.hub)
        self._numbers = count(1)
        self._read: defaultdict[str, int] = defaultdict(int)

    def _hub(self, folder: Path, database: Database, settings: Mapping[str, str]) -> Hub:
        (folder / "content").mkdir(exist_ok=True)
        (folder / "data").mkdir(exist_ok=True)
        (folder / "data" / "secret").write_text("5e" * 32 + "\n")
        environ = {
            "MAILHUB_SITE__NAME": "Pietrafiore",
            "MAILHUB_SITE__DOMAIN": DOMAIN,
            "MAILHUB_SITE__LANGUAGE": "en",
            "MAILHUB_SITE__TIME_ZONE": "Europe/Rome",
            "MAILHUB_SITE__DATA_DIR": str(folder / "data"),
            "MAILHUB_CONTENT__DIR": str(folder / "content"),
            **settings,
        }
        return build_hub(load(None, environ), clock=self.clock, database=database)

    def opens_list(
        self,
        slug: str,
        members: Sequence[str] = (),
        moderator: str | None = None,
        organiser: str = "olga@example.org",
        language: str = "en",
        **definition: object,
    ) -> int:
        """A list with these rules; its members joined before the story begins, as people who are no newcomers."""
        rules: dict[str, object] = {"title": {"it": f"Gruppo {slug}", "en": f"{slug} group"}, "grace": "0 min"}
        rules |= {"organisers": [organiser], "moderators": [moderator] if moderator else [], **definition}
        with self.hub.database.transaction() as session:
            list_id = publishing.publish_values(
                session, slug, rules, verbs=self.hub.verbs, now=self.clock.now()
            )
            for email in members:
                name = email.partition("@")[0].capitalize()
                enrolling.add(
                    session, list_id, email, basis="story", name=name, language=language, published=2, now=self.clock.now()
                )
        self.settles()
        return list_id

    def writes(
        self,
        author: str,
        to: str,
        subject: str = "",
        text: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        envelope_from: str | None = None,
    ) -> str:
        """Send a mail and let the service work; gives its Message-ID."""
        message = EmailMessage()
        message["From"] = author
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(self.clock.now())
        message["Message-ID"] = f"<m{next(self._numbers)}@{parseaddr(author)[1].partition('@')[2]}>"
        for name, value in (headers or {}).items():
            del message[name]
            message[name] = value
        message.set_content(text)
        sender = parseaddr(author)[1] if envelope_from is None else envelope_from
        self.receives(message.as_bytes(policy=policy.SMTP), sender, [parseaddr(to)[1]])
        return str(message["Message-ID"])

    def receives(self, raw: bytes, sender: str, recipients: Sequence[str]) -> list[str]:
        """What the door does with these bytes: the refusals it gives; what is kept is worked on."""
        said = {recipient: self.gate.refuse(recipient) for recipient in recipients}
        kept = tuple(recipient for recipient, refusal in said.items() if refusal is None)
        if kept:
            envelope = intake.Envelope(sender, kept, "127.0.0.1", "smtp")
            with self.hub.database.transaction() as session:
                intake.keep(session, self.hub.site, envelope, crlf(raw), now=self.clock.now())
            self.settles()
        return [str(refusal) for refusal in said.values() if refusal is not None]

    def replies(self, author: str, message: EmailMessage, text: str, **more: str) -> str:
        """Answer as a mail program does: to Reply-To, with the original quoted below."""
        target = parseaddr(str(message["Reply-To"] or message["From"]))[1]
        quoted = "\n".join(f"> {line}" for line in body(message).splitlines())
        headers = {"In-Reply-To": str(message["Message-ID"])}
        headers["References"] = f"{message['References'] or ''} {message['Message-ID']}".strip()
        subject = str(message["Subject"])
        return self.writes(
            author,
            target,
            subject if subject.lower().startswith("re:") else f"Re: {subject}",
            f"{text}\n\nOn Mon, 9 Mar 2026 at 09:00, Somebody wrote:\n{quoted}\n",
            headers={**headers, **more},
        )

    def inbox(self, email: str) -> list[EmailMessage]:
        """What has reached this mailbox since it was last looked into."""
        mine = [copy for copy in self.transport.copies if copy.envelope_to.lower() == email.lower()]
        fresh = mine[self._read[email] :]
        self._read[email] = len(mine)
        return [cast(EmailMessage, message_from_bytes(copy.data, policy=policy.default)) for copy in fresh]

    def passes(self, **length: float) -> None:
        """Let time pass, working at every instant something is due."""
        self.worker.turn(timedelta(**length))

    def settles(self) -> None:
        self.worker.settle()

    def dispositions(self) -> list[Disposition]:
        with self.hub.database.reading() as session:
            return list(session.scalars(sa.select(Disposition).order_by(Disposition.mail_id, Disposition.position)))


def body(message: EmailMessage) -> str:
    """The plain-text part, as a person reads it."""
    part = message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""
