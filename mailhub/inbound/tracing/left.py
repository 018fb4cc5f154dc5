"""Mail of ours as a trace tells it: which it is, how far its copies are, why each left, and what made it leave."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.db import cause
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing, MailingFrame
from mailhub.digests.mailing import SOURCE as LETTER
from mailhub.digests.tables import Letter, LetterItem
from mailhub.hub.build import Hub
from mailhub.inbound.tables import InboundMail
from mailhub.inbound.tracing import became, naming
from mailhub.inbound.tracing.origin import origin
from mailhub.inbound.tracing.values import (
    Brief,
    Delivered,
    Outgoing,
    Published,
    shortened,
    without_addresses,
    without_tokens,
)
from mailhub.journeys.mailing import SOURCE as JOURNEY
from mailhub.language import LANGUAGES
from mailhub.lists import publication, relay, things
from mailhub.mail.frame import Frame
from mailhub.people import persons
from mailhub.people.tables import Address, Person

FEW = 5  # copies that are told one by one


def of_mail(session: Session, hub: Hub, mail: InboundMail, people: Collection[int]) -> list[Outgoing]:
    """What these people were written because of a mail that came in."""
    marked = Delivery.slots[cause.KEY].as_string() == str(mail.id)
    rows = session.scalars(
        sa.select(Delivery)
        .where(Delivery.person_id.in_(people), Delivery.slots.is_not(None), marked)
        .order_by(Delivery.mailing_id, Delivery.person_id, Delivery.occurrence)
    )
    by_mailing: dict[int, list[Delivery]] = {}
    for row in rows:
        by_mailing.setdefault(row.mailing_id, []).append(row)
    return [_some(session, hub, session.get_one(Mailing, mailing), mine) for mailing, mine in by_mailing.items()]


def of_post(session: Session, hub: Hub, post: Post) -> list[Outgoing]:
    """The mailing that carries a message, and the letters that told of it."""
    mailing = publication.mailing_of(session, post)
    found = [_whole(session, hub, mailing)] if mailing else []
    told = sa.select(Delivery.state, sa.func.count()).join(
        Mailing, (Mailing.id == Delivery.mailing_id) & (Mailing.source == LETTER)
    )
    told = told.join(Letter, (Letter.person_id == Delivery.person_id) & (Letter.id == Delivery.occurrence))
    told = told.join(LetterItem, LetterItem.letter_id == Letter.id)
    told = told.where(LetterItem.thing == things.POST, LetterItem.thing_id == post.id)
    counts = {state.value: count for state, count in session.execute(told.group_by(Delivery.state))}
    letter = session.scalar(sa.select(Mailing).where(Mailing.source == LETTER).limit(1)) if counts else None
    return [*found, _outgoing(session, letter, None, counts, ())] if letter else found


def of_relay(
    session: Session, hub: Hub, mail: InboundMail, people: Collection[int], lists: Collection[int]
) -> list[Outgoing]:
    """Where a private mail was passed on to one person, or to those who hold a role."""
    keys = relay.keys_of(mail.raw_id, mail.author, mail.message_id, people, lists)
    mailings = sa.select(Mailing).where(Mailing.source == relay.SOURCE, Mailing.key.in_(keys)).order_by(Mailing.id)
    return [_whole(session, hub, mailing) for mailing in session.scalars(mailings)]


def of_delivery(session: Session, hub: Hub, delivery: Delivery) -> Outgoing:
    """One copy that was asked for: to whom, why, and what came in before it."""
    mailing = session.get_one(Mailing, delivery.mailing_id)
    copy = _copy(session, hub, mailing, delivery, in_full=True)
    return _outgoing(
        session,
        mailing,
        _subject(session, mailing, [delivery]),
        {delivery.state.value: 1},
        (copy,),
        cause=_cause(session, hub, mailing, delivery),
        tells=_told(session, mailing, delivery),
    )


def of_person(session: Session, hub: Hub, person_id: int, most: int) -> list[Outgoing]:
    """The newest mails to one person."""
    newest = sa.func.coalesce(Delivery.finished_at, Delivery.due_at).desc(), Delivery.mailing_id.desc()
    rows = session.scalars(sa.select(Delivery).where(Delivery.person_id == person_id).order_by(*newest).limit(most))
    return [of_delivery(session, hub, row) for row in rows]


def _some(session: Session, hub: Hub, mailing: Mailing, rows: Sequence[Delivery]) -> Outgoing:
    """Copies of a standing mailing: the others of it have other causes."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state.value] = counts.get(row.state.value, 0) + 1
    copies = tuple(_copy(session, hub, mailing, row) for row in rows) if len(rows) <= FEW else ()
    return _outgoing(session, mailing, _subject(session, mailing, rows), counts, copies)


