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
    place = reading.subscription(session, group.id, author.id) if author else None
    if place is not None and place.state in BELONGING:
        return name
    if reading.standing(session, group.id, author.id if author else None).belongs:
        return name
    return say(language, "lists.guest", name=name) if _is_taken(session, group, name) else name


def _is_taken(session: Session, group: MailList, name: str) -> bool:
    """Whether somebody of the group goes by this name, or by one that looks the same."""
    members = (
        sa.select(Person.name)
        .join(Subscription, Subscription.person_id == Person.id)
        .where(Subscription.list_id == group.id, Subscription.state.in_(BELONGING), Person.name != "")
    )
    known = set(session.scalars(members))
    known |= {person.name for person in roles.moderators_of(session, group.id)}
    known |= {person.name for person in roles.organisers_of(session, group.id)}
    return _plain(name) in {_plain(other) for other in known}


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
