"""The verbs of posts: a moderator publishes or refuses, an author takes back."""

from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.language import say
from mailhub.lists import (
    acts,
    approval,
    holding,
    moderation,
    posting,
    publication,
    reading,
    telling,
    things,
    vocabulary,
    voice,
)
from mailhub.lists.acts import Scene
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.mail import message
from mailhub.people import persons
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Outcome, plain


def publish(act: Act) -> Outcome:
    """Send a held post to the group; its author hears of it."""
    return _decide(act, HeldState.PUBLISHED)


def refuse(act: Act) -> Outcome:
    """Keep a held post from the group; its author gets it back, with the words written here."""
    return _decide(act, HeldState.REFUSED)


def withdraw(act: Act) -> Outcome:
    """Take back what waits, or what has not left yet; said to the group, the last one."""
    match act.thing.kind:
        case things.HELD:
            return _withdraw_held(act, act.session.get_one(HeldPost, act.thing.id))
        case things.POST:
            return _withdraw_post(act, act.session.get_one(Post, act.thing.id))
        case things.APPROVAL:
            return _withdraw_request(act)
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "withdraw")
    waiting = [
        held
        for held in holding.waiting_of(act.session, found.group.id, act.person_id)
        if not held.relay_to and Reason.UNPROVEN not in holding.reasons_of(held)  # perhaps nothing of theirs
    ]
    if waiting:
        return _withdraw_held(act, waiting[-1])
    post = publication.latest_of(act.session, found.group.id, act.person_id)
    return _withdraw_post(act, post) if post else _nothing(found)


def _decide(act: Act, state: HeldState) -> Outcome:
    found = acts.scene(act)
    held = act.session.get_one(HeldPost, act.thing.id)
    assert found is not None, "a held post is always of a group"
    verb = "publish" if state is HeldState.PUBLISHED else "refuse"
    if not reading.standing(act.session, found.group.id, act.person_id).moderates:
        return acts.not_allowed(found, vocabulary.word(verb, act.language), acts.MODERATORS)
    if Reason.UNPROVEN in holding.reasons_of(held) or held.relay_to:
        return acts.not_allowed(found, vocabulary.word(verb, act.language), acts.MODERATORS)
    note = _reason_of(act) if state is HeldState.REFUSED else None
    if not moderation.settle(act.session, act.site, held, state, act.person_id, now=act.now, note=note):
        values = moderation.handled(act.session, act.site, held, act.person_id, act.now)
        return Outcome(False, Answer("lists.already-handled", values))
    if state is HeldState.PUBLISHED:
        posting.release(act.session, act.site, held, now=act.now)
    _tell_author(act, held)
    subject = telling.short(act.language, held.subject)
    return Outcome(True, found.answer(f"lists.done-{verb}", subject=subject))


def _reason_of(act: Act) -> str:
    """What was written after the word, as it was written where that is still known."""
    first, _, rest = act.words.strip().partition("\n")
    for word in sorted((w for forms in vocabulary.WORDS["refuse"].values() for w in forms), key=len, reverse=True):
        if plain(first).startswith(plain(word)):
            return "\n".join(part for part in (first.strip()[len(word) :].lstrip(" ,:;.-"), rest.strip()) if part)
    return "\n".join(part for part in (act.argument, act.words.strip()) if part)


def _tell_author(act: Act, held: HeldPost) -> None:
    if held.person_id is None:
        return
    session, site, group = act.session, act.site, reading.get(act.session, held.list_id)
    person = session.get_one(Person, held.person_id)
    language = persons.language_of(person, site)
    values = {
        "group": reading.definition_of(group).titled(language),
        "subject": telling.short(language, held.subject),
    }
    below = None
    if held.state is HeldState.REFUSED:
        why = say(language, "lists.refused-why", words=" ".join(held.note.split())) if held.note else ""
        when = telling.told_day(site, person, act.now, language, act.now)
        values |= {"why": why, "when": when, "contact": voice.contact(site, group, language)}
        below = _text_of(act, held)
    telling.tell(
        session,
        site,
        person.id,
        group,
        held.state.value,
        values,
        because="wrote",
        occurrence=held.id,
        now=act.now,
        below=below,
    )


def _withdraw_held(act: Act, held: HeldPost) -> Outcome:
    found = acts.scene(act)
    assert found is not None, "a held post is always of a group"
    if held.person_id != act.person_id:
        return acts.not_allowed(found, vocabulary.word("withdraw", act.language), acts.AUTHOR)
    if not moderation.settle(act.session, act.site, held, HeldState.WITHDRAWN, act.person_id, now=act.now):
        if held.state is HeldState.PUBLISHED:
            return _too_late(found, held.subject)
        values = moderation.handled(act.session, act.site, held, act.person_id, act.now)
        return Outcome(False, Answer("lists.already-handled", values))
    _tell_withdrawn(found, held.subject, _text_of(act, held), held.raw_id)
    return Outcome(True)


def _withdraw_post(act: Act, post: Post) -> Outcome:
    found = acts.scene(act)
    assert found is not None, "a post is always of a group"
    if post.person_id != act.person_id:
        return acts.not_allowed(found, vocabulary.word("withdraw", act.language), acts.AUTHOR)
    if not publication.withdraw(act.session, post, now=act.now):
        return _too_late(found, post.subject)
    text = message.parse(raws.read(act.session, act.site, post.raw_id)).text
    _tell_withdrawn(found, post.subject, text.strip(), post.raw_id)
    return Outcome(True)


def _withdraw_request(act: Act) -> Outcome:
    question = act.session.get_one(Question, act.thing.id)
    found = acts.scene(act)
    assert found is not None, "a question about joining is always about a group"
    if question.thing_id != act.person_id:
        return acts.not_allowed(found, vocabulary.word("withdraw", act.language), acts.AUTHOR)
    if not approval.withdraw(act.session, question, now=act.now):
        return acts.outside(found) if not found.belongs else Outcome(False, acts.welcome(found))
    posting.forget(act.session, found.group.id, act.person_id, HeldState.WITHDRAWN, now=act.now)
    return Outcome(True, Answer("lists.join-withdrawn", {"group": found.title}))


def _tell_withdrawn(found: Scene, subject: str, text: str, raw_id: int) -> None:
    """With their text, which is not the one that came with this mail."""
    act = found.act
    telling.tell(
        act.session,
        act.site,
        act.person_id,
        found.group,
        "withdrawn",
        {"group": found.title, "subject": telling.short(act.language, subject)},
        because="wrote",
        occurrence=raw_id,
        now=act.now,
        below=text,
    )


def _too_late(found: Scene, subject: str) -> Outcome:
    told = telling.short(found.act.language, subject)
    return Outcome(False, found.answer("lists.withdraw-too-late", subject=told, contact=found.contact))


def _nothing(found: Scene) -> Outcome:
    """Nothing of theirs waits, and nothing went out."""
    return Outcome(False, Answer("inbound.nothing-to-undo", {"contact": found.contact}, found.thing))


def _text_of(act: Act, held: HeldPost) -> str:
    return message.parse(raws.read(act.session, act.site, held.raw_id)).text.strip()
