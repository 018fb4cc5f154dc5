"""Mailboxes whose mail comes back: tried once more, then set aside; told of three times; taken up at a word.

Nothing is held against anybody: they still belong everywhere, and what they miss is listed when they are back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub import formats, language, tokens
from mailhub.clock import local
from mailhub.delivery import scoring, service
from mailhub.delivery.scoring import Event
from mailhub.delivery.tables import Bounce, Mailbox, Mailing, Trouble
from mailhub.mail.reports.phrases import FULL
from mailhub.mail.reports.verdicts import Verdict
from mailhub.people import activity, consent, persons, roles
from mailhub.people.tables import Address, Person
from mailhub.site import FRONT_DESK, Site
from mailhub.verbs import Thing

SOURCE = "delivery.mailbox"
KIND = tokens.kind("mailbox", 20).name  # a mailbox of a person; id: the address
PROBE_WAIT = timedelta(days=6)  # a relay tries for just under five before it gives up
NOTICE_EVERY = timedelta(days=7)
NOTICES = 3
PAGE = 50
NEXT_DUE = sa.select(sa.func.min(Mailbox.next_at))  # a probe has had its time, or a notice is due
_OWN_REASONS = ("bounce", "complaint")  # suppressions that end with the trouble


def weigh(session: Session, site: Site, address: Address, bounce: Bounce, *, now: datetime) -> None:
    """Count a bounce; when it is too much, send a probe and wait what becomes of it."""
    mailbox = session.get(Mailbox, address.id, with_for_update=True)
    if mailbox is not None and (mailbox.probed_at or mailbox.set_aside_at):
        return
    found = scoring.score(_events(session, address.id, mailbox.cleared_at if mailbox else None), now)
    if not found.is_too_much or found.since is None:
        return
    mailbox = _row(session, mailbox, address, trouble_of(bounce), found.since)
    mailbox.probed_at, mailbox.next_at = now, now + PROBE_WAIT
    _tell(session, site, mailbox, address.id, "probe", now)


def returned(session: Session, site: Site, address: Address, bounce: Bounce, *, now: datetime) -> None:
    """A probe or a notice came back: the first of them sets the mailbox aside."""
    mailbox = session.get(Mailbox, address.id, with_for_update=True)
    if mailbox is None or mailbox.probed_at is None or bounce.verdict is Verdict.POLICY:
        return
    mailbox.trouble = trouble_of(bounce)
    _set_aside(session, mailbox, now=now)
    mailbox.notices, mailbox.next_at = 0, now + NOTICE_EVERY
    for other in persons.addresses_of(session, mailbox.person_id):
        if other.id != address.id and other.confirmed_at is not None:
            _tell(session, site, mailbox, other.id, "unreachable", now)
            break


def complained(session: Session, site: Site, address: Address, *, now: datetime) -> None:
    """Its owner pressed the button: nothing but answers from now on, which they are told once."""
    consent.suppress(session, site, address.email, "complaint", hard=False, now=now)
    mailbox = session.get(Mailbox, address.id, with_for_update=True)
    if mailbox is not None and mailbox.set_aside_at is not None:
        return
    mailbox = _row(session, mailbox, address, Trouble.COMPLAINT, now)
    _set_aside(session, mailbox, now=now)
    mailbox.next_at = None
    _tell(session, site, mailbox, address.id, "complaint", now)


def take_up(session: Session, site: Site, person_id: int, *, now: datetime) -> bool:
    """Write again to the mailboxes of this person; False when none was set aside."""
    mine = sa.select(Mailbox).where(Mailbox.person_id == person_id, Mailbox.set_aside_at.is_not(None))
    found = session.scalars(mine.with_for_update()).all()
    for mailbox in found:
        mailbox.set_aside_at = mailbox.probed_at = mailbox.next_at = None
        mailbox.cleared_at = now
        address = session.get(Address, mailbox.address_id)
        if address is not None:
            _release(session, site, address.email, now)
        activity.note(session, "address.resumed", now=now, person_id=person_id, address_id=mailbox.address_id)
    session.flush()
    return bool(found)


def heard(session: Session, address_id: int, *, now: datetime) -> None:
    """Somebody wrote from this address: answers to it may be tried again."""
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.address_id == address_id, Mailbox.set_aside_at.is_not(None))
        .values(heard_at=now)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Aside:
    """An address that is set aside, as judging needs it."""

    email_key: str
    takes_answers: bool


def set_aside(session: Session, person_ids: Collection[int]) -> dict[str, Aside]:
    """The addresses of these people that are set aside, by canonical address."""
    rows = session.execute(
        sa.select(Address.email_key, Mailbox.trouble, Mailbox.heard_at)
        .join(Address, Address.id == Mailbox.address_id)
        .where(Mailbox.set_aside_at.is_not(None), Mailbox.person_id.in_(person_ids))
    )
    return {key: Aside(key, trouble is Trouble.COMPLAINT or heard_at is not None) for key, trouble, heard_at in rows}


def of_person(session: Session, person_id: int) -> Mailbox | None:
    """The row of the mailbox we write to; None where nothing ever came back."""
    mine = sa.select(Mailbox).join(Address, Address.id == Mailbox.address_id)
    return session.scalar(mine.where(Address.person_id == person_id, Address.rank == 0))


def is_out_of_reach(person_id: sa.SQLColumnExpression[int]) -> sa.ColumnElement[bool]:
    """Whether the mailbox we write to is set aside, for the query of another room."""
    first = aliased(Address)  # that query may read addresses as well
    return sa.exists().where(
        first.person_id == person_id,
        first.rank == 0,
        Mailbox.address_id == first.id,
        Mailbox.set_aside_at.is_not(None),
    )


def work(session: Session, site: Site, *, now: datetime) -> int:
    """End the probes that did not come back, and send the notices that are due; how many mailboxes."""
    due = session.scalars(
        sa.select(Mailbox)
        .where(Mailbox.next_at <= now)
        .order_by(Mailbox.next_at)
        .limit(PAGE)
        .with_for_update(skip_locked=True)
    ).all()
    for mailbox in due:
        if mailbox.set_aside_at is None:
            mailbox.probed_at, mailbox.next_at, mailbox.cleared_at = None, None, now
            continue
        mailbox.notices += 1
        mailbox.next_at = now + NOTICE_EVERY if mailbox.notices < NOTICES else None
        _tell(session, site, mailbox, mailbox.address_id, "unreachable", now)
    session.flush()
    return len(due)


def trouble_of(bounce: Bounce) -> Trouble:
    """What the owner is told, from the last bounce."""
    if bounce.verdict is Verdict.HARD:
        return Trouble.GONE
    is_full = bounce.status.endswith(".2.2") or FULL.search(bounce.words)
    return Trouble.FULL if is_full else Trouble.REFUSES


def since(site: Site, person: Person, mailbox: Mailbox, spoken: str, now: datetime) -> str:
    """«dal 3 marzo», on the owner's calendar."""
    zone = persons.zone_of(person, site)
    return formats.since(spoken, local(mailbox.since, zone).date(), today=local(now, zone).date())


