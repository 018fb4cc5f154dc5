"""Works on kept mail: read, weigh, route, act, and a disposition for each recipient, in one transaction."""

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.faults import Point, point
from mailhub.hub.build import Hub
from mailhub.inbound import claims, identity
from mailhub.inbound.claims import Claimed
from mailhub.inbound.dispatch import dispose
from mailhub.inbound.reading import Read, read
from mailhub.inbound.result import Result
from mailhub.inbound.tables import Disposition, InboundMail, InboundState
from mailhub.inbound.visit import Visit, arrive
from mailhub.mail.wire import Unreadable
from mailhub.offload import Died, TookTooLong

log = logging.getLogger("mailhub.inbound")


class Fenced(Exception):
    """Another worker took this mail over; what we did is rolled back."""


class Inbound:
    """The worker for received mail."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        for verb in identity.verbs(self._again):
            hub.verbs.add(verb)
        hub.questions.add(identity.WAS_IT_YOU)

    def work(self) -> int:
        """Work on what waits; how many mails were taken."""
        with self._hub.database.reading() as session:
            if not claims.waits(session):
                return 0
        with self._hub.database.transaction() as session:
            claimed = claims.claim(session, self._hub.clock.real())
        point(Point.INBOUND_CLAIMED)
        for one in claimed:
            self._one(one)
        return len(claimed)

    def _one(self, claimed: Claimed) -> None:
        with self._hub.database.reading() as session:
            receipt = session.get_one(InboundMail, claimed.id)
            raw = raws.read(session, self._hub.site, claimed.raw_id)
        try:
            said = self._hub.isolate(read, raw, receipt.envelope_from)
        except (Unreadable, TookTooLong, Died) as fault:
            why = str(fault)[:500]
            self._close(claimed, receipt, lambda session: self._unreadable(session, receipt, why))
            return
        point(Point.INBOUND_PARSED)
        try:
            self._close(claimed, receipt, lambda session: self._dispose(session, receipt, raw, said))
        except Fenced:
            log.warning("mail taken over mail=%d", claimed.id)
        except Exception:  # a mail we cannot work on must not stop the others: tried again, then parked for a person
            log.exception("mail not worked on mail=%d try=%d", claimed.id, claimed.tries)
            self._set_aside(claimed, receipt, traceback.format_exc())

    def _close(self, claimed: Claimed, receipt: InboundMail, work: Callable[[Session], dict[str, object]]) -> None:
        with self._hub.database.transaction() as session:
            columns = work(session)
            point(Point.INBOUND_BEFORE_COMMIT)
            if not claims.finish(session, claimed, InboundState.DONE, **columns):
                raise Fenced
        point(Point.INBOUND_DISPOSED)
        log.info("mail done mail=%d kind=%s message_id=%s", receipt.id, columns.get("kind"), columns.get("message_id"))

    def _dispose(self, session: Session, receipt: InboundMail, raw: bytes, said: Read) -> dict[str, object]:
        visit = arrive(self._hub, session, receipt, raw, said, self._hub.clock.now())
        point(Point.INBOUND_WEIGHED)
        for position, recipient in enumerate(receipt.recipients):
            _note(session, visit, position, recipient, dispose(visit, recipient, position))
        evidence = visit.evidence()
        return {
            "kind": said.kind,
            "message_id": said.mail.message_id,
            "author": said.mail.author.email if said.mail.author else None,
            "evidence": "A" if evidence.aligned else "",
            "level": 2 if evidence.aligned else 0,
        }

    def _unreadable(self, session: Session, receipt: InboundMail, why: str) -> dict[str, object]:
        """Kept whole, listed for a person, answered to nobody: who wrote it is not known."""
        self._close_all(session, receipt, Result("unreadable", why))
        return {"kind": "unreadable", "fault": why}

    def _set_aside(self, claimed: Claimed, receipt: InboundMail, fault: str) -> None:
        """Try again, and after the last time leave it to a person, who finds it among the dispositions."""
        is_last = claimed.tries >= claims.TRIES
        state = InboundState.PARKED if is_last else InboundState.KEPT
        with self._hub.database.transaction() as session:
            if claims.finish(session, claimed, state, fault=fault[-4000:]) and is_last:
                self._close_all(session, receipt, Result("parked", "fault"))

    def _close_all(self, session: Session, receipt: InboundMail, result: Result) -> None:
        """The same for every recipient."""
        for position, recipient in enumerate(receipt.recipients):
            noted = Disposition(mail_id=receipt.id, position=position, recipient=recipient)
            _write(noted, result, self._hub.clock.now())
            session.add(noted)

    def _again(self, session: Session, mail_id: int, now: datetime) -> None:
        """Work on a mail once more, wherever it waited for its author to vouch for it."""
        receipt = session.get_one(InboundMail, mail_id)
        raw = raws.read(session, self._hub.site, receipt.raw_id)
        visit = arrive(self._hub, session, receipt, raw, read(raw, receipt.envelope_from), now, vouched=True)
        waiting = sa.select(Disposition).where(
            Disposition.mail_id == mail_id, Disposition.outcome == "held", Disposition.reason == identity.UNPROVEN
        )
        for noted in session.scalars(waiting.order_by(Disposition.position)).all():
            result = dispose(visit, noted.recipient, noted.position)
            _write(noted, replace(result, detail={**result.detail, "vouched": True}), now)
        session.flush()


def _note(session: Session, visit: Visit, position: int, recipient: str, result: Result) -> None:
    noted = Disposition(mail_id=visit.receipt.id, position=position, recipient=recipient)
    _write(noted, result, visit.now)
    session.add(noted)


def _write(noted: Disposition, result: Result, now: datetime) -> None:
    noted.outcome, noted.reason, noted.at = result.outcome, result.reason, now
    noted.person_id, noted.list_id = result.person_id, result.list_id
    noted.thing = result.thing.kind if result.thing else None
    noted.thing_id = result.thing.id if result.thing else None
    noted.detail = result.detail
