"""A mail becomes a post: its number, its place in the archive, its mailing; within its grace it can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import pictures, posts
from mailhub.archive.pictures import Made
from mailhub.archive.tables import Post, PostState
from mailhub.delivery import mailings
from mailhub.delivery.tables import MailClass, Mailing, MailingState
from mailhub.lists import answered, calm, outgoing, reading, spans, things
from mailhub.lists.definition import ListKind
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription, Tool
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded
from mailhub.people import activity, consent
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing

SOURCE = spans.POSTS
MEMBERS = "members"  # audience: the group
_LOCKED = "lists locked"
TREE = "tree"  # audience: the group, and those below it who are not in it


# Made once: every post asks this, and making a statement costs as much as running it.
_SPOKEN = (
    sa.select(Person.language)
    .join(Subscription, Subscription.person_id == Person.id)
    .where(Subscription.list_id.in_(sa.bindparam("lists", expanding=True)), Subscription.state.in_(BELONGING))
    .distinct()
)


def publish(
    session: Session,
    site: Site,
    group: MailList,
    *,
    raw_id: int,
    raw: bytes,
    mail: Mail,
    person_id: int | None,
    now: datetime,
    said: Folded | None = None,
    has_waited: bool = False,
    authenticity: Authenticity = NOTHING,
) -> Post:
    """Give it the next number, keep it, and owe it to the group; a mail that is a post already stays that post.

    What `has_waited` for a moderator goes at once. The list's row stays locked until the commit: numbers have no gap.
    """
    names = answered.renamed(session, site, mail)
    mail = answered.by_our_names(mail, names)
    _lock(session, group)
    before = group.last_number
    made = pictures.of(session, mail.attachments)
    post = posts.publish(
        session,
        site,
        list_id=group.id,
        number=before + 1,
        raw_id=raw_id,
        raw=raw,
        mail=mail,
        person_id=person_id,
        now=now,
        said=said,
        instead={at: one.kept for at, one in made.items()},
    )
    if post.number <= before:
        return post
    group.last_number = post.number
    _settle_in(session, post, now)
    grace = timedelta() if has_waited else reading.definition_of(group).grace
    _owe(session, site, group, post, raw, mail, authenticity, names, made, now, now + grace)
    thing = Thing(things.POST, post.id)
    activity.note(session, "post.published", now=now, person_id=person_id, list_id=group.id, thing=thing)
    return post


def _settle_in(session: Session, post: Post, now: datetime) -> None:
    """It counts for its author; and what was decided about its conversation: by letter only, or others' turn now."""
    _count(session, post.list_id, post.person_id, 1)
    tools = {measure.tool for measure in calm.in_force(session, post.thread_id, now)}
    if Tool.LETTER in tools:
        spans.by_letter(session, post.list_id, post.number, now=now)
    if Tool.VOICES in tools and post.person_id is not None:
        calm.wake(session, post.thread_id, now=now)


def _lock(session: Session, group: MailList) -> None:
    """Hold the list's row to the end of the transaction; what was read under the lock stays true under it."""
    held: set[int] = session.info.setdefault(_LOCKED, set())
    if group.id not in held:
        session.refresh(group, with_for_update={"key_share": True})
        if not session.in_nested_transaction():  # a savepoint that is rolled back gives its locks back
            held.add(group.id)


def languages(session: Session, site: Site, group: MailList) -> Sequence[str]:
    """The languages of those a post may reach: a copy is compiled for each."""
    is_tree = reading.definition_of(group).kind is ListKind.ANNOUNCE
    reached = [group.id, *(reading.below(session, group.id) if is_tree else ())]
    spoken = session.scalars(_SPOKEN, {"lists": reached})
    found = {language or site.language for language in spoken} | {site.language}
    return sorted(found)


def withdraw(session: Session, post: Post, *, now: datetime) -> bool:
    """Take a post back before anything of it was sent; False when that moment has passed."""
    mailing = mailing_of(session, post, lock=True)
    if mailing is None or mailing.state is not MailingState.SCHEDULED or post.state is PostState.WITHDRAWN:
        return False
    if not mailings.cancel(session, mailing, now=now, reason="withdrawn by its author"):
        return False
    posts.withdraw(session, post)
    _count(session, post.list_id, post.person_id, -1)
    thing = Thing(things.POST, post.id)
    activity.note(session, "post.withdrawn", now=now, person_id=post.person_id, list_id=post.list_id, thing=thing)
    return True


def can_withdraw(session: Session, post: Post) -> bool:
    """Whether nothing of a post has been sent yet."""
    mailing = mailing_of(session, post)
    return mailing is not None and mailing.state is MailingState.SCHEDULED


def mailing_of(session: Session, post: Post, *, lock: bool = False) -> Mailing | None:
    """The mailing that carries a post."""
    wanted = sa.select(Mailing).where(Mailing.source == SOURCE, Mailing.key == str(post.id))
    # Locked, it cannot be opened between our look at it and its end.
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True) if lock else wanted)


def latest_of(session: Session, list_id: int, person_id: int) -> Post | None:
    """The last message of this person in the group that has not been taken back."""
    mine = sa.select(Post).where(
        Post.list_id == list_id, Post.person_id == person_id, Post.state == PostState.PUBLISHED
    )
    return session.scalar(mine.order_by(Post.number.desc()).limit(1))


def _owe(
    session: Session,
    site: Site,
    group: MailList,
    post: Post,
    raw: bytes,
    mail: Mail,
    found: Authenticity,
    names: Mapping[str, str],
    made: Mapping[int, Made],
    now: datetime,
    due_at: datetime,
) -> None:
    """Open the mailing that carries it, due when its author can no longer take it back."""
    rules = reading.definition_of(group)
    spoken = languages(session, site, group)
    frames = outgoing.frames(session, site, group, post, raw, mail, found, spoken, names, made)
    mailings.open_mailing(
        session,
        source=SOURCE,
        key=str(post.id),
        mail_class=MailClass.DISCUSSION,
        frames={language: frame.to_bytes() for language, frame in frames.items()},
        now=now,
        due_at=due_at,
        purpose=consent.list_purpose(group.id),
        list_id=group.id,
        thing_id=post.id,
        reads=TREE if rules.kind is ListKind.ANNOUNCE else MEMBERS,
    )


def _count(session: Session, list_id: int, person_id: int | None, by: int) -> None:
    place = reading.subscription(session, list_id, person_id) if person_id is not None else None
    if place is not None:
        place.published = max(0, place.published + by)
