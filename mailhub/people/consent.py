"""What people agreed to, step by step, and the addresses we never write to.

Consent is told by purpose, and evidence is only ever added (P-01, P-02). A suppression is known by a keyed hash, so
that it outlives the address itself (P-06).
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from mailhub.errors import MailhubError
from mailhub.mail.address import canonical
from mailhub.people import activity
from mailhub.people.tables import Address, Consent, ConsentState, Suppression
from mailhub.site import Site
from mailhub.tokens import Keys


def list_purpose(list_id: int) -> str:
    """The purpose of belonging to one list."""
    return f"list:{list_id}"


def _list_of(purpose: str) -> int | None:
    kind, _, list_id = purpose.partition(":")
    return int(list_id) if kind == "list" else None


def record(
    session: Session,
    person_id: int,
    purpose: str,
    state: ConsentState,
    *,
    now: datetime,
    source: str,
    evidence: Mapping[str, Any],
    text: str | None = None,
    language: str | None = None,
) -> Consent:
    """Add one step: asked, given or withdrawn. `text`: the words the person was shown, kept by their hash."""
    row = Consent(
        person_id=person_id,
        purpose=purpose,
        state=state,
        at=now,
        text_sha256=None if text is None else hashlib.sha256(text.encode()).hexdigest(),
        language=language,
        source=source,
        evidence=dict(evidence),
    )
    session.add(row)
    session.flush()
    activity.note(
        session, f"consent.{state.value}", now=now, person_id=person_id, list_id=_list_of(purpose), purpose=purpose
    )
    return row


def standing(session: Session, person_ids: Collection[int], purpose: str) -> set[int]:
    """Who of these has consented and not withdrawn since."""
    return in_state(session, person_ids, purpose, ConsentState.GIVEN)


def in_state(session: Session, person_ids: Collection[int], purpose: str, state: ConsentState) -> set[int]:
    """Whose last step for this purpose is this one; being asked again changes nothing."""
    later = aliased(Consent)
    overtaken = sa.exists().where(
        later.person_id == Consent.person_id,
        later.purpose == purpose,
        later.id > Consent.id,
        later.state != ConsentState.ASKED,
    )
    last = sa.select(Consent.person_id).where(
        Consent.person_id.in_(person_ids), Consent.purpose == purpose, Consent.state == state, ~overtaken
    )
    return set(session.scalars(last))


def history(session: Session, person_id: int) -> list[Consent]:
    """Every step of a person, oldest first."""
    return list(session.scalars(sa.select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)))


def suppress(session: Session, site: Site, email: str, reason: str, *, hard: bool = True, now: datetime) -> Suppression:
    """Write no more to this address; `hard` stops service mail as well. A second reason never softens the first."""
    known = suppressed(session, site, [email]).get(canonical(email))
    if known is not None:
        if hard and not known.hard:
            known.hard, known.reason, known.at = True, reason, now
        return known
    row = Suppression(key_hash=key_hash(site, canonical(email)), email=email, reason=reason, hard=hard, at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # on PostgreSQL two bounces of one address may be read at once
        return suppress(session, site, email, reason, hard=hard, now=now)
    owner = session.scalar(sa.select(Address.person_id).where(Address.email_key == canonical(email)))
    activity.note(session, "address.suppressed", now=now, person_id=owner, reason=reason, hard=hard)
    return row


def lift(session: Session, site: Site, email: str, *, now: datetime) -> bool:
    """Write to this address again, since its owner asked for it; False when nothing stopped us."""
    known = suppressed(session, site, [email]).get(canonical(email))
    if known is None:
        return False
    session.delete(known)
    session.flush()
    owner = session.scalar(sa.select(Address.person_id).where(Address.email_key == canonical(email)))
    activity.note(session, "address.released", now=now, person_id=owner, reason=known.reason)
    return True


def suppressed(session: Session, site: Site, emails: Iterable[str]) -> Mapping[str, Suppression]:
    """Which of these addresses we do not write to, by canonical address."""
    keys_of = hashes(site, map(canonical, emails))
    rows = session.scalars(sa.select(Suppression).where(Suppression.key_hash.in_(keys_of)))
    return {keys_of[row.key_hash]: row for row in rows}


def hashes(site: Site, email_keys: Iterable[str]) -> dict[str, str]:
    """Every hash these canonical addresses may be known by, and whose it is: the present secret's and older ones'.

    An old secret counts for ever, since the address itself may be forgotten.
    """
    secrets = (site.keys.current, site.keys.previous, *site.keys.retired)
    keys = [Keys(secret).derive("suppression") for secret in secrets if secret]
    return {_hash(key, email_key): email_key for email_key in email_keys for key in keys}


def key_hash(site: Site, email_key: str) -> str:
    """What a canonical address is written down as."""
    return _hash(site.keys.derive("suppression"), email_key)


def _hash(key: bytes, email_key: str) -> str:
    return hmac.digest(key, email_key.encode(), "sha256").hex()


@event.listens_for(Consent, "before_update")
def _refuse_to_rewrite(_mapper: object, _connection: object, row: Consent) -> None:
    raise MailhubError(f"consent {row.id} is evidence; add a step instead")
