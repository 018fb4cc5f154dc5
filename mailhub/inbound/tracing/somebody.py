"""Who is behind an address that was asked for: where they stand, and whether anything keeps our mail from them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.inbound.tracing import became
from mailhub.inbound.tracing.values import Place, Somebody, Suppressed
from mailhub.journeys.tracing import ways
from mailhub.lists.tables import Subscription
from mailhub.mail.address import canonical
from mailhub.people import consent
from mailhub.people.tables import Address, Person
from mailhub.site import Site

BOUNCE = "bounce"  # the kind of a report that mail did not arrive


def somebody(session: Session, site: Site, person: Person, address: Address, now: datetime) -> Somebody:
    """Their groups, and how often our mail came back."""
    places = session.scalars(
        sa.select(Subscription).where(Subscription.person_id == person.id).order_by(Subscription.list_id)
    )
    return Somebody(
        person_id=person.id,
        email=address.email,
        name=person.name,
        language=person.language,
        confirmed_at=address.confirmed_at,
        places=tuple(place for place in (_place(session, row) for row in places) if place),
        ways=ways(session, site, person.id, now=now),
        bounces=_bounces(session, person.id),
    )


def suppressed(session: Session, site: Site, email: str) -> Suppressed | None:
    """What stops mail to an address, be its owner known or not."""
    row = consent.suppressed(session, site, [email]).get(canonical(email))
    return Suppressed(row.reason, row.hard, row.at) if row else None


def _place(session: Session, row: Subscription) -> Place | None:
    group = became.group(session, row.list_id)
    return Place(group, row.state.value, row.delivery.value, row.joined_at) if group else None


def _bounces(session: Session, person_id: int) -> int:
    reports = sa.select(sa.func.count()).select_from(Disposition).join(InboundMail)
    reports = reports.where(Disposition.person_id == person_id, InboundMail.kind == BOUNCE)
    return session.scalar(reports) or 0
