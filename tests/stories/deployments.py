"""The three ways to run a site, as towns: its own port 25, a relay that rewrites with MX to us, one mailbox by IMAP."""

from pathlib import Path

from mailhub.db.session import Database
from mailhub.delivery.copies import Copy
from mailhub.delivery.outcomes import Outcome, Reply, Stage, judge
from mailhub.sandbox.manners import Received
from tests import relaying
from tests.mail.zones import Zone
from tests.stories.mailboxes import ByMailbox, Remembered
from tests.stories.town import Inboxes, Town

WORLD = "198.51.100.7"  # a server that may send for everybody in these stories
PEOPLE = ("example.org", "example.net")
DEPLOYMENTS = ("port 25", "relay", "mailbox")


class Rewriting(Inboxes):
    """A provider that takes our mail on, writes over what it likes, and says in its 250 what it called it."""

    def __init__(self, *, says_names: bool = True) -> None:
        super().__init__()
        self._says_names = says_names
        self._names: dict[int, str] = {}

    def taken(self, copy: Copy) -> Outcome:
        name = self._names.setdefault(id(copy), relaying.name(len(self.left)))
        said = f"250 Ok {name}" if self._says_names else "250 Great success"
        return judge(Reply(250, (said.encode(),)), Stage.DOT)

    def arrival(self, copy: Copy) -> Copy:
        left = Received(copy.envelope_from, (copy.envelope_to,), copy.data, self._names.pop(id(copy)))
        now = relaying.rewritten(left)
        return Copy(now.envelope_from, copy.envelope_to, (now.data,))


def deployment(kind: str, folder: Path, database: Database, **more: str) -> Town:
    """A town run this way; its people's servers are known to the DNS, or their provider has judged them."""
    if kind == "mailbox":
        return ByMailbox(folder, database, Remembered(), Rewriting())
    zone = Zone()
    for domain in PEOPLE:
        zone.put(domain, "TXT", f"v=spf1 ip4:{WORLD} -all".encode())
        zone.put(f"_dmarc.{domain}", "TXT", b"v=DMARC1; p=reject")
    settings = {"MAILHUB_INBOUND__TRUST": "own", "MAILHUB_INBOUND__SMTP": "127.0.0.1:0"}
    transport = Inboxes() if kind == "port 25" else Rewriting(says_names=kind == "relay")
    town = Town(folder, database, {**settings, **more}, zone, transport)
    town.peer = WORLD
    return town
