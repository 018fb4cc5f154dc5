"""Hands a mail over to the lists room, and takes its word on it back."""

from mailhub.inbound import identity
from mailhub.inbound.result import Result
from mailhub.inbound.visit import Visit
from mailhub.lists.arrival import Arrival, Receipt


def arrival(visit: Visit) -> Arrival:
    """What the lists room needs to know of a mail."""
    return Arrival(
        mail=visit.mail,
        raw=visit.raw,
        raw_id=visit.receipt.raw_id,
        nature=visit.read.nature,
        folded=visit.read.folded,
        person=visit.person,
        address=visit.address,
        evidence=visit.evidence(),
        language=visit.language,
        now=visit.now,
        authenticity=visit.authenticity,
    )


def from_receipt(visit: Visit, receipt: Receipt, position: int, list_id: int | None = None) -> Result:
    """The lists room's word on a mail; what is not proven is asked about first."""
    if receipt.is_unproven:
        identity.ask(visit, position)
    person_id = visit.person.id if visit.person else None
    return Result(receipt.outcome, receipt.reason, person_id, list_id, receipt.thing)