def _whole(session: Session, hub: Hub, mailing: Mailing) -> Outgoing:
    """All copies of a mailing."""
    counted = sa.select(Delivery.state, sa.func.count()).where(Delivery.mailing_id == mailing.id)
    counts = {state.value: count for state, count in session.execute(counted.group_by(Delivery.state))}
    rows: Sequence[Delivery] = ()
    if sum(counts.values()) <= FEW:
        its = sa.select(Delivery).where(Delivery.mailing_id == mailing.id)
        rows = session.scalars(its.order_by(Delivery.person_id, Delivery.occurrence)).all()
    copies = tuple(_copy(session, hub, mailing, row) for row in rows)
    return _outgoing(session, mailing, _subject(session, mailing, rows), counts, copies)


def _outgoing(
    session: Session,
    mailing: Mailing,
    subject: str | None,
    counts: Mapping[str, int],
    copies: tuple[Delivered, ...],
    *,
    cause: Brief | None = None,
    tells: tuple[Published, ...] = (),
) -> Outgoing:
    return Outgoing(
        source=mailing.source,
        kind=_kind(mailing),
        mail_class=mailing.mail_class.value,
        subject=subject,
        group=became.group(session, mailing.list_id),
        state=mailing.state.value,
        at=copies[0].finished_at or copies[0].due_at if len(copies) == 1 else mailing.due_at,
        counts={state.value: counts[state.value] for state in DeliveryState if state.value in counts},
        copies=copies,
        cause=cause,
        tells=tells,
    )


def _kind(mailing: Mailing) -> str:
    """The entry of the catalogue that a service mail was made of, the step of a journey; the source, for all others."""
    if mailing.source == JOURNEY:
        return mailing.key.rpartition("/")[0].rpartition("/")[0]  # journey, version and step
    named, slash, _ = mailing.key.partition("/")
    entry, dot, _ = named.rpartition(".")
    if not mailing.source.endswith(".service") or not slash or not dot:
        return mailing.source
    return entry if "." in entry else f"lists.{entry}"


def _copy(session: Session, hub: Hub, mailing: Mailing, row: Delivery, *, in_full: bool = False) -> Delivered:
    """One copy. The address stands there in full where the copy itself was asked for."""
    address = session.get(Address, row.address_id) if row.address_id is not None else None
    address = address or persons.write_to(session, [row.person_id]).get(row.person_id)
    email = address.email if address else ""
    said = without_tokens(row.reply) if row.reply else None
    return Delivered(
        to=email if in_full else _someone(session, row.person_id, email),
        message_id=_message_id(session, hub, mailing, row),
        state=row.state.value,
        due_at=row.due_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        reply=without_addresses(said, email if in_full else None) if said else None,
        because=_because(session, hub, mailing, row),
    )


def _someone(session: Session, person_id: int, email: str) -> str:
    name, short = naming.name(session, person_id), shortened(email) if email else ""
    return f"{name} ({short})" if name and name != short else short


def _message_id(session: Session, hub: Hub, mailing: Mailing, row: Delivery) -> str:
    """The id this copy bears: a message has its author's, everything else one of ours."""
    if mailing.source == publication.SOURCE:
        post = session.get(Post, mailing.thing_id or 0)
        return post.message_id if post else ""
    if mailing.source == relay.SOURCE and not _has_our_id(session, mailing):
        mail = origin(session, mailing, row)
        return mail.message_id or "" if mail else ""
    key = row.person_id, row.mailing_id, row.occurrence
    return hub.site.keys.message_id(*key, hub.site.domain).strip("<>")


def _has_our_id(session: Session, mailing: Mailing) -> bool:
    """Whether a mail that was passed on is a letter of ours around it."""
    frames = sa.select(MailingFrame.frame).where(MailingFrame.mailing_id == mailing.id)
    frame = session.scalar(frames.limit(1))
    return frame is not None and "message_id" in Frame.from_bytes(frame).slots


def _because(session: Session, hub: Hub, mailing: Mailing, row: Delivery) -> dict[str, str]:
    person = session.get(Person, row.person_id)
    if person is None or person.erased_at is not None:
        return {}
    source = hub.sources.get(mailing.source)
    return {spoken: source.because(session, hub.site, mailing, row, spoken) for spoken in LANGUAGES}


def _subject(session: Session, mailing: Mailing, rows: Sequence[Delivery]) -> str | None:
    if mailing.source == publication.SOURCE:
        post = session.get(Post, mailing.thing_id or 0)
        return post.subject if post else None
    slots = rows[0].slots if rows else None
    return str(slots["subject"]) if slots and "subject" in slots else None


def _cause(session: Session, hub: Hub, mailing: Mailing, row: Delivery) -> Brief | None:
    mail = origin(session, mailing, row)
    return became.brief(session, hub.site, mail) if mail else None


def _told(session: Session, mailing: Mailing, row: Delivery) -> tuple[Published, ...]:
    """The messages a letter tells of, in its order."""
    if mailing.source != LETTER:
        return ()
    items = sa.select(Post).join(LetterItem, (LetterItem.thing == things.POST) & (LetterItem.thing_id == Post.id))
    items = items.where(LetterItem.letter_id == row.occurrence).order_by(LetterItem.position)
    return tuple(became.published(session, post) for post in session.scalars(items))
