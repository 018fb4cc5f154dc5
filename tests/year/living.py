"""Plays a year at a real site: mail by SMTP or into a mailbox at Dovecot, a clock that is turned, and no page."""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from zoneinfo import ZoneInfo

from mailhub.delivery.copies import Copy
from mailhub.jobs.control import call
from mailhub.sandbox.manners import Received
from tests.live.site import DOMAIN, Collector, LiveSite
from tests.stories.reports import report
from tests.stories.town import body
from tests.year.scenes import Act, Asks, Dies, Heals, Says, Scene, Writes

ZONE = ZoneInfo("Europe/Rome")
BEGINS = datetime(2026, 1, 5, 8, 0, tzinfo=ZONE)  # a Monday
PROCESS = (sys.executable, "-m", "tests.year.process")
GROUP = """title: Garden
description: What grows behind the school.
moderate: newcomers
default_delivery: digest
grace: 0 min
"""

HandIn = Callable[[LiveSite, bytes, str, str], None]  # site, mail, envelope sender, our address


@dataclass
class Life:
    """One year at one site."""

    site: LiveSite
    post: Collector
    hand_in: HandIn
    bounces_to: str | None = None  # our address reports come to; None: the return path
    plus: bool = False
    now: datetime = BEGINS
    _dead: set[str] = field(default_factory=set)
    _returned: int = 0

    def at(self, local: str) -> str:
        return f"hub+{local}@{DOMAIN}" if self.plus else f"{local}@{DOMAIN}"

    def play(self, year: Sequence[Scene]) -> None:
        for scene in year:
            self._until(scene.at)
            for act in scene.acts:
                self._do(act)
                self._turn(timedelta())

    @property
    def arrived(self) -> list[tuple[str, EmailMessage]]:
        """Every copy with the mailbox it came to, in order."""
        return [(one.recipients[0], _read(one)) for one in self.post.received]

    def _until(self, at: str) -> None:
        """Day by day while a mailbox gives everything back, since servers do that at once."""
        moment = datetime.strptime(f"{self.now.astimezone(ZONE).year} {at}", "%Y %m-%d %H:%M").replace(tzinfo=ZONE)
        while self._dead and moment - self.now > timedelta(days=1):
            self._turn(timedelta(days=1))
        self._turn(max(moment - self.now, timedelta()))

    def _do(self, act: Act) -> None:
        match act:
            case Asks(who):
                self._send(self._mail(who, self.at("garden-join"), "", ""))
            case Writes(who, subject, text):
                self._send(self._mail(who, self.at("garden"), subject, text))
            case Says(who, text, to, account):
                self._send(self._reply(account or who, self._newest(who, to), text))
            case Dies(who):
                self._dead.add(who)
            case Heals(who):
                self._dead.discard(who)

    def _newest(self, who: str, words: str) -> EmailMessage:
        """The newest mail of this mailbox whose subject or text holds these words."""
        mine = [_read(one) for one in self.post.received if one.recipients[0] == who]
        fitting = [mail for mail in mine if words in f"{mail['Subject']}\n{' '.join(body(mail).split())}"]
        assert fitting, f"{who} has no mail with {words!r}: {[str(mail['Subject']) for mail in mine]}"
        return fitting[-1]

    def _mail(self, who: str, to: str, subject: str, text: str) -> EmailMessage:
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"{who.partition('@')[0].capitalize()} <{who}>"
        mail["To"], mail["Subject"], mail["Date"] = to, subject, format_datetime(self.now)
        mail["Message-ID"] = make_msgid(domain=who.partition("@")[2])
        mail.set_content(text)
        return mail

    def _reply(self, who: str, to: EmailMessage, text: str) -> EmailMessage:
        """As mail programs do it: to Reply-To, the original below."""
        quoted = "\n".join(f"> {line}" for line in body(to).splitlines())
        subject = str(to["Subject"])
        mail = self._mail(
            who,
            parseaddr(str(to["Reply-To"] or to["From"]))[1],
            subject if subject.startswith("Re: ") else f"Re: {subject}",
            f"{text}\n\nOn Mon, 5 Jan 2026 at 09:00, Somebody wrote:\n{quoted}\n",
        )
        mail["In-Reply-To"] = str(to["Message-ID"])
        mail["References"] = f"{to['References'] or ''} {to['Message-ID']}".strip()
        return mail

    def _send(self, mail: EmailMessage) -> None:
        self.hand_in(self.site, mail.as_bytes(), parseaddr(str(mail["From"]))[1], parseaddr(str(mail["To"]))[1])

    def _turn(self, by: timedelta) -> None:
        """Let time pass and everything be worked off; what came to a dead mailbox goes back, until nothing does."""
        self.now = self._told(by.total_seconds())
        while (back := self._to_give_back()) is not None:
            self.hand_in(self.site, report(back), "", self.bounces_to or back.envelope_from)
            self.now = self._told(0)

    def _to_give_back(self) -> Copy | None:
        for place, one in enumerate(self.post.received[self._returned :], self._returned):
            self._returned = place + 1
            if one.recipients[0] in self._dead:
                return Copy(one.envelope_from, one.recipients[0], (one.data,))
        return None

    def _told(self, seconds: float) -> datetime:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            code = call(self.site.folder / "data" / "control.sock", "turn", {"seconds": seconds}, {}, out=out, err=err)
            out.seek(0)
            said = out.read()
        assert code == 0, (self.site.folder / "log").read_text()[-4000:]
        told = json.loads(said)
        self.post.wait_until(lambda received: len(received) >= told["left"])
        return datetime.fromisoformat(told["now"])


def prepare(site: LiveSite, changes: Mapping[str, str]) -> None:
    """One group, no page; `changes`: pieces of the configuration as `init` writes it, and what stands there instead."""
    site.init()
    site.program = PROCESS
    site.environ = {**site.environ, "MAILHUB_TEST_BEGINS": BEGINS.isoformat()}
    for starter in (site.folder / "lists").glob("*.yaml"):
        starter.unlink()
    (site.folder / "lists" / "garden.yaml").write_text(GROUP)
    text = site.config.read_text()
    for old, new in {'bind = "127.0.0.1:0"': 'bind = ""', **changes}.items():
        assert old in text
        text = text.replace(old, new)
    site.config.write_text(text)


def _read(received: Received) -> EmailMessage:
    return message_from_bytes(received.data, policy=policy.default)
