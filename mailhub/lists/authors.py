"""The name an author has in a group; a stranger may not borrow that of somebody who belongs (D-52)."""

import unicodedata

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.language import say
from mailhub.lists import reading, voice
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription
from mailhub.mail.address import Mailbox, shown_name
from mailhub.people import roles
from mailhub.people.tables import Person


def name_in(session: Session, group: MailList, author: Person | None, written: Mailbox | None, language: str) -> str:
    """How the group reads who wrote: the name we know, else the one in the mail, never a part of the address."""
    name = (shown_name(author.name) if author else "") or (shown_name(written.name) if written else "")
    if not name:
        return voice.name_of(None, language)
    officers = roles.officers(session, group.id)
    if author is not None and author.id in {person.id for person in officers}:
        return name
    place = reading.subscription(session, group.id, author.id) if author else None
    belongs = place is not None and place.state in BELONGING
    known = [person.name for person in officers] + ([] if belongs else _members(session, group))
    if _plain(name) not in {_plain(other) for other in known}:
        return name
    return say(language, "lists.namesake" if belongs else "lists.guest", name=name)


def _members(session: Session, group: MailList) -> list[str]:
    """The names of those who belong. Members may share one with each other, as people do; strangers may not."""
    named = (
        sa.select(Person.name)
        .join(Subscription, Subscription.person_id == Person.id)
        .where(Subscription.list_id == group.id, Subscription.state.in_(BELONGING), Person.name != "")
    )
    return list(session.scalars(named))


def _plain(name: str) -> str:
    """Names that people cannot tell apart by eye at a glance have one form."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if c.isalnum() and not unicodedata.combining(c)).translate(_LOOKALIKES)


# Letters of other scripts that look like ours; what people try first, not all there are.
_LOOKALIKES = str.maketrans(
    {
        **dict(zip("авеікмнорстухѕјԁ", "abeikmhopctyxsjd", strict=True)),
        **dict(zip("αεικνορτυχ", "aeikvoptux", strict=True)),
        **dict(zip("01", "ol", strict=True)),
        "ı": "i",
    }
)
