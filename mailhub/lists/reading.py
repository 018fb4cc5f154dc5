"""Reads which groups there are, what their rules are, and where somebody stands in them."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.lists import policy
from mailhub.lists.definition import ListDefinition
from mailhub.lists.naming import ROLE_WORDS, Names
from mailhub.lists.policy import Standing
from mailhub.lists.tables import DeliveryChoice, MailList, Measure, Name, Subscription, SubscriptionState, Tool
from mailhub.people import roles
from mailhub.verbs import Verbs

BELONGING = (SubscriptionState.ACTIVE, SubscriptionState.PAUSED)
_ASKED = {SubscriptionState.PENDING: Standing.PENDING, SubscriptionState.WAITING: Standing.WAITING}


_NAMES = sa.select(Name.name, Name.list_id)
_READ = "_definition_read"
# Made once: every mail asks this, and making a statement costs as much as running it.
_DECIDED = sa.select(Measure.tool).where(
    Measure.person_id == sa.bindparam("person"), Measure.list_id == sa.bindparam("list"), Measure.ended_at.is_(None)
)
_SAID = {Tool.BAN: Standing.BANNED, Tool.TRUST: Standing.TRUSTED}


def get(session: Session, list_id: int) -> MailList:
    return session.get_one(MailList, list_id)


def by_slug(session: Session, slug: str) -> MailList | None:
    """The list of this slug, closed or not."""
    return session.scalar(sa.select(MailList).where(MailList.slug == slug))


def open_lists(session: Session) -> list[MailList]:
    """Every list that takes mail, by slug."""
    return list(session.scalars(sa.select(MailList).where(MailList.closed_at.is_(None)).order_by(MailList.slug)))


def definition_of(group: MailList) -> ListDefinition:
    """The rules of a list as published; read once for each row that was loaded, since every mail asks several times."""
    read: tuple[object, ListDefinition] | None = group.__dict__.get(_READ)
    if read is None or read[0] is not group.definition:
        read = group.__dict__[_READ] = (group.definition, ListDefinition.from_dict(group.definition))
    return read[1]


def title(session: Session, list_id: int, language: str) -> str | None:
    """What people call the group; None when there is none of this id."""
    group = session.get(MailList, list_id)
    return definition_of(group).titled(language) if group else None


def names(session: Session, verbs: Verbs) -> Names:
    """What local parts may say on this site. A closed list still answers: its writers hear that it is closed."""
    named = {name: list_id for name, list_id in session.connection().execute(_NAMES)}  # noqa: C416 - rows are no pairs
    return Names(named, verbs.by_suffixes, ROLE_WORDS)


def subscription(session: Session, list_id: int, person_id: int) -> Subscription | None:
    return session.get(Subscription, (list_id, person_id))


def lists_of(session: Session, person_id: int) -> set[int]:
    """The lists a person belongs to, paused ones too."""
    mine = sa.select(Subscription.list_id).where(Subscription.person_id == person_id, Subscription.state.in_(BELONGING))
    return set(session.scalars(mine))


def reads_by_letter(session: Session, person_id: int) -> bool:
    """Whether any group reaches this person by letter, be it after a pause."""
    mine = sa.select(Subscription.list_id).where(
        Subscription.person_id == person_id,
        Subscription.state.in_(BELONGING),
        Subscription.delivery == DeliveryChoice.DIGEST,
    )
    return session.scalar(mine.limit(1)) is not None


def members(session: Session, list_id: int, states: Collection[SubscriptionState] = BELONGING) -> int:
    """How many people belong to a list."""
    counted = sa.select(sa.func.count()).select_from(Subscription)
    return session.scalar(counted.where(Subscription.list_id == list_id, Subscription.state.in_(states))) or 0


def standing(session: Session, list_id: int, person_id: int | None) -> Standing:
    """Where somebody stands in a group; nobody in particular is a stranger."""
    if person_id is None:
        return Standing.STRANGER
    place = subscription(session, list_id, person_id)
    held = roles.held(session, person_id, list_id)
    said = session.scalar(_DECIDED, {"person": person_id, "list": list_id})
    return policy.standing(
        is_organiser=roles.ORGANISER in held,
        is_moderator=roles.MODERATOR in held,
        is_member=place is not None and place.state in BELONGING,
        published=place.published if place else 0,
        asked=_ASKED.get(place.state, Standing.STRANGER) if place else Standing.STRANGER,
        decided=_SAID.get(said) if said is not None else None,
    )


def below(session: Session, list_id: int) -> list[int]:
    """Every open list under this one in the tree, the nearest first; a circle ends where it began."""
    parents: Mapping[int, int | None] = dict(
        session.execute(sa.select(MailList.id, MailList.parent_id).where(MailList.closed_at.is_(None))).all()
    )
    found, level = [list_id], [list_id]
    while level := sorted(child for child, parent in parents.items() if parent in level and child not in found):
        found += level
    return found[1:]