def _events(session: Session, address_id: int, after: datetime | None) -> list[Event]:
    """What came back from there, but not what came back from everywhere."""
    wanted = (
        sa.select(Bounce.at, Bounce.verdict)
        .join(Mailing, Mailing.id == Bounce.mailing_id)
        .where(Bounce.address_id == address_id, Mailing.broken_at.is_(None))
    )
    if after is not None:
        wanted = wanted.where(Bounce.at > after)
    return [Event(at, verdict) for at, verdict in session.execute(wanted)]


def _row(session: Session, mailbox: Mailbox | None, address: Address, trouble: Trouble, since: datetime) -> Mailbox:
    if mailbox is None:
        mailbox = Mailbox(address_id=address.id, person_id=address.person_id, tries=0, notices=0)
        session.add(mailbox)
    mailbox.person_id, mailbox.trouble, mailbox.since, mailbox.heard_at = address.person_id, trouble, since, None
    return mailbox


def _set_aside(session: Session, mailbox: Mailbox, *, now: datetime) -> None:
    mailbox.set_aside_at, mailbox.probed_at, mailbox.heard_at = now, None, None
    session.flush()
    activity.note(
        session,
        "address.suspended",
        now=now,
        person_id=mailbox.person_id,
        address_id=mailbox.address_id,
        trouble=mailbox.trouble.value,
    )


def _release(session: Session, site: Site, email: str, now: datetime) -> None:
    known = next(iter(consent.suppressed(session, site, [email]).values()), None)
    if known is not None and known.reason in _OWN_REASONS:
        consent.lift(session, site, email, now=now)


def _tell(session: Session, site: Site, mailbox: Mailbox, address_id: int, key: str, now: datetime) -> None:
    """One service mail about a mailbox, numbered so that each has a return path of its own."""
    mailbox.tries += 1
    person = session.get_one(Person, mailbox.person_id)
    spoken = persons.language_of(person, site)
    values = {"desk": site.address(FRONT_DESK)} if key == "unreachable" else {}
    if key == "probe":
        values = {"contact": roles.contact(session, site)}
    if key != "complaint":
        values |= {
            "since": since(site, person, mailbox, spoken, now),
            "why": language.say(spoken, f"delivery.trouble-{mailbox.trouble.value}"),
        }
    service.tell(
        session,
        site,
        person_id=person.id,
        words=language.mail(spoken, f"delivery.{key}", **values),
        language=spoken,
        source=SOURCE,
        kind=f"delivery.{key}.mailbox",
        occurrence=mailbox.address_id * 1000 + mailbox.tries,
        now=now,
        address_id=address_id,
        about=Thing(KIND, mailbox.address_id),
        footer=language.footer(
            spoken, language.say(spoken, "delivery.because-mailbox"), roles.contact(session, site), member=False
        ),
    )
    session.flush()
