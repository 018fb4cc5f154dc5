"""Which received mail the work of a transaction follows from: said once by who works on it, written down beside it.

Activity rows and what is owed keep it, so that «what happened to that mail» can be answered from rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

KEY = "mail"  # what rows call it
_CAUSE = "cause"


@contextmanager
def caused_by(session: Session, mail_id: int) -> Iterator[None]:
    """Everything written meanwhile follows from this mail."""
    before = session.info.get(_CAUSE)
    session.info[_CAUSE] = mail_id
    try:
        yield
    finally:
        session.info[_CAUSE] = before


def mark(session: Session) -> dict[str, int]:
    """What rows keep of it; nothing where it is no mail that makes us act."""
    mail_id = session.info.get(_CAUSE)
    return {} if mail_id is None else {KEY: mail_id}
