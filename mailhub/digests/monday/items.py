"""What a letter of a Monday said under each number, found again when it is answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.tables import Delivery, Mailing
from mailhub.digests.answers import Item
from mailhub.digests.monday.writing import SOURCE
from mailhub.digests.tables import Letter, LetterItem
from mailhub.verbs import Thing

SHOWN = 50  # characters of an item that is named once more
_NUMBER = re.compile(r"(\d{1,2}) ")
_QUOTED = re.compile(r"«([^»]*)»|\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Numbered:
    """One thing of a letter."""

    number: int
    thing: Thing
    printed: str  # its lines in the letter's text; "" where that is not kept any more

    @property
    def title(self) -> str:
        """The subject of a message; "" for what has none."""
        named = _QUOTED.search(self._told)
        return (named[1] or named[2] or "") if named else ""

    @property
    def item(self) -> Item:
        """As answers are read; a message is named by its subject too."""
        return Item(self.number, self.title, "", "", self.printed)

    @property
    def shown(self) -> str:
        """What it was, in few words and without marks: it may stand in a mail of another language."""
        told = self.title or " ".join(_NUMBER.sub("", self._told, count=1).split())
        return told if len(told) <= SHOWN else f"{told[: SHOWN - 1].rstrip()}…"

    @property
    def words(self) -> Sequence[str]:
        """What the letter said may be answered, without the number."""
        found = _QUOTED.findall(self.printed.rpartition("\n")[2])
        return [_NUMBER.sub("", one or other, count=1) for one, other in found]

    @property
    def _told(self) -> str:
        return self.printed.rpartition("\n")[0]


@dataclass(frozen=True, slots=True)
class Told:
    """A letter as its reader got it."""

    items: Sequence[Numbered]
    around: str  # its words about none of them

    def of(self, number: int) -> Numbered | None:
        return next((one for one in self.items if one.number == number), None)


def told(session: Session, letter: Letter) -> Told:
    """The numbers of a letter, each with its lines."""
    rows = session.scalars(sa.select(LetterItem).where(LetterItem.letter_id == letter.id).order_by(LetterItem.number))
    blocks = _text(session, letter).split("\n\n")
    known = {int(found[1]): block for block in blocks if (found := _NUMBER.match(block)) is not None}
    items = [Numbered(row.number, Thing(row.thing, row.thing_id), known.pop(row.number, "")) for row in rows]
    around = "\n\n".join(block for block in blocks if block not in {one.printed for one in items})
    return Told(items, around)


def _text(session: Session, letter: Letter) -> str:
    """What was sent; "" where retention has taken it."""
    sent = (
        sa.select(Delivery.slots)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Delivery.person_id == letter.person_id, Delivery.occurrence == letter.id, Mailing.source == SOURCE)
    )
    slots = session.scalar(sent.limit(1))
    return str(slots["text"]) if slots else ""
