"""Answers to the outbox for what this room sends: posts, notices and private mail (design section 3, rule 2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub import tokens
from mailhub.archive.tables import Post
from mailhub.delivery.sources import Judgement, No, QuietSource
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.language import say
from mailhub.lists import outgoing, publication, reading, relay, telling
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.tokens import Token

# Until the letter of the day exists, who chose it gets every message.
RECEIVING = (DeliveryChoice.EACH, DeliveryChoice.DIGEST)
GONE = "does not belong to the group any more"
PAUSED = "in a pause"
NOTHING = "chose to receive nothing"


class PostSource(QuietSource):
    """Posts: owed to who belonged when they were published, and still does when they leave."""

    name = publication.SOURCE

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        number = sa.select(Post.number).where(Post.id == mailing.thing_id).scalar_subquery()
        receives = (
            Subscription.state == SubscriptionState.ACTIVE,
            Subscription.delivery.in_(RECEIVING),
        )
        own = sa.and_(Subscription.list_id == mailing.list_id, Subscription.joined_number < number)
        if mailing.reads != publication.TREE:
            return sa.select(Subscription.person_id).where(*receives, own)
        return sa.select(Subscription.person_id).where(*receives, own | _below(mailing))

    def still_owed(
        self,
        session: Session,
        mailing: Mailing,
        deliveries: Sequence[Delivery],
        now: datetime,  # noqa: ARG002 - part of the promise
    ) -> Mapping[int, Judgement]:
        places = _places(session, mailing, [delivery.person_id for delivery in deliveries])
        judged = {at: _judge(places.get(each.person_id, ()), mailing) for at, each in enumerate(deliveries)}
        return {at: judgement for at, judgement in judged.items() if judgement is not None}

    def slots(
        self,
        session: Session,
        site: Site,
        mailing: Mailing,
        deliveries: Sequence[Delivery],
        now: datetime,
    ) -> Sequence[Mapping[str, str]]:
        group = reading.get(session, mailing.list_id or 0)
        ids = [delivery.person_id for delivery in deliveries]
        people = {person.id: person for person in session.scalars(sa.select(Person).where(Person.id.in_(ids)))}
        places = _places(session, mailing, ids)
        return [_slots(site, group, people[each], places.get(each, ()), session, now) for each in ids]

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:
        group = reading.get(session, mailing.list_id or 0)
        person = session.get_one(Person, delivery.person_id)
        places = _places(session, mailing, [person.id]).get(person.id, ())
        return _because(session, site, group, person, places, language, delivery.finished_at or delivery.due_at)


class ServiceSource(QuietSource):
    """Notices and questions of a group."""

    name = telling.SOURCE

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:
        group = reading.get(session, mailing.list_id or 0)
        person = session.get_one(Person, delivery.person_id)
        reason = mailing.key.partition("/")[0].rpartition(".")[2]  # as `telling.tell` wrote it
        return telling.reason(session, site, person, group, reason, language, delivery.finished_at or delivery.due_at)


class RelaySource(QuietSource):
    """Private mail between members, and to those who hold a role: owed to one person."""

    name = relay.SOURCE

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        return sa.select(Person.id).where(Person.id == mailing.thing_id, Person.erased_at.is_(None))

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:  # noqa: ARG002
        group = session.get(MailList, mailing.list_id) if mailing.list_id is not None else None
        title = reading.definition_of(group).titled(language) if group else site.name
        return say(language, "lists.because-relay", group=title)


SOURCES = (PostSource(), ServiceSource(), RelaySource())


def _below(mailing: Mailing) -> sa.ColumnElement[bool]:
    """Members of the groups under this one who are not in it, and have not left it."""
    root = sa.select(MailList.id).where(MailList.parent_id == mailing.list_id, MailList.closed_at.is_(None))
    tree = root.cte("tree", recursive=True)
    tree = tree.union(
        sa.select(MailList.id).join(tree, MailList.parent_id == tree.c.id).where(MailList.closed_at.is_(None))
    )
    published = sa.select(Post.published_at).where(Post.id == mailing.thing_id).scalar_subquery()
    above = aliased(Subscription)
    decided = sa.exists().where(
        above.person_id == Subscription.person_id,
        above.list_id == mailing.list_id,
        above.state.in_([SubscriptionState.ACTIVE, SubscriptionState.PAUSED, SubscriptionState.LEFT]),
    )
    return sa.and_(
        Subscription.list_id.in_(sa.select(tree.c.id)),
        Subscription.list_id != mailing.list_id,
        Subscription.joined_at <= published,
        ~decided,
    )


def _places(session: Session, mailing: Mailing, person_ids: Sequence[int]) -> dict[int, tuple[Subscription, ...]]:
    """The subscriptions by which each of these people is reached: the list's own first."""
    list_ids = [mailing.list_id or 0]
    if mailing.reads == publication.TREE:
        list_ids += reading.below(session, mailing.list_id or 0)
    found: dict[int, tuple[Subscription, ...]] = {}
    rows = session.scalars(
        sa.select(Subscription)
        .where(Subscription.person_id.in_(person_ids), Subscription.list_id.in_(list_ids))
        .order_by(Subscription.list_id != mailing.list_id, Subscription.list_id)
    )
    for place in rows:
        found[place.person_id] = (*found.get(place.person_id, ()), place)
    return found


def _judge(places: Sequence[Subscription], mailing: Mailing) -> No | None:
    """Why a post is no longer owed; None when it is. What somebody chose for this very group counts first."""
    own = [place for place in places if place.list_id == mailing.list_id]
    decided = [place for place in own if place.state in _DECIDED]
    reasons = [_objection(place) for place in (decided or places)]
    if not reasons:
        return No(GONE)
    return None if None in reasons else No(next(reason for reason in reasons if reason))


def _objection(place: Subscription) -> str | None:
    if place.state is SubscriptionState.PAUSED:
        return PAUSED
    if place.state is not SubscriptionState.ACTIVE:
        return GONE
    return None if place.delivery in RECEIVING else NOTHING


_DECIDED = (SubscriptionState.ACTIVE, SubscriptionState.PAUSED, SubscriptionState.LEFT)


def _slots(
    site: Site, group: MailList, person: Person, places: Sequence[Subscription], session: Session, now: datetime
) -> dict[str, str]:
    language = persons.language_of(person, site)
    token = Token(tokens.LEAVE, person.id, group.id)
    values = {
        "leave_address": site.address(f"u.{site.keys.issue(token)}"),
        outgoing.BECAUSE: _because(session, site, group, person, places, language, now),
    }
    link = site.link(f"u/{site.keys.issue_link(token)}") if site.secure else None
    return {**values, "leave_url": link} if link else values


def _because(
    session: Session,
    site: Site,
    group: MailList,
    person: Person,
    places: Sequence[Subscription],
    language: str,
    now: datetime,
) -> str:
    """«Ricevi questa mail perché fai parte di … dal 3 maggio», of the group by which the post reaches them."""
    place = next((p for p in places if p.state is SubscriptionState.ACTIVE and p.joined_at is not None), None)
    if place is None or place.joined_at is None:
        return say(language, "lists.because-outside", group=reading.definition_of(group).titled(language))
    since = telling.since_day(site, person, place.joined_at, language, now)
    title = reading.title(session, place.list_id, language) or ""
    if place.list_id == group.id:
        return say(language, "footer.member", group=title, since=since)
    above = reading.definition_of(group).titled(language)
    return say(language, "lists.because-above", group=title, since=since, above=above)
