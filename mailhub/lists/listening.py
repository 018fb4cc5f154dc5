"""The verbs of one conversation: to hear no more of it, and to hear it again."""

from collections.abc import Mapping
from typing import Any

from mailhub.archive import subjects
from mailhub.archive.tables import Post
from mailhub.lists import acts, mutes, telling
from mailhub.verbs import Act, Outcome


def mute(act: Act) -> Outcome:
    """Nothing of this conversation comes by itself any more; the letter counts it."""
    return _set(act, "lists.conversation-muted", is_muted=True)


def follow(act: Act) -> Outcome:
    """It comes again, from the next message on."""
    return _set(act, "lists.conversation-followed", is_muted=False)


def hear(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of silencing."""
    return Outcome(mutes.unmute(act.session, act.person_id, int(kept["thread"])))


def hush(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of hearing it again."""
    return Outcome(mutes.mute(act.session, act.person_id, int(kept["thread"]), now=act.now))


def _set(act: Act, key: str, *, is_muted: bool) -> Outcome:
    found, post = acts.scene(act), act.session.get(Post, act.thing.id)
    if found is None or post is None or not found.belongs:
        return acts.outside(found) if found is not None else acts.which_group(act, "help")
    if is_muted:
        changed = mutes.mute(act.session, act.person_id, post.thread_id, now=act.now)
    else:
        changed = mutes.unmute(act.session, act.person_id, post.thread_id)
    subject = telling.short(act.language, subjects.bare(post.subject))
    # The answer is about the same message, so that the opposite word works in reply to it.
    answer = found.answer(key, thing=act.thing, subject=subject)
    return Outcome(True, answer, {"thread": post.thread_id} if changed else None)
