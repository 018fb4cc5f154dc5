"""«Ricorso»: a decision is looked at again, by another moderator than the one who took it."""

from mailhub.archive import threads
from mailhub.archive.tables import Post
from mailhub.language import say
from mailhub.lists import (
    acts,
    calm,
    calm_words,
    calming,
    kinds,
    reading,
    standings,
    telling,
    things,
    trusting,
    vocabulary,
    voice,
)
from mailhub.lists.acts import Scene
from mailhub.lists.tables import HeldPost, Measure, Tool
from mailhub.people import questions, roles
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Outcome, Thing

UPHELD, LIFTED = "uphold", "lift-appealed"


def appeal(act: Act) -> Outcome:
    """Ask whoever else moderates the group, or organises it, to look at a decision again."""
    found, measure = acts.scene(act), meant(act)
    if found is None or measure is None or measure.ended_at is not None:
        return Outcome(False, Answer("calm.nothing-holds", {}, act.thing))
    if questions.standing_question(act.session, things.APPEAL, measure.id, measure.list_id) is not None:
        return Outcome(True, Answer("calm.appeal-runs", {"group": found.title}, act.thing))
    others = _others(act, measure)
    said = acts.words_after(act, "appeal")
    question = questions.ask(
        act.session,
        kinds.APPEAL,
        measure.id,
        [(other, None) for other in others],
        now=act.now,
        list_id=measure.list_id,
        detail={"by": act.person_id, "text": said},
    )
    for other in others:
        _ask(found, measure, question, other, said)
    return Outcome(True, Answer("calm.appealed", {"group": found.title}, act.thing))


def uphold(act: Act) -> Outcome:
    """It stays as it was decided."""
    return _answer(act, UPHELD)


def lift(act: Act) -> Outcome:
    """It ends now, and everybody hears that."""
    return _answer(act, LIFTED)


def meant(act: Act) -> Measure | None:
    """The decision that somebody means who answers a message of its conversation, or a mail about it."""
    if act.thing.kind == things.MEASURE:
        return act.session.get(Measure, act.thing.id)
    if act.thing.kind == things.HELD:
        held = act.session.get_one(HeldPost, act.thing.id)
        standing = calm.in_force(act.session, held.thread_id, act.now) if held.thread_id is not None else ()
        return standing[-1] if standing else None
    post = act.session.get(Post, act.thing.id)
    return calm.told_by(act.session, post, act.now) if post is not None else None


def _others(act: Act, measure: Measure) -> list[int]:
    """Who else moderates, else who organises; where the one who decided is alone, they are asked to look again."""
    moderators = {person.id for person in roles.moderators_of(act.session, measure.list_id)}
    organisers = {person.id for person in roles.organisers_of(act.session, measure.list_id)}
    concerned = {measure.begun_by, measure.person_id, act.person_id}
    return sorted(moderators - concerned or organisers - concerned or moderators - {act.person_id} or organisers)


def _ask(found: Scene, measure: Measure, question: Question, to: int, said: str) -> None:
    act = found.act
    language = telling.language_to(act.session, act.site, to)
    acts.tell(
        found,
        to,
        "calm.appeal-asked",
        because="moderator",
        occurrence=question.id,
        about=Thing(things.APPEAL, question.id),
        who=voice.name_of(found.person, language),
        decided_by=voice.name_of(act.session.get(Person, measure.begun_by), language),
        what=_what(act, measure, language, to),
        words=say(language, "calm.appeal-words", words=" ".join(said.split())) if said else "",
    )


def _what(act: Act, measure: Measure, language: str, to: int) -> str:
    """The decision in a clause: «un messaggio a persona ogni 6 ore, fino a …», or who may not write."""
    if measure.person_id is not None:
        name = voice.name_of(act.session.get(Person, measure.person_id), language)
        return say(language, "calm.rule-ban", name=name)
    zone = calm_words.zone_of(act.session.get_one(Person, to), act.site)
    return calm_words.phrase(act.session, calm.rule_of(measure), language, zone, act.now)


def _answer(act: Act, outcome: str) -> Outcome:
    question = act.session.get_one(Question, act.thing.id)
    found = acts.scene(act)
    assert found is not None, "an appeal is always of a group"
    if not reading.standing(act.session, found.group.id, act.person_id).moderates:
        return acts.not_allowed(found, vocabulary.word(outcome, act.language), acts.MODERATORS)
    if not questions.settle(act.session, question, outcome, act.person_id, now=act.now):
        return Outcome(False, Answer("calm.appeal-over", {"group": found.title}))
    measure = act.session.get_one(Measure, question.thing_id)
    if outcome == LIFTED:
        _lift(act, found, measure)
    for other in questions.asked(act.session, question):
        if other.person_id != act.person_id:
            _tell(found, question, other.person_id, "moderator")
    _tell(found, question, int(question.detail["by"]), "wrote")
    return Outcome(True, found.answer(f"calm.done-{outcome}"))


def _lift(act: Act, found: Scene, measure: Measure) -> None:
    if measure.tool is Tool.BAN:
        if standings.end(act.session, measure, act.person_id, now=act.now):
            trusting.tell_readmitted(found, measure)
        return
    thread = threads.current(act.session, measure.thread_id or 0)
    if thread is not None:
        calming.end(act, thread, [measure])


def _tell(found: Scene, question: Question, to: int, because: str) -> None:
    """How it ended, to who asked and to who was asked too; by role."""
    language = telling.language_to(found.act.session, found.act.site, to)
    contact = voice.contact(found.act.site, found.group, language)
    key = f"calm.appeal-{question.outcome}"
    acts.tell(found, to, key, because=because, occurrence=question.id, contact=contact)
