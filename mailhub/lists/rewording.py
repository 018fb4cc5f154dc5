"""A message that waits gets other words: its author's own, asked for or not, or a moderator's with its author's yes.

Nothing a moderator wrote ever leaves under the author's name before the author has said so.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.lists import (
    acts,
    deciding,
    derived,
    ending,
    holding,
    kinds,
    moderation,
    reading,
    telling,
    things,
    to_author,
    voice,
    votes,
)
from mailhub.lists.deciding import Deciding
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.lists.vocabulary import NO, YES
from mailhub.mail import message
from mailhub.mail.body import Attachment
from mailhub.mail.message import Mail
from mailhub.people import persons, questions
from mailhub.people.tables import Person, Question
from mailhub.questions import QuestionKind
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, plain

REPLACED = "replaced"  # how a question to an author ends when another takes its place
_BARE = frozenset(plain(word) for forms in (YES, NO) for words in forms.values() for word in words)


def rephrase(act: Act) -> Outcome:
    """Ask the author of what waits for other words; what they answer comes back to the moderators."""
    return _ask(act, "rephrase", kinds.REPHRASE)


def edit(act: Act) -> Outcome:
    """Propose other words to the author; they go out only with the author's yes."""
    return _ask(act, "edit", kinds.EDIT)


def reword(act: Act) -> Outcome:
    """The author's own new words for what waits; moderators read them in the place of the old ones."""
    begun = deciding.begin_as_author(act, "change")
    if not isinstance(begun, Deciding):
        return begun
    text = act.words.strip() if act.thing.kind == things.REPHRASE else acts.words_after(act, "change")
    if not text or plain(text) in _BARE:
        return Outcome(False, Answer("lists.new-words-wanted", {}, act.thing, returns_text=bool(text)))
    held, files = begun.held, _mail_of(act, act.raw_id).attachments if act.raw_id is not None else ()
    replace_words(act.session, act.site, held, text, files, now=act.now)
    asked = moderation.asked_author(act.session, held)
    if asked is not None:
        questions.settle(act.session, asked, "reword", act.person_id, now=act.now)
    subject = telling.short(act.language, held.subject)
    if held.thread_id is not None:  # no moderator reads it: it waits for its conversation
        return Outcome(True, begun.found.answer("calm.changed", thing=Thing(things.HELD, held.id), subject=subject))
    moderation.begin_anew(act.session, held, now=act.now)
    moderation.tell_again(act.session, act.site, held, act.now, "held-reworded", held.raw_id)
    return Outcome(True, begun.found.answer("lists.reworded", thing=Thing(things.HELD, held.id), subject=subject))


def accept(act: Act) -> Outcome:
    """The author's yes to a moderator's words: they go out, if no other moderator must read them."""
    question = act.session.get_one(Question, act.thing.id)
    begun = deciding.begin_as_author(act, "edit")
    if not isinstance(begun, Deciding):
        return begun
    if not questions.settle(act.session, question, "accept-edit", act.person_id, now=act.now):
        return deciding.handled(act, begun.held)
    held, by = begun.held, int(question.detail["by"])
    replace_words(act.session, act.site, held, str(question.detail["text"]), now=act.now)
    moderation.begin_anew(act.session, held, now=act.now)
    subject = telling.short(act.language, held.subject)
    still_may = reading.standing(act.session, held.list_id, by).moderates
    if not still_may or votes.give(act.session, held, by, now=act.now):
        moderation.tell_again(act.session, act.site, held, act.now, "held-reworded", held.raw_id, but=by)
        return Outcome(True, begun.found.answer("lists.reworded", thing=Thing(things.HELD, held.id), subject=subject))
    ending.publish(act.session, act.site, held, by, now=act.now, tells_author=False)
    _tell(act.session, act.site, held, by, "edit-accepted", question.id, act.now)
    return Outcome(True, begun.found.answer("lists.edit-published", subject=subject))


def decline(act: Act) -> Outcome:
    """The author's no: it waits as it was written."""
    question = act.session.get_one(Question, act.thing.id)
    begun = deciding.begin_as_author(act, "edit")
    if not isinstance(begun, Deciding):
        return begun
    if not questions.settle(act.session, question, "decline-edit", act.person_id, now=act.now):
        return deciding.handled(act, begun.held)
    about = Thing(things.HELD, begun.held.id)
    _tell(act.session, act.site, begun.held, int(question.detail["by"]), "edit-declined", question.id, act.now, about)
    subject = telling.short(act.language, begun.held.subject)
    return Outcome(True, begun.found.answer("lists.edit-kept", thing=about, subject=subject))


