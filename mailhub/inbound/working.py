"""Works on kept mail: read, weigh, route, act, and a disposition for each recipient, in one transaction."""

import logging
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import pictures
from mailhub.archive import raw as raws
from mailhub.archive.pictures import Made
from mailhub.archive.tables import Raw
from mailhub.db import prepared
from mailhub.db.cause import caused_by
from mailhub.delivery import mailboxes
from mailhub.faults import Point, point
from mailhub.hub.build import Hub
from mailhub.hub.publishing.draft import Draft
from mailhub.inbound import claims, for_whom, identity, mailed, other_account, replays, teaching, unrouted
from mailhub.inbound.dispatch import dispose
from mailhub.inbound.evidence import UNSIGNED_LOOPBACK, judge
from mailhub.inbound.failures import Failure
from mailhub.inbound.picturing import pictures_of
from mailhub.inbound.reading import Read, read
from mailhub.inbound.result import Result
from mailhub.inbound.tables import Disposition, InboundMail, InboundState
from mailhub.inbound.visit import Visit, arrive
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity, as_row, from_row
from mailhub.mail.wire import Unreadable
from mailhub.offload import Died, TookTooLong
from mailhub.people.tables import Address, Person

log = logging.getLogger("mailhub.inbound")

_COLUMNS = ("outcome", "reason", "person_id", "list_id", "thing", "thing_id", "detail")
_NOTE = prepared.insert(cast(sa.Table, Disposition.__table__), "mail_id", "position", "recipient", "at", *_COLUMNS)

TOGETHER = 8  # mails in one transaction, which then lasts under 50 ms,
LIGHT = 256 * 1024  # if they are no larger than this together


# A full disk, a lost server, a deadlock: whatever mail is worked on then meets it.
_TROUBLE_HERE = (sa.exc.OperationalError, sa.exc.InterfaceError, OSError)


class Fenced(Exception):
    """Another worker took this mail over; what we did is rolled back."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A claimed mail and what it says."""

    receipt: InboundMail
    raw: bytes
    said: Read
    authenticity: Authenticity = NOTHING
    pictures: tuple[Made, ...] = ()
    draft: Draft | None = None  # what its files would publish


