"""Hands words somebody wrote to an item of a letter over to its group, as an answer in that conversation."""

from mailhub.archive.tables import Post
from mailhub.lists import derived, posting, reading, things, voice
from mailhub.lists.arrival import Receipt, made_of
from mailhub.mail.body import Attachment
from mailhub.mail.message import Mail
from mailhub.people import activity
from mailhub.verbs import Act, Thing

ANSWERED = "letter.answered"  # the activity of one piece


def post(
    act: Act, mail: Mail, text: str, post_id: int, part: int, files: tuple[Attachment, ...] = ()
) -> Receipt | None:
    """Answer a post with these words of a mail; None where the post is there no more."""
    session, answered = act.session, act.session.get(Post, post_id)
    if answered is None:
        return None
    group = reading.get(session, answered.list_id)
    raw = derived.answer(
        mail,
        text,
        part=part,
        to=voice.address(act.site, group),
        subject=answered.subject,
        answers=answered.message_id,
        domain=act.site.domain,
        files=files,
    )
    return posting.receive(session, act.site, made_of(act, raw, came=mail), reply_to=answered.id)


def note(act: Act, item: Thing, outcome: str, reason: str, thing: Thing | None, **detail: int) -> None:
    """Write down what became of some words of an answer: each piece has its own fate."""
    activity.note(
        act.session,
        ANSWERED,
        now=act.now,
        person_id=act.person_id,
        list_id=things.list_of(act.session, item),
        thing=thing or item,
        outcome=outcome,
        reason=reason,
        **detail,
    )
