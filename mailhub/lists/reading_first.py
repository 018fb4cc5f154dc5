"""The verbs of posts: a moderator publishes or refuses, an author takes back."""

from mailhub.archive import posts
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.lists import (
    acts,
    approval,
    deciding,
    ending,
    holding,
    moderation,
    posting,
    publication,
    telling,
    things,
    vocabulary,
    votes,
)
from mailhub.lists.acts import Scene
from mailhub.lists.deciding import Deciding
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.mail import message
from mailhub.people.tables import Question
from mailhub.verbs import Act, Answer, Outcome, Thing


def publish(act: Act) -> Outcome:
    """Send a held post to the group, once enough moderators have said so; its author hears of it."""
    match deciding.begin(act, "publish"):
        case Deciding(found, held):
            return _publish(act, found, held)
        case outcome:
            return outcome


def refuse(act: Act) -> Outcome:
    """Keep a held post from the group; its author gets it back, with the words written here."""
    match deciding.begin(act, "refuse"):
        case Deciding(found, held):
            said = acts.words_after(act, "refuse")
            if not ending.refuse(act.session, act.site, held, act.person_id, said, now=act.now):
                return deciding.handled(act, held)
            return Outcome(True, found.answer("lists.done-refuse", subject=telling.short(act.language, held.subject)))
        case outcome:
            return outcome


def withdraw(act: Act) -> Outcome:
    """Take back what waits, or what has not left yet; said to the group, the last one."""
    match act.thing.kind:
        case things.HELD:
            return _withdraw_held(act, act.session.get_one(HeldPost, act.thing.id))
        case things.REPHRASE | things.EDIT:
            return _withdraw_held(act, act.session.get_one(HeldPost, deciding.held_of(act)))
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


def _publish(act: Act, found: Scene, held: HeldPost) -> Outcome:
    subject = telling.short(act.language, held.subject)
    if missing := votes.give(act.session, held, act.person_id, now=act.now):
        return Outcome(True, found.answer("lists.done-vote", thing=act.thing, subject=subject, missing=str(missing)))
    if not ending.publish(act.session, act.site, held, act.person_id, now=act.now):
        return deciding.handled(act, held)
    return Outcome(True, found.answer("lists.done-publish", subject=subject))


def _withdraw_held(act: Act, held: HeldPost) -> Outcome:
    found = acts.scene(act)
    assert found is not None, "a held post is always of a group"
    if held.person_id != act.person_id:
        return acts.not_allowed(found, vocabulary.word("withdraw", act.language), acts.AUTHOR)
    if not moderation.settle(act.session, act.site, held, HeldState.WITHDRAWN, act.person_id, now=act.now):
        if held.state is HeldState.PUBLISHED:
            return _too_late(found, held.subject, posts.find(act.session, found.group.id, held.message_id or ""))
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
        return _too_late(found, post.subject, post)
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
    told = telling.short(act.language, subject)
    acts.tell(found, act.person_id, "withdrawn", because="wrote", occurrence=raw_id, below=text, subject=told)


def _too_late(found: Scene, subject: str, post: Post | None) -> Outcome:
    told, thing = telling.short(found.act.language, subject), Thing(things.POST, post.id) if post else None
    return Outcome(False, found.answer("lists.withdraw-too-late", thing=thing, subject=told, contact=found.contact))


def _nothing(found: Scene) -> Outcome:
    """Nothing of theirs waits, and nothing went out."""
    return Outcome(False, Answer("inbound.nothing-to-undo", {"contact": found.contact}, found.thing))


def _text_of(act: Act, held: HeldPost) -> str:
    return message.parse(raws.read(act.session, act.site, held.raw_id)).text.strip()
