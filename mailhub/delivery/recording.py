"""What is written around each copy: the intent before it leaves, the outcome after; both only under our epoch."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.prepared import Prepared
from mailhub.delivery import aliases, pacing
from mailhub.delivery.outcomes import Kind, Outcome, Scope, Stage
from mailhub.delivery.recovery import RESENT
from mailhub.delivery.rows import DELIVERY, ITS_KEY, key_of
from mailhub.delivery.sources import QuietSource, Sources
from mailhub.delivery.tables import Delivery, DeliveryState, MailClass, Mailing

log = logging.getLogger("mailhub.delivery")

REPLY_LIMIT = 500  # characters of the next hop's words that are kept
FINAL = frozenset({DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED})

# Said before the next hop knew which mail it would be: the mail itself has not been tried.
_BEFORE_THE_MAIL = frozenset({Stage.OPEN, Stage.RESET, Stage.MAIL})

_OURS = (*ITS_KEY, DELIVERY.c.epoch == sa.bindparam("its_epoch"))
_INTEND = Prepared(
    sa.update(DELIVERY)
    .where(*_OURS, DELIVERY.c.state == DeliveryState.CLAIMED)
    .values(state=DeliveryState.SENDING, lease_until=sa.bindparam("lease"), attempts=DELIVERY.c.attempts + 1)
)
_IN_HAND = (DELIVERY.c.state == DeliveryState.SENDING) | (DELIVERY.c.state == DeliveryState.CLAIMED)
# What nearly every copy ends in has a statement of its own, with as few values as it needs.
_SENT = Prepared(
    sa.update(DELIVERY)
    .where(*_OURS, _IN_HAND)
    .values(
        state=DeliveryState.SENT,
        reply=sa.bindparam("words"),
        alias=sa.bindparam("alias"),
        finished_at=sa.bindparam("finished"),
        lease_until=None,
    )
)
_RECORD = Prepared(
    sa.update(DELIVERY)
    .where(*_OURS, _IN_HAND)
    .values(
        state=sa.bindparam("becomes"),
        due_at=sa.bindparam("due"),
        attempts=sa.bindparam("tries"),
        reply=sa.bindparam("words"),
        finished_at=sa.bindparam("finished"),
        lease_until=None,
    )
)
_HAS_BECOME = sa.select(DELIVERY.c.epoch).where(*_OURS, DELIVERY.c.state == sa.bindparam("becomes"))


@dataclass(frozen=True, slots=True)
class Follows:
    """What becomes of a delivery after an outcome."""

    state: DeliveryState
    due_at: datetime
    attempts: int
    finished_at: datetime | None
    reply: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One delivery and what the next hop made of its copy."""

    mailing: Mailing
    delivery: Delivery
    outcome: Outcome


def what_follows(outcome: Outcome, mail_class: MailClass, attempts: int, due_at: datetime, now: datetime) -> Follows:
    """Decide after the try that was number `attempts`."""
    reply = " ".join(filter(None, (str(outcome.code or ""), outcome.enhanced, outcome.text)))[:REPLY_LIMIT]
    if outcome.kind is Kind.SENT:
        return Follows(DeliveryState.SENT, due_at, attempts, now, reply, aliases.of(outcome.queue_id))
    if outcome.kind is Kind.FAILED:
        return Follows(DeliveryState.FAILED, due_at, attempts, now, reply)
    if outcome.kind is Kind.UNCERTAIN and mail_class not in RESENT:
        return Follows(DeliveryState.UNCERTAIN, due_at, attempts, None, reply)
    if is_unreached(outcome) and outcome.stage in _BEFORE_THE_MAIL:
        return Follows(DeliveryState.READY, due_at, attempts - 1, None, reply)
    again = pacing.retry_at(attempts, now)
    if again is None:
        return Follows(DeliveryState.FAILED, due_at, attempts, now, reply)
    return Follows(DeliveryState.DEFERRED, again, attempts, None, reply)


