"""«Correggi» and the new text, in reply to one's own message: as long as it has not left it is changed, then corrected.

What nobody has read yet goes out with the new text alone. What was sent is sent for good: a short correction goes to
its conversation, once a day, and pages show the new text with the earlier one below it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from mailhub.archive import corrections, subjects
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post, PostState
from mailhub.language import Words, say, with_text_below
from mailhub.lists import acts, derived, posting, publication, telling, things, voice
from mailhub.lists.acts import AUTHOR, Scene
from mailhub.lists.arrival import Receipt, made_of
from mailhub.lists.vocabulary import WORDS, word
from mailhub.mail import message, structure
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded
from mailhub.verbs import Act, Answer, Outcome, Thing, plain

NAME = "correct"
ONCE_IN = timedelta(days=1)  # a message is corrected


def is_own(session: Session, thing: Thing, person_id: int) -> bool:
    """Whether this is a message of theirs: below anybody else's «Correct.» is for people to read."""
    post = session.get(Post, thing.id) if thing.kind == things.POST else None
    return post is not None and post.person_id == person_id


def correct(act: Act) -> Outcome:
    """Give a message another text, or correct what was sent."""
    found = acts.scene(act)
    if found is None or act.raw_id is None:
        return acts.which_group(act, NAME) if found is None else _how(found)
    text = new_text(act.words)
    if not text:
        return _how(found)
    mail = message.parse(raws.read(act.session, act.site, act.raw_id))
    post = act.session.get_one(Post, act.thing.id)
    if post.person_id != act.person_id:
        return acts.not_allowed(found, word(NAME, act.language), AUTHOR)
    if post.state is PostState.WITHDRAWN:
        return _how(found)
    if publication.can_withdraw(act.session, post):
        return _change_waiting(found, post, mail, text)
    return _send(found, post, mail, text)


def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo, as long as nothing of the correction was sent."""
    post = act.session.get(Post, int(kept["post"]))
    return Outcome(post is not None and publication.withdraw(act.session, post, now=act.now))


def new_text(words: str) -> str:
    """What stands behind the word, on its line and below it, as it was written."""
    first, _, below = words.strip().partition("\n")
    pieces = first.replace(":", ": ", 1).split()
    known = {plain(one) for forms in WORDS[NAME].values() for one in forms}
    at = next((place for place, piece in enumerate(pieces) if plain(piece) in known), len(pieces))
    return "\n".join((" ".join(pieces[at + 1 :]), below)).strip()


def _how(found: Scene) -> Outcome:
    return Outcome(False, Answer("lists.correct-how", {}, found.act.thing, returns_text=True))


def _change_waiting(found: Scene, post: Post, mail: Mail, text: str) -> Outcome:
    """Nobody has read it: the group gets the new text, as a message that can still be taken back."""
    act = found.act
    former = message.parse(raws.read(act.session, act.site, post.raw_id))
    publication.withdraw(act.session, post, now=act.now)
    receipt, said = _receive(found, _replaced(found, former, mail, text))
    if receipt.outcome != "posted":
        return Outcome(True)  # it waits, and its author has been told so
    thing = receipt.thing or act.thing
    return Outcome(True, _told(found, "lists.changed", thing, {"subject": _subject(found, post.subject)}, mail, said))


def _send(found: Scene, post: Post, mail: Mail, text: str) -> Outcome:
    """A correction in its conversation, by the rules for every message."""
    act = found.act
    last = corrections.latest(act.session, act.site, [post.id]).get(post.id)
    if last is not None and last.post.published_at > act.now - ONCE_IN:
        return Outcome(
            False, found.answer("lists.correct-again", returns_text=True, subject=_subject(found, post.subject))
        )
    mark = say(act.language, "lists.correction")
    raw = derived.correction(
        mail,
        text,
        to=voice.address(act.site, found.group),
        subject=f"Re: {subjects.bare(post.subject)} ({mark})",
        answers=post.message_id,
        name=lambda seed: corrections.message_id(act.site, seed),
        files=mail.attachments,
    )
    receipt, said = _receive(found, raw, reply_to=post.id)
    if receipt.outcome != "posted" or receipt.thing is None:
        return Outcome(receipt.outcome == "held")
    values = {"subject": _subject(found, post.subject), "undo": _how_to_undo(found)}
    return Outcome(True, _told(found, "lists.corrected", act.thing, values, mail, said), {"post": receipt.thing.id})


def _how_to_undo(found: Scene) -> str:
    has_time = found.rules.grace > timedelta()
    return say(found.act.language, "lists.correct-undo") if has_time else ""


def _subject(found: Scene, subject: str) -> str:
    return telling.short(found.act.language, subjects.bare(subject))


def _replaced(found: Scene, former: Mail, mail: Mail, text: str) -> bytes:
    """The message with another text: same subject, same place in its conversation, the files of both."""
    files = (*former.attachments, *mail.attachments)
    address, domain = voice.address(found.act.site, found.group), found.act.site.domain
    return derived.replacement(former, mail, text, to=address, domain=domain, files=files)


def _receive(found: Scene, raw: bytes, *, reply_to: int | None = None) -> tuple[Receipt, Folded]:
    """Hand it over to the group as its author's message."""
    act = found.act
    arrival = made_of(act, raw)
    here = None if reply_to else found.group.id
    return posting.receive(act.session, act.site, arrival, list_id=here, reply_to=reply_to), arrival.folded


def _told(found: Scene, key: str, thing: Thing, values: Mapping[str, str], mail: Mail, said: Folded) -> Answer:
    """With a receipt: what the group reads, and what of the mail was folded away."""
    language, came = found.act.language, structure.fold_mail(mail)
    parts = (("seen", said.new), ("folded-signature", came.signature), ("folded-quote", came.quoted))
    blocks = [_block(say(language, f"lists.{name}"), text) for name, text in parts if text.strip()]
    return Answer(key, {"group": found.title, **values}, thing, below="\n\n".join(blocks))


def _block(title: str, text: str) -> str:
    return with_text_below(Words("", title), text.strip()[: telling.LONGEST_TEXT]).text
