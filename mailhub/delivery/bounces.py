"""What follows when a copy comes back: the delivery is marked, its mailbox weighed, and who can help is told.

Whose copy it was is known only by what we signed: the return path, our mark in the returned part, or a provider's
signed word (D-60). A report says the rest, and may say it as often as it likes: a delivery bounces once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import alarms, mailboxes
from mailhub.delivery.outcomes import Kind, Outcome, Scope
from mailhub.delivery.recording import Answer, Follows
from mailhub.delivery.rows import insert_new
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import Bounce, Delivery, DeliveryState, MailClass, Mailing
from mailhub.mail.address import canonical
from mailhub.mail.reports import verdicts
from mailhub.mail.reports.reading import Report
from mailhub.mail.reports.verdicts import Verdict
from mailhub.people import activity, consent, persons
from mailhub.people.tables import Address
from mailhub.site import Site
from mailhub.tokens import DeliveryKey

WORDS_LIMIT = 500
_TABLE = cast(sa.Table, Bounce.__table__)
_CAMPAIGNS = (MailClass.RELATIONAL, MailClass.PROMOTIONAL)


@dataclass(frozen=True, slots=True)
class Sign:
    """What is said of one copy."""

    verdict: Verdict
    status: str
    words: str
    origin: str  # "report", "reply" or "webhook"
    is_final: bool = True
    addresses: tuple[str, ...] = ()  # whom it names, which may be where a forward leads


def of_report(report: Report) -> Sign:
    """What a report says of the one copy it is about."""
    first = next((one for one in report.recipients if one.verdict is report.verdict), None)
    addresses = tuple(one.address for one in report.recipients)
    is_final = report.is_final or not report.recipients
    if first is None:
        return Sign(Verdict.UNKNOWN, "", "", "report", is_final, addresses)
    return Sign(first.verdict, first.status, first.diagnostic[:WORDS_LIMIT], "report", is_final, addresses)


def receive(session: Session, site: Site, sources: Sources, key: DeliveryKey, sign: Sign, *, now: datetime) -> str:
    """Take in what is said of one delivery; what came of it, in a word for the disposition."""
    if not sign.is_final:
        return "delayed"
    its_key = (key.mailing, key.person, key.occurrence)
    delivery = session.get(Delivery, its_key, with_for_update=True, populate_existing=True)
    if delivery is None:
        return "forgotten"
    if delivery.bounced_at is not None:
        return "known"
    mailing = session.get_one(Mailing, key.mailing)
    delivery.bounced_at = now
    address = _whose(session, delivery, sign.addresses)
    bounce = _keep(session, delivery, address, sign, now)
    if bounce is None:
        return "known"
    activity.note(
        session,
        "address.bounced",
        now=now,
        person_id=delivery.person_id,
        list_id=mailing.list_id,
        address_id=address.id if address else None,
        verdict=sign.verdict.value,
        status=sign.status,
    )
    if address is not None:
        _follow(session, site, sources, mailing, address, bounce, now)
    return sign.verdict.value


def note_refusals(
    session: Session,
    site: Site,
    sources: Sources,
    answers: Collection[tuple[Answer, Follows]],
    *,
    now: datetime,
) -> None:
    """The same for what the next hop refused at once, or was asked in vain for days."""
    for answer, follows in answers:
        sign = _of_outcome(answer.outcome)
        if follows.state is not DeliveryState.FAILED or sign is None:
            continue
        mine = answer.delivery
        receive(session, site, sources, DeliveryKey(mine.person_id, mine.mailing_id, mine.occurrence), sign, now=now)


def _of_outcome(outcome: Outcome) -> Sign | None:
    """None where the next hop itself was the trouble."""
    if outcome.scope is Scope.CONNECTION or outcome.kind is Kind.UNCERTAIN or not outcome.code:
        return None
    said = f"{outcome.code} {outcome.enhanced} {outcome.text}"
    verdict = verdicts.judge(outcome.enhanced.strip(), said)
    if outcome.kind is Kind.DEFERRED and verdict is Verdict.HARD:
        verdict = Verdict.SOFT
    return Sign(verdict, outcome.enhanced.strip(), outcome.text[:WORDS_LIMIT], "reply")


def _whose(session: Session, delivery: Delivery, addresses: Collection[str]) -> Address | None:
    """The mailbox of this person it is about: one that is named, else where the mail was sent, else where we write."""
    mine = persons.addresses_of(session, delivery.person_id)
    named = {canonical(address) for address in addresses}
    by_name = [address for address in mine if address.email_key in named]
    sent_to = [address for address in mine if address.id == delivery.address_id]
    return next(iter((*by_name, *sent_to, *mine)), None)


def _keep(session: Session, delivery: Delivery, address: Address | None, sign: Sign, now: datetime) -> Bounce | None:
    """The row of this bounce; None when it was told before."""
    row = insert_new(session, _TABLE).values(
        mailing_id=delivery.mailing_id,
        person_id=delivery.person_id,
        occurrence=delivery.occurrence,
        address_id=address.id if address else None,
        at=now,
        verdict=sign.verdict,
        status=sign.status[:40],
        words=sign.words[:WORDS_LIMIT],
        origin=sign.origin,
    )
    return session.scalars(sa.select(Bounce).from_statement(row.returning(Bounce))).one_or_none()


def _follow(
    session: Session, site: Site, sources: Sources, mailing: Mailing, address: Address, bounce: Bounce, now: datetime
) -> None:
    if mailing.source == mailboxes.SOURCE:
        mailboxes.returned(session, site, address, bounce, now=now)
        return
    if alarms.check(session, site, sources, mailing, now=now):
        return
    if bounce.verdict is Verdict.POLICY:
        alarms.refused_by_rule(session, site, sources, mailing, address, bounce, now=now)
    elif bounce.verdict is Verdict.HARD and mailing.mail_class in _CAMPAIGNS:
        consent.suppress(session, site, address.email, "bounce", hard=False, now=now)
    else:
        mailboxes.weigh(session, site, address, bounce, now=now)
