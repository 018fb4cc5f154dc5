"""«A quale messaggio rispondi?»: words that fit nothing clearly wait, whole, for one number."""

from collections.abc import Sequence
from datetime import timedelta

from mailhub import language, tokens
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.digests import answers, posting, telling, wordings
from mailhub.digests.answers import Piece
from mailhub.digests.viewing import Shown, View
from mailhub.language import say
from mailhub.lists import publication, reading, things
from mailhub.lists import telling as said
from mailhub.mail import message
from mailhub.mail.message import Mail
from mailhub.people import questions
from mailhub.people.tables import Question
from mailhub.questions import QuestionKind
from mailhub.verbs import Act, Answer, Outcome, Thing

KIND = tokens.kind("which", 17).name
WHICH = QuestionKind(KIND, ends_after=timedelta(days=14))  # then nothing has happened, and the mail is still kept
VERB = "choose"
NONE_OF_THEM = 0
PART = 900_000  # the place of these words among the parts of the mail: after all that were clear


def ask(act: Act, view: View, mail: Mail, pieces: Sequence[Piece]) -> None:
    """Ask once about everything that is unclear; its text stays with the question, and comes back below."""
    unclear = "\n\n".join(piece.text.strip() for piece in pieces if piece.text.strip())
    choices = _choices(view, pieces)
    question = questions.ask(act.session, WHICH, act.raw_id or 0, [(act.person_id, act.address_id)], now=act.now)
    question.detail = {"text": unclear, "posts": [item.thing.id for item in choices], "letter": view.letter.id}
    unknown = [number for piece in pieces for number in piece.unknown]
    values = {
        "words": said.short(act.language, pieces[0].text),
        "unknown": _unknown(act.language, view, unknown) if unknown else "",
        "choices": [_choice(view, place, item) for place, item in enumerate(choices, start=1)],
    }
    telling.tell(
        act.session,
        act.site,
        act.person_id,
        language.with_text_below(language.mail(act.language, "digests.which", **values), unclear),
        act.language,
        kind="digests.which",
        occurrence=question.id,
        now=act.now,
        about=Thing(KIND, question.id),
        address_id=act.address_id,
        in_reply_to=mail.message_id,
    )


def choose(act: Act) -> Outcome:
    """The number they chose: the words that waited go there; 0 leaves everything as it is."""
    question = act.session.get_one(Question, act.thing.id)
    if question.settled_at is not None:
        return Outcome(False, Answer("digests.which-settled", {}, None, returns_text=True))
    posts = question.detail["posts"]
    chosen = answers.choice(act.words, len(posts))
    if chosen is None:
        return Outcome(False, Answer("digests.which-again", {"most": len(posts)}, act.thing, returns_text=True))
    if not questions.settle(act.session, question, VERB, act.person_id, now=act.now):
        return Outcome(False)
    if chosen == NONE_OF_THEM:
        return Outcome(True, Answer("digests.none-of-them", {}, None))
    return _post(act, question, posts[chosen - 1])


def _post(act: Act, question: Question, post_id: int) -> Outcome:
    mail = message.parse(raws.read(act.session, act.site, question.thing_id))
    receipt = posting.post(act, mail, question.detail["text"], post_id, PART)
    if receipt is not None:
        item = Thing(things.POST, post_id)
        posting.note(act, item, receipt.outcome, receipt.reason, receipt.thing, question=question.id)
    post = act.session.get(Post, post_id)
    if receipt is not None and receipt.outcome == "answered":  # the group has told them why not
        return Outcome(True)
    if receipt is None or post is None or receipt.outcome == "dropped":
        return Outcome(False, Answer("digests.letter-gone", {}, act.thing, returns_text=True))
    group = reading.title(act.session, post.list_id, act.language) or ""
    key = "digests.chosen" if receipt.outcome == "posted" else "digests.chosen-waits"
    values = {"title": said.short(act.language, post.subject), "group": group}
    if receipt.outcome == "posted":
        answered = act.session.get(Post, receipt.thing.id) if receipt.thing else None
        is_early = answered is not None and publication.can_withdraw(act.session, answered)
        values["undo"] = say(act.language, "digests.how-to-withdraw") if is_early else ""
    return Outcome(True, Answer(key, values, receipt.thing))


def _choices(view: View, pieces: Sequence[Piece]) -> list[Shown]:
    """What may be meant: the candidates where every piece has some, else all that has a number."""
    candidates = {number for piece in pieces for number in piece.items}
    if not candidates or any(not piece.items for piece in pieces):
        return list(view.shown)
    return [item for item in view.shown if item.number in candidates]


def _choice(view: View, place: int, item: Shown) -> str:
    title = wordings.title(view, item)
    return say(view.letter.language, "digests.choice", place=place, title=title, group=item.said.group)


def _unknown(spoken: str, view: View, numbers: Sequence[int]) -> str:
    last = max(item.number for item in view.shown)
    named = ", ".join(str(number) for number in dict.fromkeys(numbers))
    return say(spoken, "digests.unknown-numbers", numbers=named, last=last)
