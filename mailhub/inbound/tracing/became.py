"""What a mail can have become: a message, one that waits, a deed, a question; each row as a value of the trace."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.blobs import Damaged
from mailhub.archive.tables import Post, Thread
from mailhub.inbound.tables import InboundMail
from mailhub.inbound.tracing import decided, naming
from mailhub.inbound.tracing.values import Asked, Brief, Done, Group, Published, Waited
from mailhub.language import LANGUAGES
from mailhub.lists import holding, reading, things
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, MailList
from mailhub.mail import message
from mailhub.mail.wire import Unreadable
from mailhub.people import questions
from mailhub.people.deeds import UNDO_WITHIN
from mailhub.people.tables import Deed, Question
from mailhub.site import Site
from mailhub.verbs import Thing

_BLANK_LINE = b"\r\n\r\n"


def group(session: Session, list_id: int | None) -> Group | None:
    """The group of this id, by its titles."""
    row = session.get(MailList, list_id) if list_id else None
    if row is None:
        return None
    rules = reading.definition_of(row)
    return Group(row.slug, {language: rules.titled(language) for language in LANGUAGES})


def published(session: Session, post: Post) -> Published:
    """A message and its conversation."""
    thread, of = session.get_one(Thread, post.thread_id), group(session, post.list_id)
    assert of is not None, "a post is always of a group"
    return Published(
        group=of,
        number=post.number,
        message_id=post.message_id,
        subject=post.subject,
        conversation=thread.subject,
        conversation_posts=thread.posts,
        at=post.published_at,
        state=post.state.value,
        decided=decided.of_post(session, post),
    )


def waited(session: Session, held: HeldPost) -> Waited:
    """What waited, and what it became."""
    of = group(session, held.list_id)
    assert of is not None, "what waits is always of a group"
    out = sa.select(Post).where(Post.raw_id == held.raw_id, Post.list_id == held.list_id)
    post = session.scalar(out.limit(1)) if not held.relay_to else None
    return Waited(
        group=of,
        subject=held.subject,
        reasons=tuple(reason.value for reason in holding.reasons_of(held)),
        state=held.state.value,
        waits_for=_waits_for(held),
        at=held.held_at,
        settled_at=held.settled_at,
        settled_by=naming.name(session, held.settled_by),
        note=held.note,
        published=published(session, post) if post else None,
        decided=decided.of_held(session, held),
    )


def _waits_for(held: HeldPost) -> str:
    """Whose word lets it go on."""
    reasons = holding.reasons_of(held)
    if Reason.UNPROVEN in reasons:
        return "author"
    if held.relay_to:
        return "nobody"
    return "moderators" if held.question_id is not None else "joining"


def thing(session: Session, about: Thing | None) -> Published | Waited | None:
    """What a disposition or an activity names, where it is a message."""
    if about is None:
        return None
    if about.kind == things.POST:
        post = session.get(Post, about.id)
        return published(session, post) if post else None
    held = session.get(HeldPost, about.id) if about.kind == things.HELD else None
    return waited(session, held) if held else None


def done(deed: Deed) -> Done:
    """A verb that was carried out."""
    until = deed.done_at + UNDO_WITHIN if deed.undo is not None else None
    return Done(deed.verb, deed.done_at, deed.evidence, until, deed.undone_at)


def asked(session: Session, question: Question) -> Asked:
    """A question, by how many are asked and who settled it."""
    return Asked(
        kind=question.kind,
        at=question.asked_at,
        people=len(questions.asked(session, question)),
        settled_at=question.settled_at,
        settled_by=naming.name(session, question.settled_by),
        outcome=question.outcome,
    )


def brief(session: Session, site: Site, mail: InboundMail) -> Brief:
    """A mail that came in, in a line."""
    return Brief(mail.message_id, mail.received_at, mail.author, subject(session, site, mail))


def subject(session: Session, site: Site, mail: InboundMail) -> str | None:
    """The subject of a mail, of which only the head is read; None where it cannot be."""
    try:
        head, _, _ = raws.read(session, site, mail.raw_id).partition(_BLANK_LINE)
        return message.parse(head + _BLANK_LINE).subject or None
    except (Damaged, Unreadable, OSError):
        return None
