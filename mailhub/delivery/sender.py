"""Sends what is due until nothing is, so that a crash leaves in doubt at most one copy a lane.

Claim, commit; make copies; then, again and again, one commit with the outcomes of the lanes that finished and the
intents of the copies they take next; offer those; wait. While one batch is on the lanes the next is being made.
"""

import logging
import threading
from collections import deque
from concurrent import futures
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub.clock import Clock
from mailhub.db.base import EPOCH
from mailhub.db.session import Database
from mailhub.delivery import allowances, bounces, claims, mailings, pacing, recording, recovery
from mailhub.delivery.batches import LEASE, Batches
from mailhub.delivery.claims import Claimed
from mailhub.delivery.making import Item, Maker, Making, Unmade
from mailhub.delivery.outcomes import Kind, Outcome, Scope, Stage
from mailhub.delivery.recording import Answer
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import DeliveryState
from mailhub.delivery.transport import Transport
from mailhub.faults import Point, point
from mailhub.measures import Rate
from mailhub.site import Site

log = logging.getLogger("mailhub.delivery")

GATHER = 0.005  # seconds an answer may wait for those of the other lanes, since a commit costs as much as a mail
ASK_EVERY = 0.25  # seconds between two questions for more work while the last of it leaves
LOOK_UP = 1.0  # seconds; how soon a stop is noticed
PATIENCE = 330  # waits of that length for a first connection, which may take five minutes to open
LAST_ANSWERS = 20  # waits for copies on their way once we are told to stop


