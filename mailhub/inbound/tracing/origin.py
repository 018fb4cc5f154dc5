"""Finds the mail that came in and made another leave: by the mark of what is owed, or by the message it became."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.db import cause
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.inbound.tables import InboundMail
from mailhub.lists import publication, relay, things
from mailhub.lists.tables import HeldPost
from mailhub.people.tables import Activity

PASSED_ON = ("mail.relayed", "role.written")


def origin(session: Session, mailing: Mailing, row: Delivery) -> InboundMail | None:
    """The mail behind one copy; None where it was no mail, but the clock or a page."""
    if row.slots and cause.KEY in row.slots:
        return session.get(InboundMail, int(row.slots[cause.KEY]))
    if mailing.source == publication.SOURCE:
        post = session.get(Post, mailing.thing_id or 0)
        return of_post(session, post) if post else None
    return _relayed(session, mailing) if mailing.source == relay.SOURCE else None


def of_post(session: Session, post: Post) -> InboundMail | None:
    """The mail a message was written in: itself, or the answer to a letter that it was a piece of."""
    same = sa.select(InboundMail).where(InboundMail.message_id == post.message_id)
    whole = session.scalar(same.order_by(InboundMail.raw_id != post.raw_id, InboundMail.id).limit(1))
    if whole is not None:
        return whole
    held = session.scalar(sa.select(HeldPost).where(HeldPost.list_id == post.list_id, HeldPost.raw_id == post.raw_id))
    if held is not None:
        return _noted(session, held.person_id, "post.held", things.HELD, held.id)
    return _noted(session, post.person_id, "post.published", things.POST, post.id)


def _noted(session: Session, person_id: int | None, what: str, kind: str, thing_id: int) -> InboundMail | None:
    """The mail that made this happen to something of theirs."""
    noted = session.scalar(
        sa.select(Activity)
        .where(Activity.person_id == person_id, Activity.what == what)
        .where(Activity.thing == kind, Activity.thing_id == thing_id)
        .order_by(Activity.id)
        .limit(1)
    )
    mail_id = noted.detail.get(cause.KEY) if noted else None
    return session.get(InboundMail, mail_id) if mail_id is not None else None


def _relayed(session: Session, mailing: Mailing) -> InboundMail | None:
    """Passed on in the same transaction, and so at the same instant."""
    passed = sa.select(Activity).where(Activity.at == mailing.created_at, Activity.what.in_(PASSED_ON))
    for noted in session.scalars(passed.order_by(Activity.id)):
        mail = session.get(InboundMail, noted.detail.get(cause.KEY, 0))
        if mail is not None and mailing.key in relay.keys_of(
            mail.raw_id, mail.author, mail.message_id, [mailing.thing_id or 0], [mailing.list_id or 0]
        ):
            return mail
    return None
