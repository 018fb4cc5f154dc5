"""Works on kept mail: read, weigh, route, act, and a disposition for each recipient, in one transaction."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.faults import Point, point
from mailhub.hub.build import Hub
from mailhub.inbound import claims, identity
from mailhub.inbound.claims import Claimed
from mailhub.inbound.dispatch import Result, dispose
from mailhub.inbound.reading import Read, read
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
            self._set_aside(claimed, traceback.format_exc())

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
        for position, recipient in enumerate(receipt.recipients):
            session.add(
                Disposition(
                    mail_id=receipt.id,
                    position=position,
                    recipient=recipient,
                    outcome="unreadable",
                    reason=why,
                    at=self._hub.clock.now(),
                    detail={},
                )
            )
        return {"kind": "unreadable", "fault": why}

    def _set_aside(self, claimed: Claimed, fault: str) -> None:
        state = InboundState.PARKED if claimed.tries >= claims.TRIES else InboundState.KEPT
        with self._hub.database.transaction() as session:
            claims.finish(session, claimed, state, fault=fault[-4000:])

    def _again(self, session: Session, mail_id: int, position: int, now: datetime) -> None:
        """Work on one recipient's part of a mail once more, now that its author has vouched for it."""
        receipt = session.get_one(InboundMail, mail_id)
        raw = raws.read(session, self._hub.site, receipt.raw_id)
        visit = arrive(self._hub, session, receipt, raw, read(raw, receipt.envelope_from), now, vouched=True)
        result = dispose(visit, receipt.recipients[position], position)
        session.execute(
            sa.update(Disposition)
            .where(Disposition.mail_id == mail_id, Disposition.position == position)
            .values(outcome=result.outcome, reason=result.reason, detail={**result.detail, "vouched": True})
        )


def _note(session: Session, visit: Visit, position: int, recipient: str, result: Result) -> None:
    session.add(
        Disposition(
            mail_id=visit.receipt.id,
            position=position,
            recipient=recipient,
            outcome=result.outcome,
            reason=result.reason,
            at=visit.now,
            person_id=result.person_id,
            list_id=result.list_id,
            thing=result.thing.kind if result.thing else None,
            thing_id=result.thing.id if result.thing else None,
            detail=result.detail,
        )
    )
