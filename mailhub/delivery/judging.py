"""Whether a delivery may leave, judged again when its turn has come (design section 10, promise 9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub.delivery import mailboxes
from mailhub.delivery.sources import Judgement, Later, No, Source
from mailhub.delivery.tables import Delivery, MailClass, Mailing
from mailhub.mail.address import canonical
from mailhub.people import consent
from mailhub.site import Site

NO_ADDRESS = "there is no address to write to"
NO_CONSENT = "consent is not given"
SET_ASIDE = "the mailbox is set aside"
_LOOK_AGAIN = timedelta(days=1)  # its room has no use for it by then, or its owner is back


def judge(
    session: Session,
    site: Site,
    source: Source,
    mailing: Mailing,
    deliveries: Sequence[Delivery],
    emails: Sequence[str | None],
    now: datetime,
) -> Mapping[int, Judgement]:
    """By position in `deliveries`; what is missing is owed. `emails` stand beside the deliveries."""
    judged = dict(source.still_owed(session, mailing, deliveries, now))
    judged |= _without_consent(session, mailing, deliveries)
    judged |= _set_aside(session, mailing, deliveries, emails, judged, now)
    judged |= _suppressed(session, site, mailing, emails)
    return judged | {place: No(NO_ADDRESS) for place, email in enumerate(emails) if not email}


def _without_consent(session: Session, mailing: Mailing, deliveries: Sequence[Delivery]) -> dict[int, No]:
    """Purposes of lists are left to their room, which judges the subscription itself."""
    purpose = mailing.purpose
    if mailing.mail_class is MailClass.SERVICE or purpose is None or purpose.startswith("list:"):
        return {}
    given = consent.standing(session, [d.person_id for d in deliveries], purpose)
    return {place: No(NO_CONSENT) for place, each in enumerate(deliveries) if each.person_id not in given}


def _set_aside(
    session: Session,
    mailing: Mailing,
    deliveries: Sequence[Delivery],
    emails: Sequence[str | None],
    judged: Mapping[int, Judgement],
    now: datetime,
) -> dict[int, Judgement]:
    """Mail to a mailbox that takes none: answers go where somebody has just written from, what a room owes waits."""
    if mailing.source == mailboxes.SOURCE:
        return {}
    aside = mailboxes.set_aside(session, [delivery.person_id for delivery in deliveries])
    if not aside:
        return {}
    found: dict[int, Judgement] = {}
    for place, email in enumerate(emails):
        box = aside.get(canonical(email)) if email else None
        if box is None or isinstance(judged.get(place), No):
            continue
        if mailing.mail_class is not MailClass.SERVICE:
            found[place] = Later(now + _LOOK_AGAIN, SET_ASIDE)
        elif not box.takes_answers:
            found[place] = No(SET_ASIDE)
    return found


def _suppressed(session: Session, site: Site, mailing: Mailing, emails: Sequence[str | None]) -> dict[int, No]:
    """Addresses we do not write to; service mail is stopped only where writing is hopeless or forbidden."""
    suppressed = consent.suppressed(session, site, [email for email in emails if email])
    if mailing.mail_class is MailClass.SERVICE or mailing.source == mailboxes.SOURCE:
        suppressed = {key: row for key, row in suppressed.items() if row.hard}
    if not suppressed:
        return {}
    keys = {place: canonical(email) for place, email in enumerate(emails) if email}
    return {place: No(f"suppressed: {suppressed[key].reason}") for place, key in keys.items() if key in suppressed}
