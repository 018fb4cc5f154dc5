"""What of the mail that leaves waits for who organises: what was stopped, and what may or may not have arrived."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import alarms
from mailhub.delivery.recovery import RESENT
from mailhub.delivery.rows import IN_WORK
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing, MailingState
from mailhub.site import Site
from mailhub.verbs import Thing
from mailhub.waiting import WHOLE_SITE, Office, Part, Waiting

LATELY = timedelta(days=7)  # nobody can find out what became of it: it is told once


def part(sources: Sources) -> Part:
    """What this room has; `sources` say of whom a mailing is."""

    def beside(session: Session, site: Site, office: Office) -> Iterator[Waiting]:
        yield from _stopped(session, site, office, sources)
        yield from _in_doubt(session, site, office, sources)

    return Part(beside=beside)


def _theirs(office: Office) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(Mailing.list_id, WHOLE_SITE).in_(office.organises)


def _stopped(session: Session, site: Site, office: Office, sources: Sources) -> Iterator[Waiting]:
    """One word lets everything of a group go on, so that each group is told once."""
    paused = Mailing.state == MailingState.PAUSED, Mailing.broken_at.is_not(None), _theirs(office)
    told: set[int] = set()
    for mailing in session.scalars(sa.select(Mailing).where(*paused).order_by(Mailing.broken_at, Mailing.id)):
        if mailing.broken_at is None or (mailing.list_id is not None and mailing.list_id in told):
            continue
        told |= {mailing.list_id} if mailing.list_id is not None else set()
        values = {"group": sources.get(mailing.source).title(session, site, mailing, office.language)}
        about = Thing(alarms.KIND, mailing.id)
        yield Waiting("monday.stopped", values, mailing.broken_at, None, about, (("go-on", ""),))


def _in_doubt(session: Session, site: Site, office: Office, sources: Sources) -> Iterator[Waiting]:
    held = (
        sa.select(Mailing, sa.func.count(), sa.func.min(Delivery.due_at))
        .join(Delivery, Delivery.mailing_id == Mailing.id)
        .where(Delivery.state == DeliveryState.UNCERTAIN, IN_WORK, Mailing.mail_class.not_in(RESENT))
        .where(_theirs(office), Delivery.due_at > office.now - LATELY)
        .group_by(Mailing.id)
        .order_by(Mailing.id)
    )
    for mailing, count, since in session.execute(held).all():
        group = sources.get(mailing.source).title(session, site, mailing, office.language)
        yield Waiting("monday.in-doubt", {"group": group, "count": str(count)}, since)
