"""Finds what a Message-ID or an address means here, and gathers its trace. Reads rows, writes nothing."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.archive.threading import known_as
from mailhub.delivery import aliases
from mailhub.delivery.tables import Delivery
from mailhub.hub.build import Hub
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.inbound.tracing import came, left, origin
from mailhub.inbound.tracing.somebody import somebody, suppressed
from mailhub.inbound.tracing.values import Trace
from mailhub.lists.tables import MailList
from mailhub.people import persons
from mailhub.tokens import DeliveryKey

MOST = 10  # mails in, and mails out, that an address shows
MOST_ALIKE = 5  # mails with one id: the same again, or two programs that made the same
LOOKED_AT = 10_000  # mails that are searched for an author nobody knows
LEAST = 8  # characters of an id that a relay gave; fewer would be found anywhere


def trace(session: Session, hub: Hub, what: str) -> Trace:
    """All that is known of a Message-ID (with or without <>), the mark of one of our copies, or an address.

    An id is looked for first, since every address could be one.
    """
    asked = known_as(what)
    by_id = _by_id(session, hub, asked)
    return by_id if not by_id.is_empty else _by_address(session, hub, asked)


def _by_id(session: Session, hub: Hub, asked: str) -> Trace:
    key = hub.site.keys.read_message_id(asked) or hub.site.keys.read_delivery_mark(asked)
    deliveries = _delivery(session, key) if key else ()
    mails = () if deliveries else (_mails(session, asked) or _behind_post(session, asked))
    if not deliveries and not mails:
        deliveries = _by_relays_id(session, asked)
    return Trace(
        asked,
        came=tuple(came.incoming(session, hub, mail) for mail in mails),
        left=tuple(left.of_delivery(session, hub, delivery) for delivery in deliveries),
    )


def _delivery(session: Session, key: DeliveryKey) -> Sequence[Delivery]:
    found = session.get(Delivery, (key.mailing, key.person, key.occurrence))
    return [found] if found else ()


def _mails(session: Session, message_id: str) -> Sequence[InboundMail]:
    its = sa.select(InboundMail).where(InboundMail.message_id == message_id)
    return session.scalars(its.order_by(InboundMail.id).limit(MOST_ALIKE)).all()


def _behind_post(session: Session, message_id: str) -> Sequence[InboundMail]:
    """An id of ours that a message got: a piece of an answer, or one whose program made none."""
    lists = session.scalars(sa.select(MailList.id)).all()
    post = session.scalar(sa.select(Post).where(Post.list_id.in_(lists), Post.message_id == message_id).limit(1))
    mail = origin.of_post(session, post) if post else None
    return [mail] if mail else ()


def _by_relays_id(session: Session, alias: str) -> Sequence[Delivery]:
    """The id the next hop gave a copy when it took it: it stands in its last words."""
    if len(alias) < LEAST:
        return ()
    if known := aliases.find(session, [alias]):
        return list(known.values())
    named = sa.select(Delivery).where(Delivery.reply.contains(alias, autoescape=True))
    return session.scalars(named.limit(MOST_ALIKE)).all()


def _by_address(session: Session, hub: Hub, email: str) -> Trace:
    if "@" not in email:
        return Trace(email)
    known = persons.author_of(session, email)
    person_id = known[0].id if known else None
    mails = _of_person(session, person_id) if person_id is not None else _of_stranger(session, email)
    return Trace(
        email,
        somebody=somebody(session, hub.site, *known, hub.clock.now()) if known else None,
        suppressed=suppressed(session, hub.site, email),
        came=tuple(came.incoming(session, hub, mail) for mail in mails),
        left=tuple(left.of_person(session, hub, person_id, MOST)) if person_id is not None else (),
    )


def _of_stranger(session: Session, email: str) -> Sequence[InboundMail]:
    """What came lately from an address of nobody: held, and answered to nobody."""
    newest = session.scalar(sa.select(sa.func.max(InboundMail.id))) or 0
    its = sa.func.lower(InboundMail.author) == email.lower()
    recent = sa.select(InboundMail).where(InboundMail.id > newest - LOOKED_AT, its)
    return session.scalars(recent.order_by(InboundMail.id.desc()).limit(MOST)).all()


def _of_person(session: Session, person_id: int) -> Sequence[InboundMail]:
    """Their newest mails, reports about mail to them included."""
    newest = sa.select(Disposition.mail_id).where(Disposition.person_id == person_id)
    ids = session.scalars(newest.order_by(Disposition.at.desc(), Disposition.mail_id.desc()).limit(MOST * 2)).all()
    mails = sa.select(InboundMail).where(InboundMail.id.in_(list(dict.fromkeys(ids))[:MOST]))
    return session.scalars(mails.order_by(InboundMail.id.desc())).all()
