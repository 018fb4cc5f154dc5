"""What somebody received over a year, read from the mails themselves and held against the rows that caused them."""

from collections import Counter
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import sqlalchemy as sa

from mailhub import tokens
from mailhub.db.session import Database
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing
from mailhub.inbound.tables import Disposition, InboundMail, InboundState
from mailhub.tokens import DeliveryKey
from tests.stories.town import body
from tests.year.living import Life

POST, LETTER, SERVICE = "message", "letter", "service"
_ENDED = (DeliveryState.SENT, DeliveryState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail that came."""

    to: str
    kind: str
    key: DeliveryKey
    mail: EmailMessage
    words: str  # its own, on one line, without what is quoted


class Ledger:
    """Everything that came in one life, once its site has stopped."""

    def __init__(self, life: Life) -> None:
        self._database = Database(f"sqlite:///{life.site.folder / 'data' / 'mailhub.db'}")
        keys = tokens.load_keys(Path(life.site.folder / "data" / "secret"))
        with self._database.reading() as session:
            sources = dict(session.execute(sa.select(Mailing.id, Mailing.source)).all())
        self.entries: list[Entry] = []
        for to, mail in life.arrived:
            key = keys.read_delivery_mark(str(mail["X-Mailhub-Delivery"]))
            assert key is not None, "a copy without our mark"
            kind = {"lists.post": POST, "digests.letter": LETTER}.get(sources[key.mailing], SERVICE)
            words = " ".join(line for line in body(mail).splitlines() if not line.startswith(">"))
            self.entries.append(Entry(to, kind, key, mail, words))

    def close(self) -> None:
        self._database.close()

    def of(self, who: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.to == who]

    def counts(self, who: str) -> tuple[int, int, int]:
        """Messages, letters, and everything else."""
        kinds = Counter(entry.kind for entry in self.of(who))
        return kinds[POST], kinds[LETTER], kinds[SERVICE]

    def tells(self, who: str, words: str) -> int:
        """In how many mails of the group to this mailbox these words stand."""
        return sum(words in entry.words for entry in self.of(who) if entry.kind != SERVICE)

    def doubled(self) -> list[DeliveryKey]:
        """Keys under which more than one copy came (promise 2)."""
        return [key for key, count in Counter(entry.key for entry in self.entries).items() if count > 1]

    def left_undone(self) -> list[str]:
        """Mail without a disposition, and copies that neither left nor were called off (promise 1)."""
        with self._database.reading() as session:
            mails = session.scalars(sa.select(InboundMail)).all()
            known = set(session.execute(sa.select(Disposition.mail_id, Disposition.recipient)))
            waiting = sa.select(Delivery.mailing_id, Delivery.person_id, Delivery.state)
            open_ones = session.execute(waiting.where(Delivery.state.not_in(_ENDED))).all()
        found = [
            f"mail {mail.id} is {mail.state}: {mail.fault}" for mail in mails if mail.state is not InboundState.DONE
        ]
        found += [f"mail {mail.id} to {to}" for mail in mails for to in mail.recipients if (mail.id, to) not in known]
        return found + [f"copy {row}" for row in open_ones]