def replace_words(
    session: Session, site: Site, held: HeldPost, text: str, files: tuple[Attachment, ...] = (), *, now: datetime
) -> None:
    """From now on these are its words; all else of it stays, and the mail as it came is kept."""
    mail = message.parse(raws.read(session, site, held.raw_id))
    to = voice.address(site, reading.get(session, held.list_id))
    raw = derived.reworded(mail, text, to=to, files=files)
    holding.reworded(held, raws.keep(session, site, raw, now=now).id)
    session.flush()


def remind(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """The author has not answered: asked once more."""
    question = session.get_one(Question, question_id)
    _tell_author(session, site, question, now, again=True)


def expire(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """The author does not answer: it is with the moderators again, as it was."""
    held = session.get_one(HeldPost, session.get_one(Question, question_id).thing_id)
    if held.state is HeldState.WAITING:
        moderation.tell_again(session, site, held, now, "held-no-answer", question_id)


def _ask(act: Act, verb: str, kind: QuestionKind) -> Outcome:
    begun = deciding.begin(act, verb)
    if not isinstance(begun, Deciding):
        return begun
    found, held, text = begun.found, begun.held, acts.words_after(act, verb)
    if not text or held.person_id is None:
        return Outcome(False, found.answer("lists.words-wanted", thing=act.thing))
    session, site = act.session, act.site
    former = moderation.asked_author(session, held)
    if former is not None:
        questions.settle(session, former, REPLACED, act.person_id, now=act.now)
    question = questions.ask(
        session,
        kind,
        held.id,
        [(held.person_id, None)],
        now=act.now,
        list_id=held.list_id,
        detail={"text": text, "by": act.person_id},
    )
    _tell_author(session, site, question, act.now)
    waiting = session.get(Question, held.question_id) if held.question_id is not None else None
    for asking in questions.asked(session, waiting) if waiting is not None else ():
        if asking.person_id != act.person_id:
            _tell(session, site, held, asking.person_id, "author-asked", question.id, act.now, who=act.person_id)
    return Outcome(True, found.answer(f"lists.done-{verb}", thing=act.thing, subject=_subject(act, held)))


def _tell_author(session: Session, site: Site, question: Question, now: datetime, *, again: bool = False) -> None:
    held = session.get_one(HeldPost, question.thing_id)
    if held.state is not HeldState.WAITING or held.person_id is None:
        return
    group = reading.get(session, held.list_id)
    language = telling.language_to(session, site, held.person_id)
    text = str(question.detail["text"])
    is_edit = question.kind == things.EDIT
    values = {"group": reading.definition_of(group).titled(language)}
    if not is_edit:
        values["why"] = moderation.asked_so(group, text, language)
    to_author.tell(
        session,
        site,
        held,
        "edit-proposed" if is_edit else "rephrase-asked",
        values=values,
        occurrence=question.id * 2 + again,
        now=now,
        about=Thing(question.kind, question.id),
        below=text if is_edit else to_author.text_of(session, site, held),
    )


def _tell(
    session: Session,
    site: Site,
    held: HeldPost,
    to: int,
    key: str,
    occurrence: int,
    now: datetime,
    about: Thing | None = None,
    *,
    who: int | None = None,
) -> None:
    """A moderator hears what has become of it; `who` did that, else its author."""
    language = telling.language_to(session, site, to)
    group = reading.get(session, held.list_id)
    values = {
        "subject": telling.short(language, held.subject),
        "group": reading.definition_of(group).titled(language),
        "who": voice.name_of(session.get(Person, who or held.person_id or 0), language),
    }
    telling.tell(
        session, site, to, group, key, values, because="moderator", occurrence=occurrence, now=now, about=about
    )


def _subject(act: Act, held: HeldPost) -> str:
    return telling.short(persons.language_of(act.session.get_one(Person, act.person_id), act.site), held.subject)


def _mail_of(act: Act, raw_id: int) -> Mail:
    return message.parse(raws.read(act.session, act.site, raw_id))