class Inbound:
    """The worker for received mail."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        for verb in identity.verbs(self._again):
            hub.verbs.add(verb)
        for verb in other_account.verbs(self._again_as):
            hub.verbs.add(verb)
        for verb in teaching.verbs(hub.verbs, self._for_group):
            hub.verbs.add(verb)
        hub.questions.add(identity.WAS_IT_YOU)
        hub.questions.add(unrouted.FOR_WHOM)
        hub.questions.add(other_account.WHOSE)
        hub.waiting.add(for_whom.PART)
        self._in_hand: deque[InboundMail] = deque()  # claimed and not finished; kept over trouble

    def work(self) -> int:
        """Work on what waits; how many mails were worked on."""
        self._in_hand.extend(self._claim())
        count = len(self._in_hand)
        for start in range(0, count, TOGETHER):
            together = [self._in_hand.popleft() for _ in range(min(TOGETHER, count - start))]
            try:
                self._work_on(together)
            except _TROUBLE_HERE:  # no mail's fault: tried again after the others, and not counted as a try
                self._in_hand.extend(together)
                raise
        return count

    def _claim(self) -> Sequence[InboundMail]:
        with self._hub.database.reading() as session:
            if not claims.waits(session):
                return ()
        with self._hub.database.transaction() as session:
            claimed = claims.claim(session, self._hub.clock.real())
        point(Point.INBOUND_CLAIMED)
        return claimed

    def _work_on(self, receipts: Sequence[InboundMail]) -> None:
        """A few mails in one transaction; if any of them objects, each in its own."""
        with self._hub.database.reading() as session:
            kept = raws.rows(session, [receipt.raw_id for receipt in receipts])
        opened = [one for one in (self._open(each, kept[each.raw_id]) for each in receipts) if one is not None]
        settled = self._settled(self._judge(opened))
        opened = [self._prepared(one) for one in settled]
        is_light = sum(len(one.raw) for one in opened) <= LIGHT
        if len(opened) > 1 and is_light and self._close_together(opened):
            return
        for one in opened:
            self._close_alone(one)

    def _open(self, receipt: InboundMail, kept: Raw) -> Opened | None:
        """Read one mail; None when that came to nothing, which is then noted already."""
        try:
            return self._read(receipt, kept)
        except Fenced:
            log.warning("mail taken over mail=%d", receipt.id)
        except _TROUBLE_HERE:
            raise
        except Exception:  # damaged bytes, a reader that died: the others must not wait
            log.exception("mail not read mail=%d try=%d", receipt.id, receipt.tries)
            self._set_aside(receipt, traceback.format_exc())
        return None

    def _read(self, receipt: InboundMail, kept: Raw) -> Opened | None:
        raw = raws.content(self._hub.site, kept)
        try:
            said = self._hub.isolate(read, raw, receipt.envelope_from)
        except (Unreadable, TookTooLong, Died) as fault:
            if not isinstance(fault, Unreadable) and receipt.tries < claims.TRIES:
                raise  # the process may have ended for another reason, or the machine be busy
            why = str(fault)[:500]
            self._close([receipt], lambda session: [self._unreadable(session, receipt, why)])
            return None
        point(Point.INBOUND_PARSED)
        return Opened(receipt, raw, said)

    def _judge(self, opened: list[Opened]) -> list[Opened]:
        """Find out where mails come from, side by side, since each may wait for the DNS."""
        if self._hub.settings.inbound.trust == UNSIGNED_LOOPBACK or not opened:
            return opened
        if len(opened) == 1:
            return [self._judge_one(opened[0])]
        with ThreadPoolExecutor(len(opened), "judge") as threads:
            return list(threads.map(self._judge_one, opened))

    def _settled(self, judged: list[Opened]) -> list[Opened]:
        """What can be disposed of now. Where only the DNS keeps an author unproven it is asked again a little later."""
        waiting = [one for one in judged if one.authenticity.is_uncertain and one.receipt.tries < claims.TRIES]
        if waiting:
            with self._hub.database.transaction() as session:
                claims.postpone(session, [one.receipt for one in waiting], self._hub.clock.real())
            log.info("mails wait for the DNS count=%d", len(waiting))
        return [one for one in judged if one not in waiting]

    def _judge_one(self, one: Opened) -> Opened:
        """A fault of ours here must not cost the mail: it then proves nothing, and its author is asked."""
        hub, said = self._hub, one.said
        try:
            found = judge(said.mail, said.marks, one.receipt, hub.settings.inbound, hub.resolver(), hub.clock.real())
        except Exception:
            log.exception("mail not judged mail=%d", one.receipt.id)
            return one
        return replace(one, authenticity=found)

    def _prepared(self, one: Opened) -> Opened:
        """With what takes longer than a transaction may."""
        draft = mailed.draft_of(self._hub, one.receipt, one.raw, one.said, one.authenticity)
        return replace(one, pictures=pictures_of(self._hub, one.said), draft=draft)

    def _close_together(self, opened: Sequence[Opened]) -> bool:
        try:
            self._close([one.receipt for one in opened], lambda session: [self._dispose(session, o) for o in opened])
        except _TROUBLE_HERE:
            raise
        except Exception as fault:  # rolled back whole; one by one it shows whose fault it is
            log.info("mails not worked on together count=%d: %r", len(opened), fault)
            return False
        return True

    def _close_alone(self, one: Opened) -> None:
        receipt = one.receipt
        try:
            self._close([receipt], lambda session: [self._dispose(session, one)])
        except Fenced:
            log.warning("mail taken over mail=%d", receipt.id)
        except _TROUBLE_HERE:
            raise
        except Exception:  # a mail we cannot work on must not stop the others: tried again, then parked for a person
            log.exception("mail not worked on mail=%d try=%d", receipt.id, receipt.tries)
            self._set_aside(receipt, traceback.format_exc())

    def _close(self, receipts: Sequence[InboundMail], work: Callable[[Session], Sequence[dict[str, object]]]) -> None:
        """Do the work and note that it is done, all or nothing."""
        with self._hub.database.transaction() as session:
            ends = work(session)
            point(Point.INBOUND_BEFORE_COMMIT)
            if not claims.finish_all(session, list(zip(receipts, ends, strict=True))):
                raise Fenced
        point(Point.INBOUND_DISPOSED)
        for receipt, columns in zip(receipts, ends, strict=True):
            kind, message_id = columns.get("kind"), columns.get("message_id")
            log.info("mail done mail=%d kind=%s message_id=%s", receipt.id, kind, message_id)

    def _dispose(self, session: Session, one: Opened) -> dict[str, object]:
        receipt, said = one.receipt, one.said
        now = self._hub.clock.now()
        pictures.write(session, receipt.raw_id, one.pictures)
        visit = arrive(self._hub, session, receipt, one.raw, said, now, authenticity=one.authenticity)
        visit = replace(visit, draft=one.draft)
        point(Point.INBOUND_WEIGHED)
        if visit.address is not None and not visit.is_automatic:
            mailboxes.heard(session, visit.address.id, now=visit.now)
        with caused_by(session, receipt.id):
            for position, recipient in enumerate(receipt.recipients):
                _note(session, visit, position, recipient, dispose(visit, recipient, position))
        evidence = replace(visit, recipient=receipt.recipients[0] if receipt.recipients else "").evidence()
        return {
            "kind": said.kind,
            "message_id": said.mail.message_id,
            "author": said.mail.author.email if said.mail.author else None,
            "evidence": "A" if evidence.aligned else "",
            "level": 2 if evidence.aligned else 0,
            "auth": replays.as_row(said) | (as_row(one.authenticity) if one.authenticity.is_judged else {}),
        }

    def _unreadable(self, session: Session, receipt: InboundMail, why: str) -> dict[str, object]:
        """Kept whole, listed for a person, answered to nobody: who wrote it is not known."""
        self._close_all(session, receipt, Result("unreadable", why))
        return {"kind": "unreadable", "fault": why}

    def _set_aside(self, receipt: InboundMail, fault: str) -> None:
        """Try again, and after the last time leave it to a person, who finds it among the dispositions."""
        is_last = receipt.tries >= claims.TRIES
        state = InboundState.PARKED if is_last else InboundState.KEPT
        with self._hub.database.transaction() as session:
            if claims.finish(session, receipt, state, fault=fault[-4000:]) and is_last:
                self._close_all(session, receipt, Result("parked", Failure.FAULT))

    def _close_all(self, session: Session, receipt: InboundMail, result: Result) -> None:
        """The same for every recipient."""
        for position, recipient in enumerate(receipt.recipients):
            noted = Disposition(mail_id=receipt.id, position=position, recipient=recipient)
            _write(noted, result, self._hub.clock.now())
            session.add(noted)

    def _again(self, session: Session, mail_id: int, now: datetime) -> None:
        """Work on a mail once more, wherever it waited for its author to vouch for it."""
        self._work_again(session, self._vouched(session, mail_id, now), identity.UNPROVEN)

    def _again_as(self, session: Session, mail_id: int, person: Person, address: Address, now: datetime) -> None:
        """The same where it waited for this person to say that they wrote it from another account."""
        visit = replace(self._vouched(session, mail_id, now), person=person, address=address)
        self._work_again(session, visit, other_account.NOT_THEIRS)

    def _for_group(self, session: Session, mail_id: int, list_id: int, now: datetime) -> list[Result]:
        """The same where it was for nobody, and a person has said that it is for this group."""
        return self._work_again(session, self._vouched(session, mail_id, now), unrouted.WAITS, meant=list_id)

    def _vouched(self, session: Session, mail_id: int, now: datetime) -> Visit:
        receipt = session.get_one(InboundMail, mail_id)
        raw = raws.content(self._hub.site, session.get_one(Raw, receipt.raw_id))
        said, found = read(raw, receipt.envelope_from), from_row(receipt.auth)
        return arrive(self._hub, session, receipt, raw, said, now, authenticity=found, vouched=True)

    def _work_again(self, session: Session, visit: Visit, reason: str, *, meant: int | None = None) -> list[Result]:
        results = []
        waiting = sa.select(Disposition).where(
            Disposition.mail_id == visit.receipt.id, Disposition.outcome == "held", Disposition.reason == reason
        )
        for noted in session.scalars(waiting.order_by(Disposition.position)).all():
            with caused_by(session, visit.receipt.id):
                result = dispose(visit, noted.recipient, noted.position, meant)
            _write(noted, replace(result, detail={**result.detail, "vouched": True}), visit.now)
            results.append(result)
        session.flush()
        return results


def _note(session: Session, visit: Visit, position: int, recipient: str, result: Result) -> None:
    noted = {"mail_id": visit.receipt.id, "position": position, "recipient": recipient, "at": visit.now}
    _NOTE.run(session.connection(), [noted | _columns(result)])


def _columns(result: Result) -> dict[str, object]:
    return {
        "outcome": result.outcome,
        "reason": result.reason,
        "person_id": result.person_id,
        "list_id": result.list_id,
        "thing": result.thing.kind if result.thing else None,
        "thing_id": result.thing.id if result.thing else None,
        "detail": result.detail,
    }


def _write(noted: Disposition, result: Result, now: datetime) -> None:
    noted.at = now
    for name, value in _columns(result).items():
        setattr(noted, name, value)
