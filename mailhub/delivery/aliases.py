"""What the next hop calls our copies: some write it over the Message-ID, and then answers name a mail nobody knows.

A name is believed for the place of an answer in its conversation, and for nothing else: we did not sign it.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.tables import Delivery

LEAST = 20  # characters: numbers of a queue are shorter, and no Message-ID
MOST = 20  # ids of one mail that are looked up, the last ones


def of(queue_id: str | None) -> str | None:
    """The name worth keeping: what may come back as a Message-ID, or as what stands before its @."""
    return queue_id if queue_id is not None and len(queue_id) >= LEAST else None


def find(session: Session, message_ids: Iterable[str]) -> dict[str, Delivery]:
    """The copies that such ids name; most mails name none, and one look in an index says so."""
    asked = {name: message_id for message_id in list(message_ids)[-MOST:] for name in _names(message_id)}
    if not asked:
        return {}
    named = sa.select(Delivery).where(Delivery.alias.in_(asked), Delivery.alias.is_not(None))
    return {asked[found.alias]: found for found in session.scalars(named) if found.alias is not None}


def _names(message_id: str) -> list[str]:
    """As it stands, and without the domain that the next hop put behind its name."""
    whole = message_id.strip().strip("<>")
    return [name for name in (whole, whole.partition("@")[0]) if len(name) >= LEAST]
