"""Takes what is due of one mailing for this worker: judged, addressed, and held under a lease and an epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub.delivery.judging import judge
from mailhub.delivery.pacing import Candidate
from mailhub.delivery.rows import CANCEL, DELIVERY, ITS_KEY, MAILING, WAITING, key_of, waiting_mailings
from mailhub.delivery.sources import Later, No, Sources
from mailhub.delivery.tables import Delivery, DeliveryState, MailClass, Mailing, MailingFrame, MailingState
from mailhub.people.tables import Address, Person
from mailhub.site import Site

_COLUMNS = tuple(column.name for column in DELIVERY.columns)
_DELIVERIES = sa.inspect(Delivery).class_manager

_CLAIM = (
    sa.update(DELIVERY)
    .where(*ITS_KEY)
    .values(state=DeliveryState.CLAIMED, lease_until=sa.bindparam("lease"), epoch=DELIVERY.c.epoch + 1)
)
_PUT_OFF = sa.update(DELIVERY).where(*ITS_KEY).values(due_at=sa.bindparam("until"), reply=sa.bindparam("why"))
_RELEASE = (
    sa.update(DELIVERY)
    .where(*ITS_KEY, DELIVERY.c.state == DeliveryState.CLAIMED, DELIVERY.c.epoch == sa.bindparam("its_epoch"))
    .values(state=DeliveryState.READY, lease_until=None)
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One delivery this worker holds. `delivery` is a plain value, in no session."""

    delivery: Delivery
    email: str
    name: str
    language: str  # the frame's
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was taken of one mailing; nobody else works on it until the lease ends."""

    mailing: Mailing
    claimed: tuple[Claimed, ...]
    looked_at: int  # rows judged; 0: nothing was due, or others hold it


@dataclass(frozen=True, slots=True)
class _Row:
    delivery: Delivery
    email: str | None
    name: str
    language: str | None


def candidates(session: Session, *, now: datetime) -> list[Candidate]:
    """Open mailings that have something due."""
    return [Candidate(*row) for row in session.execute(_CANDIDATES, {"now": now})]


def _candidates() -> sa.Select[int, MailClass, int | None, datetime]:
    due = sa.exists().where(DELIVERY.c.mailing_id == MAILING.c.id, WAITING, DELIVERY.c.due_at <= sa.bindparam("now"))
    is_open = MAILING.c.state == MailingState.OPEN
    wanted = sa.select(MAILING.c.id, MAILING.c.mail_class, MAILING.c.list_id, MAILING.c.due_at)
    waiting = waiting_mailings()
    return wanted.join(waiting, waiting.c.id == MAILING.c.id).where(is_open, due)


_CANDIDATES = _candidates()  # made once: it is asked before every copy


def copy_bytes(session: Session, mailing_id: int) -> int:
    """About how large one copy of this mailing is."""
    longest = sa.select(sa.func.max(sa.func.length(MailingFrame.frame))).where(MailingFrame.mailing_id == mailing_id)
    return session.scalar(longest) or 0


def claim(
    session: Session, sources: Sources, site: Site, mailing_id: int, limit: int, *, now: datetime, lease: datetime
) -> Batch:
    """Take up to `limit` rows; those that may no longer leave are cancelled or put off instead.

    `lease` is by the clock that never turns.
    """
    # Shared with other claims, but not with a cancellation, which must find either waiting or claimed rows.
    mailing = session.scalars(sa.select(Mailing).where(Mailing.id == mailing_id).with_for_update(read=True)).one()
    rows = _due(session, mailing, limit, now) if mailing.state is MailingState.OPEN else []
    if not rows:
        return Batch(mailing, (), 0)
    source = sources.get(mailing.source)
    deliveries = [row.delivery for row in rows]
    judged = judge(session, site, source, mailing, deliveries, [row.email for row in rows], now)
    later = {deliveries[place]: why for place, why in judged.items() if isinstance(why, Later)}
    refused = {deliveries[place]: why.reason for place, why in judged.items() if isinstance(why, No)}
    _put_off(session, later, now)
    _cancel(session, refused, now)
    if refused:
        source.settled(session, mailing, list(refused), now)
    kept = [row for row in rows if row.delivery not in later and row.delivery not in refused]
    return Batch(mailing, _take(session, sources, site, mailing, kept, now, lease), len(rows))


def frame(session: Session, mailing_id: int, language: str) -> bytes:
    """The stored text of a mailing in one language."""
    its = sa.select(MailingFrame.frame).where(MailingFrame.mailing_id == mailing_id, MailingFrame.language == language)
    return session.scalars(its).one()


def release(session: Session, deliveries: Sequence[Delivery]) -> None:
    """Put back what was claimed and never announced to the next hop."""
    _run(session, _RELEASE, [key_of(each) | {"its_epoch": each.epoch} for each in deliveries])


def _due(session: Session, mailing: Mailing, limit: int, now: datetime) -> list[_Row]:
    """Rows whose time has come, locked against other workers, with where they go."""
    first = aliased(Address)
    preferred = sa.select(first.id).where(first.person_id == DELIVERY.c.person_id, first.rank == 0)
    address_id = sa.func.coalesce(DELIVERY.c.address_id, preferred.scalar_subquery())
    # Until its owner has answered from it, a name may be a stranger's words (S-05).
    name = sa.case((Address.confirmed_at.is_not(None), Person.name), else_="")
    wanted = (
        sa.select(DELIVERY, Address.email, name, Person.language)
        .outerjoin(Person, Person.id == DELIVERY.c.person_id)
        .outerjoin(Address, Address.id == address_id)
        .where(DELIVERY.c.mailing_id == mailing.id, WAITING, DELIVERY.c.due_at <= now)
        .order_by(DELIVERY.c.due_at)
        .limit(limit)
        .with_for_update(of=DELIVERY, skip_locked=True)  # SQLite has one writer and ignores it
    )
    width = len(_COLUMNS)
    return [
        _Row(_value(row), row[width], row[width + 1] or "", row[width + 2])
        for row in session.connection().execute(wanted)
    ]


def _value(row: Sequence[Any]) -> Delivery:
    """A delivery in no session. Its constructor would note every value as a change, at half the cost of a claim."""
    delivery: Delivery = _DELIVERIES.new_instance()
    delivery.__dict__.update(zip(_COLUMNS, row, strict=False))
    return delivery


def _put_off(session: Session, later: Mapping[Delivery, Later], now: datetime) -> None:
    soonest = now + timedelta(minutes=1)  # else a source that names the past would be asked without end
    rows = [key_of(each) | {"until": max(why.until, soonest), "why": why.reason} for each, why in later.items()]
    _run(session, _PUT_OFF, rows)


def _cancel(session: Session, refused: Mapping[Delivery, str], now: datetime) -> None:
    _run(session, CANCEL, [key_of(each) | {"why": why, "at": now} for each, why in refused.items()])
    for each, why in refused.items():
        each.state, each.reply, each.finished_at = DeliveryState.CANCELLED, why, now


def _take(
    session: Session,
    sources: Sources,
    site: Site,
    mailing: Mailing,
    rows: Sequence[_Row],
    now: datetime,
    lease: datetime,
) -> tuple[Claimed, ...]:
    if not rows:
        return ()
    deliveries = [row.delivery for row in rows]
    _run(session, _CLAIM, [key_of(each) | {"lease": lease} for each in deliveries])
    for each in deliveries:
        each.state, each.epoch = DeliveryState.CLAIMED, each.epoch + 1
    languages = list(session.scalars(sa.select(MailingFrame.language).where(MailingFrame.mailing_id == mailing.id)))
    slots = sources.get(mailing.source).slots(session, site, mailing, deliveries, now)
    return tuple(
        Claimed(
            row.delivery,
            row.email or "",
            row.name,
            _language(languages, row.delivery.language, row.language, site.language),
            {**of_source, **(row.delivery.slots or {})},
        )
        for row, of_source in zip(rows, slots, strict=True)
    )


def _language(there: Sequence[str], *wanted: str | None) -> str:
    """The first wanted language the mailing has; any other rather than none."""
    return next((each for each in wanted if each is not None and each in there), min(there))


def _run(session: Session, statement: sa.Update, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(statement, rows)
