"""Takes in what comes to the site's mailbox, each mail once; the place reached is kept with the mail, in one commit.

Nothing is deleted or marked there. When a server numbers its mails anew (UIDVALIDITY), the latest are looked at again,
and what was kept before is known by its bytes; so is a mail that somebody moves out of the spam folder. Older ones are
not: some of them may have been forgotten here since.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.tables import Raw
from mailhub.db import state
from mailhub.faults import Point, point
from mailhub.hub.build import Hub
from mailhub.inbound import addressing, intake
from mailhub.inbound.evidence import MAILBOX
from mailhub.inbound.mailbox import Account, Fetched, Mailbox, Unreachable, connect
from mailhub.inbound.tables import InboundMail

log = logging.getLogger("mailhub.inbound")

LOOK_EVERY = 60.0  # seconds of the real clock
LAST_MAIL = 10.0  # seconds to finish with one when the service stops
BEFORE = timedelta(days=1)  # when a mailbox is read for the first time, older mail in it is left alone


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder has been read."""

    validity: int
    uid: int
    since: date  # what had come before that day is left alone
    seen: date  # the last day on which it was read to its end


class Collector:
    """Looks into the mailbox each minute, in a thread of its own."""

    def __init__(self, hub: Hub, account: Account, connect: Callable[[Account], Mailbox] = connect) -> None:
        self._hub = hub
        self._account = account
        self._connect = connect
        self._mailbox: Mailbox | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)

    @property
    def where(self) -> str:
        return f"{self._account.user} at {self._account.at}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the mail in hand; one that is being fetched is fetched again at the next start."""
        self._stopping.set()
        if (mailbox := self._mailbox) is not None:
            mailbox.close()
        if self._thread.is_alive():
            self._thread.join(LAST_MAIL)

    def look(self) -> int:
        """Take in what is new; how many mails. Raises Unreachable."""
        if self._mailbox is None:
            self._mailbox = self._connect(self._account)
        mailbox, count = self._mailbox, 0
        for folder in mailbox.folders():
            count += self._read(mailbox, folder)
        return count

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception as fault:  # whatever it is, the next look begins with a new connection
                self._give_up(fault)
            self._stopping.wait(LOOK_EVERY)

    def _give_up(self, fault: Exception) -> None:
        mailbox, self._mailbox = self._mailbox, None
        if mailbox is not None:
            mailbox.close()
        if not self._stopping.is_set():
            log.warning("mailbox not read: %s", fault, exc_info=not isinstance(fault, Unreachable))

    def _read(self, mailbox: Mailbox, folder: str) -> int:
        name, count = f"imap {self._account.user}@{self._account.at} {folder}", 0
        place = self._place(name, mailbox.open(folder))
        for uid in mailbox.after(place.uid, place.since):
            if self._stopping.is_set():
                break
            fetched = mailbox.fetch(uid)
            place = replace(place, uid=uid)
            count += self._keep(name, place, fetched)
        else:
            self._read_through(name, place)
        return count

    def _read_through(self, name: str, place: Place) -> None:
        if (today := self._hub.clock.real().date()) != place.seen:
            with self._hub.database.transaction() as session:
                _reach(session, name, replace(place, seen=today))

    def _place(self, name: str, validity: int) -> Place:
        with self._hub.database.reading() as session:
            kept = state.get(session, name)
        if kept is not None and kept["validity"] == validity:
            return Place(validity, kept["uid"], date.fromisoformat(kept["since"]), date.fromisoformat(kept["seen"]))
        seen = date.fromisoformat(kept["seen"]) if kept else self._hub.clock.real().date()
        first = Place(validity, 0, seen - BEFORE, seen)
        with self._hub.database.transaction() as session:
            _reach(session, name, first)  # from now on everything counts, also what comes while we are stopped
        return first

    def _keep(self, name: str, place: Place, fetched: Fetched | None) -> bool:
        """Write down a mail, unless it was before, and that the folder has been read so far."""
        hub = self._hub
        sender, recipients = addressing.envelope(fetched.raw, hub.site, self._account.user) if fetched else ("", ())
        ready = raws.prepare(hub.site, fetched.raw) if fetched and recipients else None
        with hub.database.transaction() as session:
            is_new = ready is not None and not _is_known(session, ready.sha256)
            if fetched and ready and is_new:
                cover = intake.Envelope(sender, recipients, self._account.at.host, MAILBOX)
                mail_id = intake.keep(session, hub.site, cover, ready, now=self._arrival(fetched)).id
            _reach(session, name, place)
            point(Point.INTAKE_BEFORE_COMMIT)
        if fetched and is_new:
            log.info("mail kept mail=%d mailbox size=%d recipients=%d", mail_id, len(fetched.raw), len(recipients))
        elif not recipients:
            log.info("mail left in the mailbox uid=%d: it names no address of ours", place.uid)
        return is_new

    def _arrival(self, fetched: Fetched) -> datetime:
        """When it came to the mailbox, in the site's time: it may have waited there while the service was stopped."""
        clock = self._hub.clock
        real = clock.real()
        return clock.now() - (real - min(fetched.arrived_at or real, real))


def _reach(session: Session, name: str, place: Place) -> None:
    days = {"since": place.since.isoformat(), "seen": place.seen.isoformat()}
    state.put(session, name, {"validity": place.validity, "uid": place.uid, **days})


def _is_known(session: Session, sha256: str) -> bool:
    same = sa.select(InboundMail.id).join(Raw, Raw.id == InboundMail.raw_id)
    same = same.where(Raw.sha256 == sha256, InboundMail.protocol == MAILBOX)
    return session.scalar(same.limit(1)) is not None
