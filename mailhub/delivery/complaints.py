"""What follows a complaint that a provider passes on: no more mail at once, and a word without blame (D-64)."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.delivery import mailboxes
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.mail.reports.complaint import Complaint
from mailhub.people import activity, persons
from mailhub.site import Site
from mailhub.tokens import DeliveryKey


def receive(session: Session, site: Site, key: DeliveryKey, complaint: Complaint, *, now: datetime) -> str:
    """Take in a complaint about one delivery; what came of it, for the disposition."""
    mailing = session.get(Mailing, key.mailing)
    delivery = session.get(Delivery, (key.mailing, key.person, key.occurrence))
    addresses = persons.addresses_of(session, key.person)
    if not addresses:
        return "complaint-forgotten"
    sent_to = [address for address in addresses if delivery is not None and address.id == delivery.address_id]
    address = (sent_to or addresses)[0]
    activity.note(
        session,
        "complaint.received",
        now=now,
        person_id=key.person,
        list_id=mailing.list_id if mailing else None,
        address_id=address.id,
        type=complaint.type,
        mailing_id=key.mailing,
    )
    if not complaint.is_of_person:
        return "complaint-of-nobody"
    mailboxes.complained(session, site, address, now=now)
    return "complaint"