def is_unreached(outcome: Outcome) -> bool:
    """Whether the next hop, and not this mail, is what went wrong."""
    return outcome.scope is Scope.CONNECTION and outcome.kind in (Kind.DEFERRED, Kind.UNCERTAIN)


def intend(session: Session, deliveries: Sequence[Delivery], lease: datetime) -> list[bool]:
    """Note that these are about to leave, durably once committed; False beside one that is no longer ours to send."""
    return _write(session, _INTEND, DeliveryState.SENDING, [{**_key(each), "lease": lease} for each in deliveries])


def record(session: Session, sources: Sources, answers: Sequence[Answer], now: datetime) -> list[Follows]:
    """Write what became of these, and tell their rooms of those that are settled."""
    followed = [
        what_follows(each.outcome, each.mailing.mail_class, each.delivery.attempts + 1, each.delivery.due_at, now)
        for each in answers
    ]
    written = _write_outcomes(session, answers, followed)
    settled: defaultdict[Mailing, list[Delivery]] = defaultdict(list)
    for place, (each, follows) in enumerate(zip(answers, followed, strict=True)):
        _apply(each.delivery, follows)
        if follows.state in FINAL and place in written:
            settled[each.mailing].append(each.delivery)
    for mailing, deliveries in settled.items():
        _tell_room(session, sources, mailing, deliveries, now)
    return followed


def _write_outcomes(session: Session, answers: Sequence[Answer], followed: Sequence[Follows]) -> set[int]:
    """The places of those that were still ours to write."""
    places: defaultdict[DeliveryState, list[int]] = defaultdict(list)
    for place, follows in enumerate(followed):
        places[follows.state].append(place)
    written: set[int] = set()
    for state, these in places.items():
        is_sent = state is DeliveryState.SENT
        rows = [
            {**_key(answers[place].delivery), **(_sent(followed[place]) if is_sent else _values(followed[place]))}
            for place in these
        ]
        ours = _write(session, _SENT if is_sent else _RECORD, state, rows)
        written.update(place for place, is_ours in zip(these, ours, strict=True) if is_ours)
    return written


def _tell_room(
    session: Session, sources: Sources, mailing: Mailing, deliveries: Sequence[Delivery], now: datetime
) -> None:
    """A room that fails here is logged and passed over: what has left must be recorded, or it would leave again."""
    source = sources.get(mailing.source)
    if getattr(type(source), "settled", None) is QuietSource.settled:
        return  # a savepoint for nothing would cost as much as the outcome
    try:
        with session.begin_nested():
            source.settled(session, mailing, deliveries, now)
    except (sa.exc.OperationalError, sa.exc.InterfaceError):
        raise
    except Exception:
        log.exception("settled failed mailing=%d source=%s count=%d", mailing.id, mailing.source, len(deliveries))


def _write(session: Session, statement: Prepared, becomes: DeliveryState, rows: list[dict[str, object]]) -> list[bool]:
    """Which rows were still ours to write."""
    if not rows:
        return []
    connection = session.connection()
    if statement.run(connection, rows) == len(rows):
        return [True] * len(rows)
    return [connection.scalar(_HAS_BECOME, {**row, "becomes": becomes}) is not None for row in rows]


def _end(follows: Follows) -> dict[str, object]:
    return {"words": follows.reply, "finished": follows.finished_at}


def _sent(follows: Follows) -> dict[str, object]:
    return {**_end(follows), "alias": follows.alias}


def _values(follows: Follows) -> dict[str, object]:
    return {
        "becomes": follows.state,
        "due": follows.due_at,
        "tries": follows.attempts,
        **_end(follows),
    }


def _apply(delivery: Delivery, follows: Follows) -> None:
    delivery.state, delivery.due_at, delivery.attempts = follows.state, follows.due_at, follows.attempts
    delivery.reply, delivery.finished_at = follows.reply, follows.finished_at


def _key(delivery: Delivery) -> dict[str, object]:
    return {**key_of(delivery), "its_epoch": delivery.epoch}
