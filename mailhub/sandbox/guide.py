"""What a visitor may do next in each step of the tour, one press each: a mail begun, an answer filled in, the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.digests.tables import Letter as LetterRow
from mailhub.digests.tables import LetterItem
from mailhub.hub.build import Hub
from mailhub.language import say
from mailhub.lists import reading, voice
from mailhub.lists.things import POST
from mailhub.people import persons
from mailhub.sandbox import story
from mailhub.sandbox.cast import GARDEN, ORGANISER, SQUARE, VISITOR
from mailhub.sandbox.postoffice import Letter
from mailhub.sandbox.progress import CONFIRMATION, FOR_MODERATORS, GOODBYE, LETTER, WELCOME, Seen
from mailhub.sandbox.tour import happened

MOST_LINES = 3  # of the answer to a letter that is suggested


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to do; where none of the ways to it is set, something else must happen first."""

    words: str
    is_done: bool = False
    who: str = VISITOR.key  # whose mailbox
    letter: int = 0  # open this one,
    text: str = ""  # with this answer filled in
    to: str = ""  # or write to this address
    turn: str = ""  # or turn the clock by this
    opens: bool = False  # or open the mailbox


@dataclass(frozen=True, slots=True)
class Stage:
    """What moves are made of: the mailboxes with what their letters are, and what has been seen."""

    session: Session
    hub: Hub
    language: str
    mine: Sequence[Letter]  # the visitor's
    organisers: Sequence[Letter]
    kinds: Mapping[int, str]
    seen: Seen

    def say(self, key: str, **values: object) -> str:
        return say(self.language, f"sandbox.move-{key}", **values)

    def newest(self, kind: str, since: datetime | None = None) -> Letter | None:
        """The newest letter of this kind in the visitor's mailbox, if it came since then."""
        found = next((one for one in self.mine if self.kinds.get(one.id) == kind), None)
        return found if found is not None and happened(found.arrived_at, since) else None

    def answer(self, move: str, to: Letter | None, *, is_done: bool, text: str | None = None) -> Move:
        """To answer this letter with words of the catalogue, or with these."""
        given = text if text is not None else say(self.language, f"sandbox.say-{move}")
        return Move(self.say(move), is_done, letter=to.id if to else 0, text=given if to else "")


def moves(stage: Stage, step: int, since: datetime | None) -> list[Move]:
    """What a step suggests, in its order."""
    made = {1: _join, 2: _introduce, 3: _turn, 4: _answer, 5: _moderate, 6: _ask}.get(step)
    return made(stage, since) if made else []


def _join(stage: Stage, since: datetime | None) -> list[Move]:
    is_done = happened(stage.seen.joined, since)
    address = _join_address(stage, GARDEN)
    confirmation = stage.newest(CONFIRMATION, since)
    write = Move(stage.say("write", address=address), is_done or confirmation is not None, to=address)
    return [write, stage.answer("confirm", confirmation, is_done=is_done)]


def _introduce(stage: Stage, since: datetime | None) -> list[Move]:
    return [stage.answer("introduce", stage.newest(WELCOME), is_done=happened(stage.seen.introduced, since))]


def _turn(stage: Stage, since: datetime | None) -> list[Move]:
    newest = stage.newest(LETTER)
    arrived = newest is not None and happened(newest.arrived_at, since)
    turn = Move(stage.say("turn"), arrived, turn="day")
    opened = happened(stage.seen.letter_opened, since)
    read = Move(stage.say("read"), opened, letter=newest.id if newest else 0)
    return [_join_square(stage), turn, read]


def _join_square(stage: Stage) -> Move:
    """The letter is one for all groups, which shows only where there are two."""
    if _belongs(stage, SQUARE):
        return Move(stage.say("square"), is_done=True)
    confirmations = [one for one in stage.mine if stage.kinds.get(one.id) == CONFIRMATION]
    asked = _join_address(stage, SQUARE)
    was_asked = any(letter.outgoing and letter.mail.to and letter.mail.to[0].email == asked for letter in stage.mine)
    if was_asked and len(confirmations) > 1:
        text = say(stage.language, "sandbox.say-confirm")
        return Move(stage.say("square-confirm"), letter=confirmations[0].id, text=text)
    return Move(stage.say("square"), to=asked)


def _answer(stage: Stage, since: datetime | None) -> list[Move]:
    letter, done = stage.newest(LETTER), happened(stage.seen.answered, since)
    unclear = stage.answer("unclear", letter, is_done=_wrote(stage, since))
    return [stage.answer("answer", letter, is_done=done, text=_lines(stage)), unclear]


def _moderate(stage: Stage, since: datetime | None) -> list[Move]:
    done = happened(stage.seen.published, since)
    box = Move(stage.say("open-organiser"), done, who=ORGANISER.key, opens=True)
    answered = {one for letter in stage.organisers if letter.outgoing for one in letter.mail.in_reply_to}
    waiting = [
        letter
        for letter in stage.organisers
        if stage.kinds.get(letter.id) == FOR_MODERATORS and letter.mail.message_id not in answered
    ]
    text = say(stage.language, "sandbox.say-publish")
    publish = Move(stage.say("publish"), done, ORGANISER.key, waiting[-1].id if waiting else 0, text if waiting else "")
    if waiting or done or not _belongs(stage, GARDEN):
        return [box, publish]
    return [Move(stage.say("write-group"), to=stage.hub.site.address(GARDEN)), box, publish]


def _ask(stage: Stage, since: datetime | None) -> list[Move]:
    seen = stage.seen
    welcome = stage.newest(WELCOME)
    return [
        stage.answer("why", stage.newest(LETTER) or welcome, is_done=happened(seen.explained, since)),
        stage.answer("leave", welcome, is_done=happened(seen.left, since)),
        stage.answer("undo", stage.newest(GOODBYE, since), is_done=happened(seen.undone, since)),
    ]


def _lines(stage: Stage) -> str:
    """An answer to what the newest letter asks, with the numbers it has there."""
    person = persons.find(stage.session, VISITOR.mailbox.email)
    newest = sa.select(sa.func.max(LetterRow.id)).where(
        LetterRow.person_id == (person.id if person else 0), LetterRow.owed_at.is_not(None)
    )
    rows = stage.session.execute(
        sa.select(LetterItem.number, Post.subject)
        .join(Post, Post.id == LetterItem.thing_id)
        .where(LetterItem.letter_id == newest.scalar_subquery(), LetterItem.thing == POST, LetterItem.number > 0)
        .order_by(LetterItem.number)
    )
    lines = [f"{number} {said}" for number, subject in rows if (said := story.reply_to(subject))]
    return "\n".join(lines[:MOST_LINES])


def _wrote(stage: Stage, since: datetime | None) -> bool:
    """Whether the visitor tried an answer that nobody can place."""
    word = say(stage.language, "sandbox.say-unclear")
    return any(
        letter.outgoing and letter.mail.text.startswith(word) and happened(letter.arrived_at, since)
        for letter in stage.mine
    )


def _belongs(stage: Stage, slug: str) -> bool:
    person = persons.find(stage.session, VISITOR.mailbox.email)
    group = reading.by_slug(stage.session, slug)
    return person is not None and group is not None and group.id in reading.lists_of(stage.session, person.id)


def _join_address(stage: Stage, slug: str) -> str:
    group = reading.by_slug(stage.session, slug)
    assert group is not None, "the starter groups are those of the story"
    return voice.verb_address(stage.hub.site, group, "join", stage.language)
