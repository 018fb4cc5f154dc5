"""What has happened to a visitor so far: read from the rows and from what they opened, never from what they pressed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery.tables import Mailing
from mailhub.digests.mailing import SOURCE as LETTERS
from mailhub.digests.posting import ANSWERED
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.people import persons
from mailhub.people.tables import Activity, Deed
from mailhub.sandbox.cast import VISITOR
from mailhub.sandbox.postoffice import Letter
from mailhub.tokens import Keys

LETTER, CONFIRMATION, WELCOME = "letter", "confirmation", "welcome"
GOODBYE, FOR_MODERATORS = "goodbye", "for-moderators"
_KINDS = {
    "confirm.": CONFIRMATION,
    "lists.welcome": WELCOME,
    "lists.goodbye": GOODBYE,
    "held-for-moderators.": FOR_MODERATORS,
}
EFFECTS = frozenset({"posted", "held", "done"})  # what a line of an answer to a letter may come to
ENOUGH = 2  # such lines of one answer
_WHY = ("why", "why-letter")


@dataclass(frozen=True, slots=True)
class Seen:
    """When each thing that the tour waits for happened last; None: not yet."""

    joined: datetime | None = None
    introduced: datetime | None = None
    letter_opened: datetime | None = None
    answered: datetime | None = None
    published: datetime | None = None
    explained: datetime | None = None
    left: datetime | None = None
    undone: datetime | None = None
    used_a_page: bool = False  # pressed a button on a page of the site


def kinds(session: Session, keys: Keys, letters: Iterable[Letter]) -> dict[int, str]:
    """What those letters are that a step of the tour is about, by their number."""
    found: dict[int, str] = {}
    for letter in letters:
        mark = keys.read_delivery_mark(letter.mail.header("X-Mailhub-Delivery"))
        mailing = session.get(Mailing, mark.mailing) if mark is not None else None
        if mailing is None or letter.outgoing:
            continue
        kind = next((kind for begins, kind in _KINDS.items() if mailing.key.startswith(begins)), "")
        found[letter.id] = LETTER if mailing.source == LETTERS else kind
    return {number: kind for number, kind in found.items() if kind}


def seen(session: Session, mine: Sequence[Letter], kinds_of: Mapping[int, str], opened: Mapping[int, datetime]) -> Seen:
    """Look at the visitor's rows; `mine` is their mailbox, `opened` says when they looked at a letter."""
    person = persons.find(session, VISITOR.mailbox.email)
    letters_opened = [at for number, at in opened.items() if kinds_of.get(number) == LETTER]
    if person is None:
        return Seen()
    said = _said(session, person.id)
    return Seen(
        joined=_last_activity(session, person.id, "subscription.confirmed"),
        introduced=_introduced(session, mine, kinds_of),
        letter_opened=max(letters_opened, default=None),
        answered=_answered(session, person.id),
        published=session.scalar(
            sa.select(sa.func.max(HeldPost.settled_at)).where(
                HeldPost.person_id == person.id, HeldPost.state == HeldState.PUBLISHED
            )
        ),
        explained=max((said[why] for why in _WHY if why in said), default=None),
        left=said.get("leave"),
        undone=said.get("undo"),
        used_a_page=session.scalar(sa.select(sa.exists().where(Deed.person_id == person.id, Deed.via == "button")))
        or False,
    )


def _last_activity(session: Session, person_id: int, what: str) -> datetime | None:
    return session.scalar(
        sa.select(sa.func.max(Activity.at)).where(Activity.person_id == person_id, Activity.what == what)
    )


def _said(session: Session, person_id: int) -> dict[str, datetime]:
    """When each word that did something, or explained something, was said last."""
    rows = session.execute(
        sa.select(Disposition.reason, sa.func.max(Disposition.at))
        .where(Disposition.person_id == person_id)
        .where((Disposition.outcome == "done") | Disposition.reason.in_(_WHY))
        .group_by(Disposition.reason)
    )
    return {reason: at for reason, at in rows}  # noqa: C416 - a Row is no tuple to a type checker


def _introduced(session: Session, mine: Sequence[Letter], kinds_of: Mapping[int, str]) -> datetime | None:
    """When a reply to a welcome went on its way to the group."""
    welcomes = {letter.mail.message_id for letter in mine if kinds_of.get(letter.id) == WELCOME}
    replies = [letter.mail.message_id for letter in mine if letter.outgoing and welcomes & set(letter.mail.in_reply_to)]
    return session.scalar(
        sa.select(sa.func.max(Disposition.at))
        .join(InboundMail, InboundMail.id == Disposition.mail_id)
        .where(InboundMail.message_id.in_(replies), Disposition.outcome.in_(("held", "posted")))
    )


def _answered(session: Session, person_id: int) -> datetime | None:
    """When an answer to a letter last did enough: messages that went out or wait, and words that changed something."""
    pieces = session.scalars(
        sa.select(Activity).where(Activity.person_id == person_id, Activity.what == ANSWERED).order_by(Activity.id)
    )
    effects = Counter(piece.at for piece in pieces if piece.detail.get("outcome") in EFFECTS)  # one mail, one instant
    return max((at for at, count in effects.items() if count >= ENOUGH), default=None)
