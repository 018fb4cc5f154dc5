"""«Segnala»: a member shows a message to the moderators. Its author never learns who; that member hears the outcome."""

from collections.abc import Callable

from mailhub.archive import subjects
from mailhub.archive.reading import shown
from mailhub.archive.tables import Post
from mailhub.language import say
from mailhub.lists import acts, kinds, reading, telling, things, vocabulary, voice
from mailhub.lists.acts import Scene
from mailhub.people import questions, roles
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Outcome, Thing

MOST = 50  # people who report one message: their mails have numbers below this


def report(act: Act) -> Outcome:
    """Bring the message before those who moderate, but for its author, with the words written here."""
    found, post = acts.scene(act), things.post_of(act.session, act.thing)
    if found is None or post is None or not found.belongs:
        return acts.outside(found) if found is not None else acts.which_group(act, "help")
    others = _readers(act, post)
    question = questions.ask(
        act.session,
        kinds.REPORT,
        post.id,
        [(one, None) for one in others],
        now=act.now,
        list_id=post.list_id,
        detail={"by": []},
    )
    by = list(question.detail["by"])
    if act.person_id not in by and len(by) < MOST:
        question.detail = {"by": [*by, act.person_id]}
        act.session.flush()
        for asking in questions.asked(act.session, question):
            _ask(found, post, question, asking.person_id, len(by))
    return Outcome(True, found.answer("calm.reported", thing=act.thing, subject=_subject(post, act.language)))


def handled(act: Act) -> Outcome:
    """A moderator has seen to it; what they write is told to whoever reported it."""
    found = acts.scene(act)
    assert found is not None, "a report is always of a group"
    if not reading.standing(act.session, found.group.id, act.person_id).moderates:
        return acts.not_allowed(found, vocabulary.word("handled", act.language), acts.MODERATORS)
    if not close(act, acts.words_after(act, "handled")):
        return Outcome(False, Answer("calm.report-over", {"group": found.title}))
    return Outcome(True, found.answer("calm.done-handled"))


def closing(perform: Callable[[Act], Outcome]) -> Callable[[Act], Outcome]:
    """The verb of a message, which said to a report of it is also what became of the report."""

    def performed(act: Act) -> Outcome:
        outcome = perform(act)
        if outcome.done and act.thing.kind == things.REPORT:
            close(act, "")
        return outcome

    return performed


def close(act: Act, said: str) -> bool:
    """Tell whoever reported how it ended, once, and the other moderators that it did; False when it had ended."""
    question = act.session.get_one(Question, act.thing.id)
    if not questions.settle(act.session, question, "handled", act.person_id, now=act.now):
        return False
    for person_id in question.detail["by"]:
        _tell(act, question, int(person_id), "calm.report-outcome", said)
    for asking in questions.asked(act.session, question):
        if asking.person_id != act.person_id:
            _tell(act, question, asking.person_id, "calm.report-over")
    return True


def _readers(act: Act, post: Post) -> list[int]:
    """Who moderates, else who organises; the author of the message is not among them."""
    moderators = {person.id for person in roles.moderators_of(act.session, post.list_id)} - {post.person_id}
    organisers = {person.id for person in roles.organisers_of(act.session, post.list_id)} - {post.person_id}
    return sorted(moderators or organisers)


def _ask(found: Scene, post: Post, question: Question, to: int, number: int) -> None:
    act = found.act
    language = telling.language_to(act.session, act.site, to)
    said = " ".join(acts.words_after(act, "report").split())
    [one] = shown(act.session, [post.id])
    author = act.session.get(Person, post.person_id) if post.person_id is not None else None
    acts.tell(
        found,
        to,
        "calm.report-asked",
        because="moderator",
        occurrence=question.id * MOST + number,
        about=Thing(things.REPORT, question.id),
        below=one.text.words.strip(),
        subject=_subject(post, language),
        who=voice.name_of(found.person, language),
        author=voice.name_of(author, language),
        words=say(language, "calm.appeal-words", words=said) if said else "",
    )


def _tell(act: Act, question: Question, to: int, key: str, said: str | None = None) -> None:
    language = telling.language_to(act.session, act.site, to)
    group = reading.get(act.session, question.list_id or 0)
    values = {"group": reading.definition_of(group).titled(language)}
    if said is not None:
        words = " ".join(said.split())
        values["words"] = say(language, "calm.outcome-words", words=words) if words else ""
        values["contact"] = voice.contact(act.site, group, language)
    because = "member" if said is not None else "moderator"
    telling.tell(act.session, act.site, to, group, key, values, because=because, occurrence=question.id, now=act.now)


def _subject(post: Post, language: str) -> str:
    return telling.short(language, subjects.bare(post.subject))
