"""What a moderator reads of who wrote a message that waits: what became of their messages so far. Never of a person."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, PostState
from mailhub.language import say
from mailhub.lists import reading, telling
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site


def sentence(session: Session, site: Site, held: HeldPost, to: int, now: datetime) -> str:
    """«Fa parte del gruppo dal 3 maggio; suoi messaggi andati al gruppo: 1, non andati: 0.»; for its reader, `to`."""
    if held.person_id is None:
        return ""
    reader = session.get_one(Person, to)
    language = persons.language_of(reader, site)
    counted = {"published": _published(session, held), "refused": _refused(session, held)}
    place = reading.subscription(session, held.list_id, held.person_id)
    if place is None or place.state not in BELONGING or place.joined_at is None:
        return say(language, "lists.record-outside", **counted)
    since = telling.since_day(site, reader, place.joined_at, language, now)
    return say(language, "lists.record-member", since=since, **counted)


def _published(session: Session, held: HeldPost) -> int:
    theirs = Post.list_id == held.list_id, Post.person_id == held.person_id, Post.state == PostState.PUBLISHED
    return session.scalar(sa.select(sa.func.count()).select_from(Post).where(*theirs)) or 0


def _refused(session: Session, held: HeldPost) -> int:
    theirs = HeldPost.list_id == held.list_id, HeldPost.person_id == held.person_id
    refused = sa.select(sa.func.count()).select_from(HeldPost)
    return session.scalar(refused.where(*theirs, HeldPost.state == HeldState.REFUSED)) or 0
