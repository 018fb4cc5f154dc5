"""Everything a letter only told in a line, or counted: brought whole when its reader asks."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.digests import excerpt, viewing
from mailhub.digests.offers import Offers, Said
from mailhub.digests.tables import How, Letter, LetterItem
from mailhub.digests.text import RULE
from mailhub.language import say, wrap
from mailhub.site import Site

LONGEST = 50_000  # characters of one mail
MOST_MAILS = 1_000  # one request never makes as many


@dataclass(frozen=True, slots=True)
class Wanted:
    """Items of a letter whose texts are asked for."""

    letter: Letter
    items: tuple[LetterItem, ...]


def left(session: Session, letter: Letter) -> Wanted:
    """What this letter did not show whole."""
    items = session.scalars(
        sa.select(LetterItem)
        .where(LetterItem.letter_id == letter.id, LetterItem.how != How.WHOLE)
        .order_by(LetterItem.position)
    )
    return Wanted(letter, tuple(items))


def numbered(session: Session, letter: Letter, numbers: Sequence[int]) -> Wanted:
    """The items of these numbers; a missed conversation is all of its posts."""
    items = session.scalars(
        sa.select(LetterItem)
        .where(LetterItem.letter_id == letter.id, LetterItem.number.in_(numbers))
        .order_by(LetterItem.position)
    )
    return Wanted(letter, tuple(items))


def texts(session: Session, site: Site, offers: Offers, wanted: Wanted) -> list[str]:
    """Their texts, in as many pieces as mails are needed; groups its reader has left since are not among them."""
    blocks: list[str] = []
    by_kind: dict[str, list[LetterItem]] = {}
    for item in viewing.wanted(session, offers, wanted.letter, wanted.items):
        by_kind.setdefault(item.thing, []).append(item)
    for kind, items in by_kind.items():
        offer = offers.get(kind)
        if offer is None:
            continue
        said = offer.said(session, site, [item.thing_id for item in items], wanted.letter.language)
        blocks += [_block(wanted.letter, item, said[item.thing_id]) for item in items if item.thing_id in said]
    return _mails(blocks)


def _block(letter: Letter, item: LetterItem, said: Said) -> str:
    when = formats.day_hour(letter.language, said.at, letter.time_zone)
    title = said.title or say(letter.language, "digests.untitled")
    head = f"{item.number}. {title}" if item.number else title
    lines = [RULE, wrap(head), wrap(f"{said.author}, {said.group}, {when}"), "", *excerpt.wrapped(said.whole)]
    for file in said.files:
        size = formats.size(letter.language, file.size)
        lines += [
            "",
            say(letter.language, "digests.file", name=file.name, size=size),
            *([file.link] if file.link else []),
        ]
    return "\n".join(lines)


def _mails(blocks: Sequence[str]) -> list[str]:
    mails: list[str] = []
    for block in blocks:
        if mails and len(mails[-1]) + len(block) <= LONGEST:
            mails[-1] += f"\n\n{block}"
        else:
            mails.append(block)
    return mails
