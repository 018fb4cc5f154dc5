"""Writes down what stands in a letter."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.digests.rule import Placed
from mailhub.digests.tables import Letter, LetterItem


def write_items(session: Session, letter: Letter, placed: Sequence[Placed]) -> None:
    """Its things in order, each with the number it is answered by."""
    rows = [
        {
            "letter_id": letter.id,
            "position": position,
            "number": one.number,
            "how": one.how,
            "thing": one.entry.thing.kind,
            "thing_id": one.entry.thing.id,
            "list_id": one.entry.list_id,
        }
        for position, one in enumerate(placed, start=1)
    ]
    session.execute(sa.insert(LetterItem), rows)
