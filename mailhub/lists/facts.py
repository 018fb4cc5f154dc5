"""What this room knows about a person, for conditions: whether they belong, how they receive, what they wrote.

Posts are those published here: an archive that is read in from a file is nobody's doing, and notes no activity.
"""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased

from mailhub.archive.posts import MAIL
from mailhub.archive.tables import Post, PostState
from mailhub.facts import Fact, FactType
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState

Column = ColumnElement[int]
Expression = Callable[[Column], ColumnElement[Any]]
CHANGED_BY = ("subscription.confirmed", "subscription.left", "subscription.restored")
MOVED_BY = (*CHANGED_BY, "subscription.paused", "subscription.resumed", "subscription.changed")
WRITTEN_BY = ("post.published", "post.withdrawn")


def _place(person: Column, slug: str | None) -> tuple[type[Subscription], tuple[ColumnElement[bool], ...]]:
    """Their places, in all lists or in one, and what makes them theirs; the query that asks may read places as well."""
    place = aliased(Subscription)
    here = () if slug is None else (place.list_id == _list_id(slug),)
    return place, (place.person_id == person, place.state.in_(BELONGING), *here)


def _list_id(slug: str) -> ColumnElement[int]:
    group = aliased(MailList)
    return sa.select(group.id).where(group.slug == slug).scalar_subquery()


def _belongs(slug: str | None = None, **more: object) -> Expression:
    """Whether there is a place of theirs, in which these columns have these values."""

    def belongs(person: Column) -> ColumnElement[Any]:
        place, mine = _place(person, slug)
        return sa.exists().where(*mine, *(getattr(place, name) == value for name, value in more.items()))

    return belongs


def _since(slug: str | None = None) -> Expression:
    def since(person: Column) -> ColumnElement[Any]:
        place, mine = _place(person, slug)
        return sa.select(sa.func.min(place.joined_at)).where(*mine).scalar_subquery()

    return since


def _count(person: Column) -> ColumnElement[Any]:
    place, mine = _place(person, None)
    return sa.select(sa.func.count()).select_from(place).where(*mine).scalar_subquery()


def _delivery(slug: str) -> Expression:
    def delivery(person: Column) -> ColumnElement[Any]:
        place, mine = _place(person, slug)
        return sa.select(sa.cast(place.delivery, sa.String)).where(*mine).scalar_subquery()

    return delivery


def _post(person: Column, slug: str | None) -> tuple[type[Post], tuple[ColumnElement[bool], ...]]:
    """Their posts, walked by author: few people write much, and a list is written by many."""
    post = aliased(Post)
    here = () if slug is None else (post.list_id == _list_id(slug),)  # no index on the list: SQLite would take it
    return post, (post.person_id == person, post.state == PostState.PUBLISHED, post.origin == MAIL, *here)


def _posts(slug: str | None = None) -> Expression:
    def posts(person: Column) -> ColumnElement[Any]:
        post, mine = _post(person, slug)
        return sa.select(sa.func.count()).select_from(post).where(*mine).scalar_subquery()

    return posts


def _last_of_all(person: Column) -> ColumnElement[Any]:
    """When their last one was published: asked of everybody, and so answered by an index that holds nothing else."""
    post = aliased(Post)
    published = post.state == sa.literal_column(f"'{PostState.PUBLISHED}'", post.state.type)
    written = post.origin == sa.literal_column(f"'{MAIL}'")  # a value that is bound could not choose the index
    return (
        sa.select(sa.func.max(post.published_at)).where(post.person_id == person, published, written).scalar_subquery()
    )


def _last_post(slug: str) -> Expression:
    """When their last one here was published; ids are given in the order of publishing."""

    def last(person: Column) -> ColumnElement[Any]:
        post, mine = _post(person, slug)
        return sa.select(post.published_at).where(*mine).order_by(post.id.desc()).limit(1).scalar_subquery()

    return last


def _flag(name: str, sql: Expression, changed_by: tuple[str, ...]) -> Fact:
    return Fact(name=name, type=FactType.FLAG, sql=sql, changed_by=changed_by, nullable=False)


def _number(name: str, sql: Expression, changed_by: tuple[str, ...]) -> Fact:
    return Fact(name=name, type=FactType.NUMBER, sql=sql, changed_by=changed_by, nullable=False)


def _instant(name: str, sql: Expression, changed_by: tuple[str, ...]) -> Fact:
    return Fact(name=name, type=FactType.INSTANT, sql=sql, changed_by=changed_by)


FACTS: tuple[Fact, ...] = (
    _flag("lists.member", _belongs(), CHANGED_BY),
    _number("lists.count", _count, CHANGED_BY),
    _instant("lists.joined_at", _since(), CHANGED_BY),
    _flag("lists.reads_letter", _belongs(delivery=DeliveryChoice.DIGEST), MOVED_BY),
    _number("posts.count", _posts(), WRITTEN_BY),
    _instant("posts.last_at", _last_of_all, WRITTEN_BY),
)


def facts_of(slugs: Iterable[str]) -> tuple[Fact, ...]:
    """The same about each of these lists: `list.piazza_alta.member`, hyphens written as underscores."""
    return tuple(fact for slug in slugs for fact in _of(slug))


def _of(slug: str) -> tuple[Fact, ...]:
    name = f"list.{slug.replace('-', '_')}"
    choices = tuple(choice.value for choice in DeliveryChoice)
    delivery = _delivery(slug)
    return (
        _flag(f"{name}.member", _belongs(slug), CHANGED_BY),
        _instant(f"{name}.joined_at", _since(slug), CHANGED_BY),
        _flag(f"{name}.paused", _belongs(slug, state=SubscriptionState.PAUSED), MOVED_BY),
        Fact(name=f"{name}.delivery", type=FactType.CHOICE, sql=delivery, changed_by=MOVED_BY, choices=choices),
        _number(f"{name}.posts", _posts(slug), WRITTEN_BY),
        _instant(f"{name}.last_post_at", _last_post(slug), WRITTEN_BY),
    )
