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
    return say(language, "lists.guest", name=name) if _is_taken(session, group, name, author) else name


def _is_taken(session: Session, group: MailList, name: str, author: Person | None) -> bool:
    """Whether somebody else, here before them or with an office, goes by this name or one that looks the same."""
    own = author.id if author else 0
    holders = [*roles.moderators_of(session, group.id), *roles.organisers_of(session, group.id)]
    if own in {person.id for person in holders}:
        return False
    here = [Subscription.list_id == group.id, Subscription.state.in_(BELONGING), Person.name != "", Person.id != own]
    place = reading.subscription(session, group.id, own)
    if place is not None and place.state in BELONGING:
        since = Subscription.joined_at < place.joined_at
        here.append(since | ((Subscription.joined_at == place.joined_at) & (Person.id < own)))
    members = sa.select(Person.name).join(Subscription, Subscription.person_id == Person.id).where(*here)
    known = {*session.scalars(members), *(person.name for person in holders)}
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
