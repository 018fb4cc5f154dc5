"""What waits in a group for who moderates or organises it: messages, requests, appeals, reports, people not reached."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.archive import subjects
from mailhub.archive.tables import Post
from mailhub.clock import local
from mailhub.delivery.tables import Mailbox, Trouble
from mailhub.language import say
from mailhub.lists import kinds, reading, telling, things, unconfirmed, voice
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import HeldPost, HeldState, MailList, Subscription
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.verbs import Thing
from mailhub.waiting import Asked, Office, Part, Waiting

LATELY = timedelta(days=7)  # what does not end by itself is told once
_OF_AUTHOR = (kinds.REPHRASE.name, kinds.EDIT.name)
_HELD_WORDS = (("publish", ""), ("refuse", ""))


def _held(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:  # noqa: ARG001
    """Messages that wait to be read; not those that wait for other words of their author."""
    mine = {one.thing_id: one for one in asked if one.list_id is not None and office.may_read(one.list_id)}
    with_author = set(session.scalars(_asked_of_authors(mine)))
    for held in session.scalars(sa.select(HeldPost).where(HeldPost.id.in_(mine))):
        if held.state is HeldState.WAITING and held.id not in with_author:
            values = {"subject": telling.short(office.language, held.subject)}
            about = Thing(things.HELD, held.id)
            yield _told(session, office, mine[held.id], "held", held.person_id, values, about, _HELD_WORDS)


def _asked_of_authors(held_ids: Iterable[int]) -> sa.Select[int]:
    return sa.select(Question.thing_id).where(
        Question.kind.in_(_OF_AUTHOR), Question.thing_id.in_(held_ids), Question.settled_at.is_(None)
    )


def _approval(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:  # noqa: ARG001
    for one in (one for one in asked if office.may_read(one.list_id or 0)):
        words = (("approve", ""), ("deny", ""))
        yield _told(session, office, one, "approval", one.thing_id, {}, Thing(things.APPROVAL, one.id), words)


def _appeal(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:  # noqa: ARG001
    for one in (one for one in asked if office.may_read(one.list_id or 0)):
        words = (("uphold", ""), ("lift-appealed", ""))
        yield _told(session, office, one, "appeal", int(one.detail["by"]), {}, Thing(things.APPEAL, one.id), words)


def _report(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:  # noqa: ARG001
    """The author of the message is named, whoever reported it is not."""
    mine = {one.thing_id: one for one in asked if office.may_read(one.list_id or 0)}
    for post in session.scalars(sa.select(Post).where(Post.id.in_(mine))):
        values = {"subject": telling.short(office.language, subjects.bare(post.subject))}
        about = Thing(things.REPORT, mine[post.id].id)
        yield _told(session, office, mine[post.id], "report", post.person_id, values, about, (("handled", ""),))


def _told(
    session: Session,
    office: Office,
    one: Asked,
    key: str,
    person_id: int | None,
    values: dict[str, str],
    about: Thing,
    words: tuple[tuple[str, str], ...],
) -> Waiting:
    person = session.get(Person, person_id) if person_id is not None else None
    named = {
        "name": telling.short(office.language, voice.name_of(person, office.language)),
        "group": reading.title(session, one.list_id or 0, office.language) or "",
    }
    return Waiting(f"monday.{key}", {**named, **values}, one.asked_at, one.until, about, words)


def _beside(session: Session, site: Site, office: Office) -> Iterator[Waiting]:  # noqa: ARG001
    """Who has not confirmed, and whose mailbox has lately been set aside, in the groups this person looks after."""
    groups = {group.id: group for group in reading.open_lists(session) if group.id in office.organises}
    for group in groups.values():
        yield from _newcomers(session, office, group)
    yield from _set_aside(session, office, groups)


def _newcomers(session: Session, office: Office, group: MailList) -> Iterator[Waiting]:
    for one in unconfirmed.of_list(session, group.id):
        day, today = local(one.asked_at, office.zone).date(), local(office.now, office.zone).date()
        values = {
            "group": reading.definition_of(group).titled(office.language),
            "email": one.email,
            "asked": formats.past_day(office.language, day, today=today),
        }
        if one.trouble is None:
            yield Waiting("digests.status-unconfirmed", values, one.asked_at)
        else:
            why = say(office.language, f"delivery.trouble-{one.trouble.value}")
            yield Waiting("digests.status-unreached", {**values, "why": why}, one.asked_at)


def _set_aside(session: Session, office: Office, groups: dict[int, MailList]) -> Iterator[Waiting]:
    """A line for each person, however many of these groups they belong to."""
    lately = (
        sa.select(Mailbox)
        .where(Mailbox.set_aside_at.is_not(None), Mailbox.set_aside_at > office.now - LATELY)
        .where(Mailbox.trouble != Trouble.COMPLAINT)
        .order_by(Mailbox.person_id)
    )
    found = {mailbox.person_id: mailbox for mailbox in session.scalars(lately)}
    for person, list_id in session.execute(_members(found, groups)).all() if found else ():
        mailbox = found[person.id]
        values = {
            "name": telling.short(office.language, voice.name_of(person, office.language)),
            "group": reading.definition_of(groups[list_id]).titled(office.language),
            "why": say(office.language, f"delivery.trouble-{mailbox.trouble.value}"),
        }
        yield Waiting("monday.set-aside", values, mailbox.set_aside_at or office.now)


def _members(people: Iterable[int], list_ids: Iterable[int]) -> sa.Select[Person, int]:
    """Those of these people who belong to any of these lists, with one of them."""
    belong = Subscription.list_id.in_(list_ids), Subscription.state.in_(BELONGING)
    of_each = (
        sa.select(Subscription.person_id, sa.func.min(Subscription.list_id).label("list_id"))
        .where(Subscription.person_id.in_(people), *belong)
        .group_by(Subscription.person_id)
        .subquery()
    )
    return sa.select(Person, of_each.c.list_id).join(of_each, of_each.c.person_id == Person.id).order_by(Person.id)


PART = Part({things.HELD: _held, things.APPROVAL: _approval, things.APPEAL: _appeal, things.REPORT: _report}, _beside)