class Sender:
    """The one who sends; for one thread. An exception leaves its state whole: the next `work` goes on with it."""

    def __init__(
        self,
        database: Database,
        sources: Sources,
        site: Site,
        clock: Clock,
        transport: Transport,
        maker: Maker,
        rate: Rate | None = None,
    ) -> None:
        self._database = database
        self._sources = sources
        self._site = site
        self._clock = clock
        self._transport = transport
        self._rate = rate
        self._batches = Batches(database, sources, site, clock, maker, rate)
        self._stopping = threading.Event()
        self._making: Making | None = None
        self._waiting: deque[Item] = deque()
        self._in_flight: dict[int, Item] = {}
        self._answers: list[Answer] = []  # not recorded yet
        self._failures = 0  # to reach the next hop, since it last took something
        self._has_rested = False
        self._per_second: float | None = None
        self._measured_from = 0.0
        self._ask_again = 0.0
        self._measured = 0
        self._done = 0
        self._now = EPOCH
        self._started = 0.0

    def stop(self) -> None:
        """End soon, for good: what is on its way is waited for, the rest is put back. From any thread."""
        self._stopping.set()

    def work(self, now: datetime) -> int:
        """Send until nothing is due, the next hop cannot be reached or the rate is used up; how many were tried.

        Time goes on from `now` by the seconds that pass.
        """
        self._begin(now)
        if self._stopping.is_set() or not self._prepare():
            return 0
        while not self._stopping.is_set() and not self._is_unreachable():
            self._top_up()
            if self._is_idle():
                break
            self._step()
        self._end()
        return self._done

    def _begin(self, now: datetime) -> None:
        self._now, self._started = now, self._clock.monotonic()
        self._done = self._failures = 0
        self._measured_from, self._measured = self._started, 0

    def _time(self) -> datetime:
        return self._now + timedelta(seconds=self._clock.monotonic() - self._started)

    def _prepare(self) -> bool:
        """Housekeeping before the work; False while the next hop is left alone."""
        now = self._time()
        with self._database.transaction() as session:
            mailings.open_due(session, now=now)
            recovered = recovery.sweep(session, real=self._clock.real())
            if self._rate is None:
                allowances.forget_rate(session)
            rest = allowances.rest(session)
        if recovered != recovery.Recovered():
            log.warning("leases ended ready=%d resent=%d held=%d", recovered.ready, recovered.resent, recovered.held)
        self._has_rested = rest is not None
        # A rest that ends later than any can was taken before the clock was put back.
        is_over = rest is None or not now < rest.until <= now + pacing.REST[-1]
        return is_over or bool(self._in_flight)

    def _top_up(self) -> None:
        """Have the next batch made while this one leaves."""
        is_busy = bool(self._waiting or self._in_flight)
        if self._making is not None or (is_busy and self._clock.monotonic() < self._ask_again):
            return
        self._measure()
        self._making = self._batches.begin_next(self._time(), self._per_second)
        self._ask_again = 0.0 if self._making is not None else self._clock.monotonic() + ASK_EVERY

    def _is_idle(self) -> bool:
        return not (self._making or self._waiting or self._in_flight or self._answers)

    def _is_unreachable(self) -> bool:
        """All lanes may close at once for having carried enough, and one more; then something is wrong over there."""
        return self._failures > self._transport.lanes

    def _step(self) -> None:
        """One turn: record and announce, offer, wait."""
        self._collect()
        self._advance()
        if self._in_flight:
            self._hear(LOOK_UP)
        elif self._waiting:
            self._await_lane()
        elif self._making is not None:
            futures.wait(self._making.futures, LOOK_UP)

    def _collect(self) -> None:
        """Take over finished copies when the lanes are about to run dry."""
        if self._making is None or not self._making.is_done or len(self._waiting) >= self._transport.lanes:
            return
        point(Point.SENDER_COPIES_MADE)
        for made in self._making.take():
            if isinstance(made, Unmade):
                self._answers.append(Answer(made.mailing, made.claimed.delivery, _unmade(made)))
            else:
                self._waiting.append(made)
        self._making = None

    def _advance(self) -> None:
        """One commit for what was answered and what leaves next; then it leaves."""
        wanted = len(self._in_flight) + len(self._waiting)
        lanes = [] if not self._waiting or self._is_unreachable() else self._transport.free(wanted)
        # A lane may be free already while we have not heard, let alone recorded, what became of its last copy.
        pairs = list(zip((lane for lane in lanes if lane not in self._in_flight), self._waiting, strict=False))
        if not pairs and not self._answers:
            return
        with self._database.transaction() as session:
            self._record(session)
            lease = self._clock.real() + LEASE
            ours = recording.intend(session, [item.claimed.delivery for _, item in pairs], lease)
            point(Point.SENDER_BEFORE_COMMIT)
        self._recorded(len(pairs))
        for (lane, item), is_ours in zip(pairs, ours, strict=True):
            if is_ours:
                self._transport.offer(lane, item.copy)
                self._in_flight[lane] = item
        if pairs:
            point(Point.SENDER_OFFERED)

    def _record(self, session: Session) -> None:
        if not self._answers:
            return
        followed = recording.record(session, self._sources, self._answers, self._time())
        bounces.note_refusals(
            session, self._site, self._sources, list(zip(self._answers, followed, strict=True)), now=self._time()
        )
        if self._has_rested and any(follows.state is DeliveryState.SENT for follows in followed):
            allowances.end_rest(session)

    def _recorded(self, announced: int) -> None:
        """The commit is durable: nothing of it is kept in mind any longer."""
        recorded, self._answers = self._answers, []
        self._has_rested = self._has_rested and not any(each.outcome.kind is Kind.SENT for each in recorded)
        self._done += len(recorded)
        for _ in range(announced):
            self._waiting.popleft()
        if recorded:
            point(Point.SENDER_RECORDED)
        if announced:
            point(Point.SENDER_INTENT)

    def _hear(self, seconds: float) -> bool:
        """Wait for answers; False when none came."""
        heard = self._transport.wait(seconds)
        until = self._clock.monotonic() + GATHER
        while heard and len(heard) < len(self._in_flight) and (left := until - self._clock.monotonic()) > 0:
            if not (more := self._transport.wait(left)):
                break
            heard += more
        for lane, outcome in heard:
            item = self._in_flight.pop(lane)
            self._answers.append(Answer(item.mailing, item.claimed.delivery, outcome))
            self._measured += 1
            if recording.is_unreached(outcome):
                self._failures += 1
            elif outcome.kind is Kind.SENT:
                self._failures = 0
            if outcome.kind is not Kind.SENT:
                _tell(item.claimed, outcome)
        if heard:
            point(Point.SENDER_ANSWERED)
        return bool(heard)

    def _await_lane(self) -> None:
        """Wait for a connection; where none comes the next hop counts as unreachable."""
        for _ in range(PATIENCE):
            if self._stopping.is_set() or self._transport.free(len(self._waiting)):
                return
            self._transport.wait(LOOK_UP)
            if self._transport.trouble is not None or self._failures:
                break
        if not self._transport.free(len(self._waiting)):
            self._failures = self._transport.lanes + 1

    def _end(self) -> None:
        """Hear what is on its way, put the rest back, and rest where the next hop was not to be reached."""
        for _ in range(LAST_ANSWERS if self._stopping.is_set() else PATIENCE * 2):
            if not self._in_flight:
                break
            self._hear(LOOK_UP)
        now = self._time()
        left = [item.claimed.delivery for item in self._waiting]
        left += [claimed.delivery for claimed in self._making.claimed] if self._making is not None else []
        with self._database.transaction() as session:
            self._record(session)
            claims.release(session, left)
            allowances.give_back(session, self._rate, len(left))
            if self._is_unreachable():
                rest = allowances.take_rest(session, now=now)
                log.warning("next hop unreachable until=%s trouble=%s", rest.until, self._transport.trouble)
            mailings.tidy(session, now=now)
            mailings.finish(session, now=now)
        self._waiting.clear()
        self._making = None
        self._recorded(0)

    def _measure(self) -> None:
        """Reckon the present rate from what was answered since the last time."""
        seconds = self._clock.monotonic() - self._measured_from
        self._per_second = pacing.pace(self._per_second, self._measured, seconds)
        self._measured_from, self._measured = self._clock.monotonic(), 0


def _unmade(made: Unmade) -> Outcome:
    kind = Kind.FAILED if made.for_good else Kind.DEFERRED
    return Outcome(kind, text=made.reason, stage=Stage.DATA, scope=Scope.RECIPIENT)


def _tell(claimed: Claimed, outcome: Outcome) -> None:
    log.info(
        "delivery %s mailing=%d person=%d occurrence=%d code=%d %s %s",
        outcome.kind.value,
        claimed.delivery.mailing_id,
        claimed.delivery.person_id,
        claimed.delivery.occurrence,
        outcome.code,
        outcome.enhanced,
        outcome.text,
    )
