"""Tells an author what becomes of a message of theirs that waits, or has waited."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.lists import reading, telling
from mailhub.lists.tables import HeldPost
from mailhub.mail import message
from mailhub.site import Site


def text_of(session: Session, site: Site, held: HeldPost) -> str:
    """The whole of it, as it was written: it comes back with every mail that gives it back."""
    return message.parse(raws.read(session, site, held.raw_id)).text.strip()


def tell(
    session: Session, site: Site, held: HeldPost, key: str, *, values: telling.Values, now: datetime, **how: Any
) -> None:
    """Owe its author this mail; nothing where nobody of ours wrote it. The rest is as in `telling.tell`."""
    if held.person_id is None:
        return
    group, language = reading.get(session, held.list_id), telling.language_to(session, site, held.person_id)
    told = {"subject": telling.short(language, held.subject), **values}
    telling.tell(session, site, held.person_id, group, key, told, because="wrote", now=now, **how)
