"""Chooses what to send next and has its copies made; a mailing whose room fails is parked, so that the others go on."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.clock import Clock
from mailhub.db.session import Database
from mailhub.delivery import allowances, claims, due, expand, mailings, pacing, switch
from mailhub.delivery.claims import Batch
from mailhub.delivery.making import Maker, Making, Text
from mailhub.delivery.pacing import Candidate
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import Mailing
from mailhub.faults import Injected, Point, point
from mailhub.measures import Rate
from mailhub.site import Site

log = logging.getLogger("mailhub.delivery")

# Longer than the ten minutes RFC 5321 section 4.5.3.2.6 gives the next hop to answer the final dot.
LEASE = timedelta(minutes=15)
TEXTS = 4  # compiled mailings kept at hand; they may be large


class Batches:
    """One worker's claims, in turn over classes and lists."""

    def __init__(
        self, database: Database, sources: Sources, site: Site, clock: Clock, maker: Maker, rate: Rate | None
    ) -> None:
        self._database = database
        self._sources = sources
        self._site = site
        self._clock = clock
        self._maker = maker
        self._rate = rate
        self._texts: dict[tuple[int, str], Text] = {}
        self._served: dict[int | None, int] = {}
        self._count = 0

    def begin_next(self, now: datetime, per_second: float | None) -> Making | None:
        """Owe a page, claim a batch, start making its copies; None when nothing may be sent now."""
        if not self._is_any_due(now):
            return None
        batch, is_expanding = None, True
        while batch is None and is_expanding:
            # A page before each batch, so that a short list need not wait for the end of a long one.
            is_expanding = self._expand(now)
            batch = self._claim(now, per_second)
        if batch is None:
            return None
        point(Point.SENDER_CLAIMED)
        texts = {each.language: self._texts[batch.mailing.id, each.language] for each in batch.claimed}
        return self._maker.begin(batch, texts, now, self._clock.real())

    def _is_any_due(self, now: datetime) -> bool:
        """A look that takes no writer: a sender asks again after each batch."""
        with self._database.reading() as session:
            soonest = due.waits_for(session)
        return soonest is not None and soonest <= now

    def _expand(self, now: datetime) -> bool:
        """Owe a page of one mailing; False when there is none to expand."""
        mailing_id = None
        try:
            with self._database.transaction() as session:
                if (mailing := expand.next_mailing(session)) is None:
                    return False
                mailing_id = mailing.id
                expand.page_of(session, self._sources, mailing, now=now)
                point(Point.MAILING_OWED)
        except Exception as error:
            self._park(mailing_id, error)
        point(Point.MAILING_EXPANDED)
        return True

    def _claim(self, now: datetime, per_second: float | None) -> Batch | None:
        passed_over: set[int] = set()
        while True:
            turn = batch = None
            try:
                with self._database.transaction() as session:
                    if switch.why_held(session) is not None:  # copies are owed and counted, and stay here
                        return None
                    found = [c for c in claims.candidates(session, now=now) if c.mailing_id not in passed_over]
                    if (turn := pacing.whose_turn(found, self._served)) is not None:
                        batch = self._claim_of(session, turn, now, per_second)
            except Exception as error:
                self._park(turn.mailing_id if turn is not None else None, error)
                continue
            if turn is None or batch is None:
                return None
            if batch.claimed:
                self._count += 1
                self._served[turn.list_id] = self._count
                return batch
            if not batch.looked_at:  # others hold what is due of it
                passed_over.add(turn.mailing_id)

    def _claim_of(self, session: Session, turn: Candidate, now: datetime, per_second: float | None) -> Batch | None:
        """None when the rate has no room."""
        wanted = pacing.batch_size(per_second, claims.copy_bytes(session, turn.mailing_id))
        granted = allowances.reserve(session, self._rate, turn.mail_class, wanted, now=now)
        if not granted:
            return None
        lease = self._clock.real() + LEASE
        batch = claims.claim(session, self._sources, self._site, turn.mailing_id, granted, now=now, lease=lease)
        allowances.give_back(session, self._rate, granted - len(batch.claimed))
        for language in {each.language for each in batch.claimed}:
            self._know_text(session, turn.mailing_id, language)
        return batch

    def _know_text(self, session: Session, mailing_id: int, language: str) -> None:
        text = self._texts.pop((mailing_id, language), None)
        while len(self._texts) >= TEXTS:
            del self._texts[next(iter(self._texts))]
        self._texts[mailing_id, language] = text or Text.of(claims.frame(session, mailing_id, language))

    def _park(self, mailing_id: int | None, error: Exception) -> None:
        """Pause a mailing that cannot be worked on, for a person to look at; other faults are raised on."""
        if mailing_id is None or isinstance(error, Injected | sa.exc.OperationalError | sa.exc.InterfaceError):
            raise error
        log.error("mailing parked id=%d", mailing_id, exc_info=error)
        with self._database.transaction() as session:
            mailings.pause(session, session.get_one(Mailing, mailing_id))
