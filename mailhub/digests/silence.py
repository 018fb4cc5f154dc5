"""Letters that had nothing to say but what is only counted are not sent; the next one counts what they held."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.digests.rule import Entry
from mailhub.digests.tables import How, Letter, LetterItem
from mailhub.verbs import Thing


def silent_entries(session: Session, person_id: int) -> list[Entry]:
    """Take over what letters that were never sent to this person held; they are empty afterwards."""
    unsent = sa.select(Letter.id).where(Letter.person_id == person_id, Letter.owed_at.is_(None))
    rows = session.execute(
        sa.select(LetterItem, Letter.slot)
        .join(Letter, Letter.id == LetterItem.letter_id)
        .where(LetterItem.letter_id.in_(unsent))
        .order_by(LetterItem.letter_id, LetterItem.position)
    ).all()
    if rows:
        session.execute(
            sa.delete(LetterItem).where(LetterItem.letter_id.in_(unsent)),
            execution_options={"synchronize_session": False},
        )
    return [_entry(item, slot) for item, slot in rows]


def _entry(item: LetterItem, slot: datetime) -> Entry:
    assert item.how in (How.MUTED, How.COUNTED, How.LEFT), "whatever can be answered was sent"
    silent = Entry(Thing(item.thing, item.thing_id), item.list_id, 0, (0, ""), slot, 0)
    return silent.left() if item.how is How.LEFT else silent.muted()
