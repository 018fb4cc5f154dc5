"""A mail that asked for something and was heard does nothing when it comes once more, by whoever sends it again (S-02).

Known by Message-ID, body, author and the address of ours: one mail to two addresses asks two things.
"""

from typing import Any

import sqlalchemy as sa

from mailhub.inbound.failures import Failure
from mailhub.inbound.reading import Read
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.inbound.visit import Visit

DUPLICATE = Failure.DUPLICATE
_BODY = "body"

# Made once: every mail that asks for something asks this.
_DONE = (
    sa.select(InboundMail.author, InboundMail.auth)
    .join(Disposition, Disposition.mail_id == InboundMail.id)
    .where(
        InboundMail.message_id == sa.bindparam("message_id"),
        InboundMail.id != sa.bindparam("mail"),
        Disposition.recipient == sa.bindparam("recipient"),
        Disposition.outcome == "done",
    )
)


def as_row(said: Read) -> dict[str, Any]:
    """What is kept of each mail to know it again."""
    return {_BODY: said.body_sha256}


def is_one(visit: Visit) -> bool:
    """Whether this very mail has been carried out at this address before."""
    mail = visit.mail
    if mail.message_id is None or mail.author is None:
        return False
    asked = {"message_id": mail.message_id, "mail": visit.receipt.id, "recipient": visit.recipient}
    return any(
        row.author == mail.author.email and (row.auth or {}).get(_BODY) == visit.read.body_sha256
        for row in visit.session.execute(_DONE, asked)
    )
