"""Answers to the outbox for what this room sends: posts, notices and private mail (design section 3, rule 2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from mailhub import tokens
from mailhub.archive.tables import Post
from mailhub.delivery import service
from mailhub.delivery.sources import Judgement, No, QuietSource
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.language import say
from mailhub.lists import mutes, outgoing, publication, reading, relay, spans, telling
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.tokens import Token

# Who reads by letter, or one kind of thing alone, has a span that holds the post; what no span holds comes by itself,
# whatever they chose since.
RECEIVING = tuple(choice for choice in DeliveryChoice if choice is not DeliveryChoice.NONE)
GONE = "does not belong to the group any more"
PAUSED = "in a pause"
NOTHING = "chose to receive nothing"
MUTED = "has silenced this conversation"


class PostSource(QuietSource):
    """Posts: owed to who belonged when they were published, and still does when they leave."""

    name = publication.SOURCE

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        number = sa.select(Post.number).where(Post.id == mailing.thing_id).scalar_subquery()
        receives = (
            Subscription.state == SubscriptionState.ACTIVE,
            Subscription.delivery.in_(RECEIVING),
        )
        own = sa.and_(
            Subscription.list_id == mailing.list_id,
            Subscription.joined_number < number,
            ~spans.holding(number),
        )
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
        ids = [delivery.person_id for delivery in deliveries]
        places, silent = _places(session, mailing, ids), mutes.who_muted(session, mailing.thing_id or 0, ids)
        judged = {at: _judge(places.get(each.person_id, ()), mailing) for at, each in enumerate(deliveries)}
        judged |= {at: No(MUTED) for at, each in enumerate(deliveries) if each.person_id in silent}
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
        places, reasons = _places(session, mailing, ids), _Reasons(session, site, group, now)
        return [
            _slots(site, group, one, reasons.of(one, places.get(one.id, ()), persons.language_of(one, site)))
            | _reply_to(site, mailing, one, now)
            for one in map(people.__getitem__, ids)
        ]

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:
        group = reading.get(session, mailing.list_id or 0)
        person = session.get_one(Person, delivery.person_id)
        places = _places(session, mailing, [person.id]).get(person.id, ())
        sent_at = delivery.finished_at or delivery.due_at
        return _Reasons(session, site, group, sent_at).of(person, places, language)

    def title(self, session: Session, site: Site, mailing: Mailing, language: str) -> str:
        return _title(session, site, mailing, language)


class ServiceSource(QuietSource):
    """Notices and questions of a group."""

    name = telling.SOURCE

    def slots(
        self,
        session: Session,  # noqa: ARG002
        site: Site,  # noqa: ARG002
        mailing: Mailing,  # noqa: ARG002
        deliveries: Sequence[Delivery],
        now: datetime,  # noqa: ARG002
    ) -> Sequence[Mapping[str, str]]:
        return service.as_html(deliveries)

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:
        group = reading.get(session, mailing.list_id or 0)
        person = session.get_one(Person, delivery.person_id)
        reason = mailing.key.partition("/")[0].rpartition(".")[2]  # as `telling.tell` wrote it
        return telling.reason(session, site, person, group, reason, language, delivery.finished_at or delivery.due_at)

    def title(self, session: Session, site: Site, mailing: Mailing, language: str) -> str:
        return _title(session, site, mailing, language)


class RelaySource(QuietSource):
    """Private mail between members, and to those who hold a role: owed to one person."""

    name = relay.SOURCE

    def audience(self, mailing: Mailing) -> sa.Select[int]:
        return sa.select(Person.id).where(Person.id == mailing.thing_id, Person.erased_at.is_(None))

    def because(self, session: Session, site: Site, mailing: Mailing, delivery: Delivery, language: str) -> str:  # noqa: ARG002
        return say(language, "lists.because-relay", group=_title(session, site, mailing, language))

    def title(self, session: Session, site: Site, mailing: Mailing, language: str) -> str:
        return _title(session, site, mailing, language)


SOURCES = (PostSource(), ServiceSource(), RelaySource())


def _title(session: Session, site: Site, mailing: Mailing, language: str) -> str:
    group = session.get(MailList, mailing.list_id) if mailing.list_id is not None else None
    return reading.definition_of(group).titled(language) if group else site.name


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


def _slots(site: Site, group: MailList, person: Person, because: str) -> dict[str, str]:
    token = Token(tokens.LEAVE, person.id, group.id)
    values = {
        "leave_address": site.address(f"u.{site.keys.issue(token)}"),
        outgoing.BECAUSE: because,
    }
    link = site.link(f"u/{site.keys.issue_link(token)}") if site.secure else None
    return {**values, "leave_url": link} if link else values


def _reply_to(site: Site, mailing: Mailing, person: Person, now: datetime) -> dict[str, str]:
    """Where the next hop rewrites ids, the address that names the message an answer is to."""
    if not site.answers_by_token:
        return {}
    token = Token(tokens.POST, person.id, mailing.thing_id or 0, (now + service.ANSWERABLE).date())
    return {outgoing.REPLY_TO.name: site.address(f"r.{site.keys.issue(token, epoch=person.token_epoch)}")}


class _Reasons:
    """Writes «Ricevi questa mail perché fai parte di … dal 3 maggio», each such sentence once for a batch."""

    def __init__(self, session: Session, site: Site, group: MailList, now: datetime) -> None:
        self._session = session
        self._site = site
        self._group = group
        self._now = now
        self._written: dict[tuple[object, ...], str] = {}

    def of(self, person: Person, places: Sequence[Subscription], language: str) -> str:
        """Of the group by which the post reaches this person."""
        place = next((p for p in places if p.state is SubscriptionState.ACTIVE and p.joined_at is not None), None)
        since = place.joined_at if place is not None else None
        key = (language, persons.zone_of(person, self._site), place.list_id if place else 0, since)
        if key not in self._written:
            self._written[key] = self._sentence(person, place.list_id if place else 0, since, language)
        return self._written[key]

    def _sentence(self, person: Person, list_id: int, since: datetime | None, language: str) -> str:
        own = reading.definition_of(self._group).titled(language)
        if since is None:
            return say(language, "lists.because-outside", group=own)
        day = telling.since_day(self._site, person, since, language, self._now)
        if list_id == self._group.id:
            return say(language, "footer.member", group=own, since=day)
        title = reading.title(self._session, list_id, language) or ""
        return say(language, "lists.because-above", group=title, since=day, above=own)
