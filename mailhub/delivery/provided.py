"""What a provider told of our copies, carried out; its word counts because its call was authenticated (D-60)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.delivery import aliases, bounces, complaints
from mailhub.delivery.sources import Sources
from mailhub.mail.reports.complaint import Complaint
from mailhub.mail.reports.provided import Told
from mailhub.site import Site
from mailhub.tokens import DeliveryKey

UNKNOWN = "unknown"


def receive(session: Session, site: Site, sources: Sources, told: Iterable[Told], *, now: datetime) -> Counter[str]:
    """Take it all in; how often what came of it. Told twice it has no second effect."""
    return Counter(_one(session, site, sources, one, now) for one in told)


def _one(session: Session, site: Site, sources: Sources, told: Told, now: datetime) -> str:
    key = _key(session, site, told)
    if key is None:
        return UNKNOWN
    if told.kind == "complaint":
        complaint = Complaint(told.type, told.recipients, None, told.mark, ())
        return complaints.receive(session, site, key, complaint, now=now)
    sign = bounces.Sign(
        told.verdict, told.status, told.words[: bounces.WORDS_LIMIT], "webhook", addresses=told.recipients
    )
    return "bounce-" + bounces.receive(session, site, sources, key, sign, now=now)


def _key(session: Session, site: Site, told: Told) -> DeliveryKey | None:
    """By our own name, else by the one the provider gave the copy when it took it."""
    ours = site.keys.read_delivery_mark(told.mark) if told.mark else None
    if ours is not None or not told.name:
        return ours
    found = next(iter(aliases.find(session, [told.name]).values()), None)
    return DeliveryKey(found.person_id, found.mailing_id, found.occurrence) if found else None
