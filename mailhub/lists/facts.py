"""What this room knows about a person, for conditions: whether they belong, since when, how they receive."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from mailhub.facts import Fact, FactType
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState

Column = ColumnElement[int]
CHANGED_BY = ("subscription.confirmed", "subscription.left", "subscription.restored")
MOVED_BY = (*CHANGED_BY, "subscription.paused", "subscription.resumed", "subscription.changed")


def _mine(person: Column, *more: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (Subscription.person_id == person, Subscription.state.in_(BELONGING), *more)


def _belongs(*more: ColumnElement[bool]) -> Callable[[Column], ColumnElement[Any]]:
    return lambda person: sa.exists().where(*_mine(person, *more))


def _since(*more: ColumnElement[bool]) -> Callable[[Column], ColumnElement[Any]]:
    return lambda person: sa.select(sa.func.min(Subscription.joined_at)).where(*_mine(person, *more)).scalar_subquery()


def _count(person: Column) -> ColumnElement[Any]:
    return sa.select(sa.func.count()).select_from(Subscription).where(*_mine(person)).scalar_subquery()


def _paused(*more: ColumnElement[bool]) -> Callable[[Column], ColumnElement[Any]]:
    return lambda person: sa.exists().where(*_mine(person, Subscription.state == SubscriptionState.PAUSED, *more))


def _delivery(*more: ColumnElement[bool]) -> Callable[[Column], ColumnElement[Any]]:
    chosen = sa.cast(Subscription.delivery, sa.String)
    return lambda person: sa.select(chosen).where(*_mine(person, *more)).limit(1).scalar_subquery()


FACTS: tuple[Fact, ...] = (
    Fact(name="lists.member", type=FactType.FLAG, sql=_belongs(), changed_by=CHANGED_BY, nullable=False),
    Fact(name="lists.count", type=FactType.NUMBER, sql=_count, changed_by=CHANGED_BY, nullable=False),
    Fact(name="lists.joined_at", type=FactType.INSTANT, sql=_since(), changed_by=CHANGED_BY),
)


def facts_of(slugs: Iterable[str]) -> tuple[Fact, ...]:
    """The same about each of these lists: `list.piazza_alta.member`, hyphens written as underscores."""
    return tuple(fact for slug in slugs for fact in _of(slug))


def _of(slug: str) -> tuple[Fact, ...]:
    here = Subscription.list_id.in_(sa.select(MailList.id).where(MailList.slug == slug))
    name = f"list.{slug.replace('-', '_')}"
    choices = tuple(choice.value for choice in DeliveryChoice)
    return (
        Fact(name=f"{name}.member", type=FactType.FLAG, sql=_belongs(here), changed_by=CHANGED_BY, nullable=False),
        Fact(name=f"{name}.joined_at", type=FactType.INSTANT, sql=_since(here), changed_by=CHANGED_BY),
        Fact(name=f"{name}.paused", type=FactType.FLAG, sql=_paused(here), changed_by=MOVED_BY, nullable=False),
        Fact(name=f"{name}.delivery", type=FactType.CHOICE, sql=_delivery(here), changed_by=MOVED_BY, choices=choices),
    )
