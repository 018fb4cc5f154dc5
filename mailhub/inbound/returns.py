"""Mail that tells of our own mail: bounces and complaints, believed only as far as they bring back what we signed.

A report without it has no effect at all, whoever it names (D-60); an absence note to a return path has none either.
"""

from mailhub.delivery import bounces, complaints
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.visit import Visit
from mailhub.tokens import DeliveryKey


def to_return_path(visit: Visit, key: DeliveryKey) -> Result:
    """Mail to the return path of one delivery, which only the servers on its way have seen."""
    return _taken(visit, key) or Result("recorded", visit.read.kind, key.person, detail=_detail(key))


def anywhere(visit: Visit) -> Result | None:
    """A report to any other address of ours, as complaints are and some servers send bounces; None for other mail."""
    if visit.read.bounce is None and visit.read.complaint is None:
        return None
    key = _signed(visit)
    return Result("dropped", Failure.UNSIGNED_REPORT) if key is None else _taken(visit, key)


def _taken(visit: Visit, key: DeliveryKey) -> Result | None:
    hub, read = visit.hub, visit.read
    if read.complaint is not None:
        came = complaints.receive(visit.session, hub.site, key, read.complaint, now=visit.now)
    elif read.bounce is not None:
        sign = bounces.of_report(read.bounce)
        came = "bounce-" + bounces.receive(visit.session, hub.site, hub.sources, key, sign, now=visit.now)
    else:
        return None
    return Result("recorded", came, key.person, detail=_detail(key))


def _signed(visit: Visit) -> DeliveryKey | None:
    """Our mark or our own Message-ID, in the mail that is returned; never what the report itself says."""
    found = visit.read.bounce or visit.read.complaint
    if found is None:
        return None
    keys = visit.hub.site.keys
    by_mark = keys.read_delivery_mark(found.mark) if found.mark else None
    return by_mark or (keys.read_message_id(found.returned_message_id) if found.returned_message_id else None)


def _detail(key: DeliveryKey) -> dict[str, int]:
    return {"person": key.person, "mailing": key.mailing, "occurrence": key.occurrence}
