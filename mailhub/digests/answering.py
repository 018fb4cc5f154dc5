"""An answer to a letter: each piece of it goes where it belongs, and one receipt says what each did.

What is not clear is asked about once, with its text whole. The words are read by pure `answers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mailhub import language
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.digests import answers, posting, stopping, telling, text, which, whole, wordings
from mailhub.digests.answers import Item, Piece, Reading
from mailhub.digests.offers import Offers
from mailhub.digests.tables import Letter
from mailhub.digests.taking_back import undo_deed
from mailhub.digests.viewing import Shown, View, Viewer
from mailhub.language import say
from mailhub.lists import pace, publication, things
from mailhub.lists.arrival import Receipt
from mailhub.lists.policy import Reason
from mailhub.mail import message
from mailhub.mail.body import Attachment
from mailhub.mail.message import Mail
from mailhub.people import deeds
from mailhub.people.tables import Person
from mailhub.verbs import Act, Answer, Outcome, Thing, Verbs

VERB = "answer"
_KEPT = pace.WAITING | pace.OFFERED | {Reason.SEEMS_PERSONAL}  # no moderator reads these; a mail of its own says why
_SAID_IN_A_LINE = frozenset({"mute", "follow"})  # what they did needs no mail of its own
_MOST_PIECES = 1_000_000  # of one mail


@dataclass(slots=True)
class _Done:
    """What the pieces did so far."""

    lines: list[str] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    deeds: list[int] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)  # numbers written alone: their texts are asked for
    unclear: list[Piece] = field(default_factory=list)
    files: tuple[Attachment, ...] = ()  # go with the first piece


@dataclass(frozen=True, slots=True)
class Answering:
    """The verb that hears whatever people write to a letter."""

    verbs: Verbs
    offers: Offers

    def perform(self, act: Act) -> Outcome:
        """Carry out every piece that is clear, then ask about the rest."""
        letter = act.session.get(Letter, act.thing.id)
        if letter is None or letter.person_id != act.person_id or act.raw_id is None:
            return Outcome(False, Answer("digests.letter-gone", {}, act.thing, returns_text=True))
        mail = message.parse(raws.read(act.session, act.site, act.raw_id))
        [view] = Viewer(act.session, act.site, self.offers).views([letter])
        done = _Done(files=mail.attachments)
        read = self._read(act, view, mail)
        if read.is_empty:
            return Outcome(False, Answer("inbound.empty", {}, act.thing, returns_text=True))
        for part, piece in enumerate(read.pieces):
            self._take(act, view, mail, piece, part, done)
        return self._told(act, view, letter, mail, done)

    def _read(self, act: Act, view: View, mail: Mail) -> Reading:
        kinds = {item.number: item.thing.kind for item in view.shown}

        def understood(number: int, said: str) -> bool:
            return self.verbs.recognise(said, kinds[number]) is not None

        around = text.around(view)
        return answers.read(mail.text, items_of(view), own_name=_name(act), around=around, understood=understood)

    def undo(self, act: Act, kept: Mapping[str, Any]) -> Outcome:
        """Take back what still can be: messages that have not left, and words that changed something."""
        posts = [act.session.get(Post, post_id) for post_id in kept["posts"]]
        taken = [publication.withdraw(act.session, post, now=act.now) for post in posts if post is not None]
        taken += [undo_deed(self.verbs, act, deed_id) for deed_id in kept["deeds"]]
        if not any(taken):
            return Outcome(False)
        return Outcome(True, Answer("digests.undone" if all(taken) else "digests.undone-partly", {}, act.thing))

    def _take(self, act: Act, view: View, mail: Mail, piece: Piece, part: int, done: _Done) -> None:
        shown = {item.number: item for item in view.shown}
        meant = [shown[number] for number in piece.items if number in shown]
        if not piece.is_sure or not meant:
            done.unclear.append(piece)
            return
        if not piece.text.strip():
            done.wanted += [item.number for item in meant]
            return
        for item in meant:
            self._answer(act, view, mail, item, piece.text, part, done)

    def _answer(self, act: Act, view: View, mail: Mail, item: Shown, said: str, part: int, done: _Done) -> None:
        call = self.verbs.recognise(said, item.thing.kind) if "\n" not in said.strip() else None
        if call is not None and item.thing.kind in call.verb.things:
            carried = deeds.carry_out(call, _about(act, item.thing, call.argument, said), on_record=True)
            worked = carried.outcome is not None and carried.outcome.done
            can_undo = carried.outcome is not None and carried.outcome.undo is not None
            done.deeds += [carried.deed_id] if worked and can_undo else []
            outcome = "done" if worked else "recorded"
            posting.note(act, item.thing, outcome, call.verb.name, None, number=item.number, deed=carried.deed_id)
            is_said = worked and call.verb.name in _SAID_IN_A_LINE
            if not is_said and carried.outcome is not None and carried.outcome.answer is not None:
                _tell_apart(act, carried.outcome.answer, part * 1000 + item.number)
            done.lines.append(
                _line(view, item, f"did-{call.verb.name}" if is_said else "did-apart" if worked else "did-nothing")
            )
            return
        files, done.files = done.files, ()
        receipt = posting.post(act, mail, said, item.thing.id, part * 1000 + item.number, files)
        if receipt is not None:
            posting.note(act, item.thing, receipt.outcome, receipt.reason, receipt.thing, number=item.number)
        done.posts += _post_of(receipt)
        done.lines.append(_line(view, item, _outcome(receipt)))

    def _told(self, act: Act, view: View, letter: Letter, mail: Mail, done: _Done) -> Outcome:
        if done.unclear:
            which.ask(act, view, mail, done.unclear)
        undo = {"posts": done.posts, "deeds": done.deeds} if done.posts or done.deeds else None
        brought = self._brought(act, letter, done)
        if not done.lines:
            # The question alone is the answer, or the texts that were asked for.
            return Outcome(bool(done.unclear or brought), brought)
        can_undo = undo is not None and _can_undo(act, done)
        values = {"lines": done.lines, "undo": say(act.language, "digests.how-to-undo") if can_undo else ""}
        answer = Answer("digests.receipt", values, act.thing, below=brought.below if brought else "")
        return Outcome(True, answer, undo)

    def _brought(self, act: Act, letter: Letter, done: _Done) -> Answer | None:
        if not done.wanted:
            return None
        texts = whole.texts(act.session, act.site, self.offers, whole.numbered(act.session, letter, done.wanted))
        return stopping.bring(act, texts) if texts else None


def _tell_apart(act: Act, answer: Answer, piece: int) -> None:
    """A word said to one item may need more of an answer than a line."""
    telling.tell(
        act.session,
        act.site,
        act.person_id,
        language.mail(act.language, answer.key, **answer.values),
        act.language,
        kind=answer.key,
        occurrence=(act.raw_id or act.thing.id) * _MOST_PIECES + piece,
        now=act.now,
        about=answer.thing or act.thing,
        address_id=act.address_id,
    )


def items_of(view: View) -> list[Item]:
    """What has a number, as the reader saw it."""
    return [
        Item(item.number, wordings.title(view, item), item.said.group, item.said.author, text.printed(view, item))
        for item in view.shown
    ]


def _can_undo(act: Act, done: _Done) -> bool:
    """Whether «annulla» would take anything back."""
    posts = [post for post_id in done.posts if (post := act.session.get(Post, post_id)) is not None]
    return bool(done.deeds) or any(publication.can_withdraw(act.session, post) for post in posts)


def _line(view: View, item: Shown, outcome: str) -> str:
    title = wordings.title(view, item)
    return say(view.letter.language, f"digests.{outcome}", number=item.number, title=title, group=item.said.group)


def _outcome(receipt: Receipt | None) -> str:
    match receipt.outcome if receipt is not None else "gone":
        case "posted":
            return "did-post"
        case "held" if receipt is not None and receipt.reason in _KEPT:
            return "did-keep"
        case "held":
            return "did-wait"
        case "dropped" if receipt is not None and receipt.reason == "duplicate":
            return "did-again"
    return "did-nothing"


def _post_of(receipt: Receipt | None) -> list[int]:
    is_post = receipt is not None and receipt.thing is not None and receipt.thing.kind == things.POST
    return [receipt.thing.id] if receipt is not None and receipt.thing is not None and is_post else []


def _about(act: Act, thing: Thing, argument: str, said: str = "") -> Act:
    return replace(act, thing=thing, argument=argument, words=said)


def _name(act: Act) -> str:
    return act.session.get_one(Person, act.person_id).name
