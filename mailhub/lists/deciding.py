"""Who may decide about a message that waits, and what is said where it is decided already."""

from dataclasses import dataclass

from mailhub.lists import acts, holding, moderation, reading, things, vocabulary
from mailhub.lists.acts import Scene
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.people.tables import Question
from mailhub.verbs import Act, Answer, Outcome


@dataclass(frozen=True, slots=True)
class Deciding:
    """Somebody who may, before a message that waits."""

    found: Scene
    held: HeldPost


def begin(act: Act, verb: str) -> Deciding | Outcome:
    """A moderator who wants to say `verb` of the message; an outcome where that cannot be."""
    found, held = acts.scene(act), act.session.get_one(HeldPost, held_of(act))
    assert found is not None, "a held post is always of a group"
    may = reading.standing(act.session, found.group.id, act.person_id).moderates
    if not may or Reason.UNPROVEN in holding.reasons_of(held) or held.relay_to:
        return acts.not_allowed(found, vocabulary.word(verb, act.language), acts.MODERATORS)
    return Deciding(found, held) if held.state is HeldState.WAITING else handled(act, held)


def begin_as_author(act: Act, verb: str) -> Deciding | Outcome:
    """The author of it, who may change what nobody has decided about."""
    found, held = acts.scene(act), act.session.get_one(HeldPost, held_of(act))
    assert found is not None, "a held post is always of a group"
    if held.person_id != act.person_id or held.relay_to or Reason.UNPROVEN in holding.reasons_of(held):
        return acts.not_allowed(found, vocabulary.word(verb, act.language), acts.AUTHOR)
    return Deciding(found, held) if held.state is HeldState.WAITING else handled(act, held)


def held_of(act: Act) -> int:
    """The message this is about: itself, or what a question about it names."""
    return act.thing.id if act.thing.kind == things.HELD else act.session.get_one(Question, act.thing.id).thing_id


def handled(act: Act, held: HeldPost) -> Outcome:
    """Nothing to do: somebody was first, and is named."""
    values = moderation.handled(act.session, act.site, held, act.person_id, act.now)
    return Outcome(False, Answer("lists.already-handled", values))
