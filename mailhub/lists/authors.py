"""The name an author has in a group; a stranger may not borrow that of somebody who belongs (D-52)."""

import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.language import say
from mailhub.lists import reading, voice
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription
from mailhub.mail.address import Mailbox, shown_name
from mailhub.people import roles
from mailhub.people.tables import Person


class Names:
    """How a group reads who wrote. What is asked of the group is asked once, so this lives as long as one page."""

    def __init__(self, session: Session, group: MailList, language: str) -> None:
        self._session, self._group, self._language = session, group, language

    def expect(self, person_ids: Iterable[int]) -> None:
        """Read these authors and their places at once; `of` then finds them in the session."""
        ids, session = set(person_ids), self._session
        session.scalars(sa.select(Person).where(Person.id.in_(ids))).all()
        theirs = Subscription.list_id == self._group.id, Subscription.person_id.in_(ids)
        session.scalars(sa.select(Subscription).where(*theirs)).all()

    def of(self, author: Person | None, written: Mailbox | None) -> str:
        """The name we know, else the one in the mail, never a part of the address."""
        name = (shown_name(author.name) if author else "") or (shown_name(written.name) if written else "")
        if not name:
            return voice.name_of(None, self._language)
        if author is not None and author.id in self._officers:
            return name
        place = reading.subscription(self._session, self._group.id, author.id) if author else None
        belongs = place is not None and place.state in BELONGING
        if not self._is_borrowed(_plain(name), belongs):
            return name
        return say(self._language, "lists.namesake" if belongs else "lists.guest", name=name)

    def _is_borrowed(self, plain: str, belongs: bool) -> bool:
        """Members may share a name with each other, as people do; nobody shares that of an officer."""
        return plain in self._officers.values() or (not belongs and plain in self._members)

    @cached_property
    def _officers(self) -> dict[int, str]:
        return {person.id: _plain(person.name) for person in roles.officers(self._session, self._group.id)}

    @cached_property
    def _members(self) -> frozenset[str]:
        named = (
            sa.select(Person.name)
            .join(Subscription, Subscription.person_id == Person.id)
            .where(Subscription.list_id == self._group.id, Subscription.state.in_(BELONGING), Person.name != "")
        )
        return frozenset(map(_plain, self._session.scalars(named)))


def name_in(session: Session, group: MailList, author: Person | None, written: Mailbox | None, language: str) -> str:
    """How the group reads who wrote one mail."""
    return Names(session, group, language).of(author, written)


@lru_cache(maxsize=10_000)
def _plain(name: str) -> str:
    """Names that people cannot tell apart by eye at a glance have one form."""
    letters = name.casefold()
    if not letters.isascii():
        letters = "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))
    return "".join(filter(str.isalnum, letters)).translate(_LOOKALIKES)


# Letters of other scripts that look like ours; what people try first, not all there are.
_LOOKALIKES = str.maketrans(
    {
        **dict(zip("авеікмнорстухѕјԁ", "abeikmhopctyxsjd", strict=True)),
        **dict(zip("αεικνορτυχ", "aeikvoptux", strict=True)),
        **dict(zip("01", "ol", strict=True)),
        "ı": "i",
    }
)
