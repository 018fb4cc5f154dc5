"""How many people a segment is about, and who: found by the database, as things are now."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions
from mailhub.conditions import Condition
from mailhub.people.tables import Person
from mailhub.site import Site

PERSON = cast(sa.Table, Person.__table__)


def who(condition: Condition, site: Site, *, now: datetime) -> sa.Select[int]:
    """The ids of those of whom it holds now."""
    judged = conditions.resolved(condition, now, site.time_zone)
    return sa.select(PERSON.c.id).where(PERSON.c.erased_at.is_(None), conditions.where(judged, PERSON.c.id, whole=True))


def count(session: Session, condition: Condition, site: Site, *, now: datetime) -> int:
    """How many they are."""
    found = who(condition, site, now=now).with_only_columns(sa.func.count())
    return session.connection().scalar(found) or 0


def unheard(session: Session, condition: Condition) -> Iterator[str]:
    """The facts it asks that are a field nobody has: perhaps a slip."""
    fields = sorted((fact for fact in conditions.facts_of(condition) if fact.having), key=lambda fact: fact.name)
    for fact in fields:
        assert fact.having is not None
        if session.scalar(sa.select(fact.having(lambda column: column.is_not(None)).limit(1).exists())) is False:
            yield fact.name
