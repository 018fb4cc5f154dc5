"""What may be asked of a person: every fact of the site, those of each group among them."""

from functools import lru_cache

from sqlalchemy.orm import Session

from mailhub.delivery.facts import FACTS as DELIVERY_FACTS
from mailhub.facts import Facts
from mailhub.lists import reading
from mailhub.lists.facts import FACTS as LIST_FACTS
from mailhub.lists.facts import facts_of
from mailhub.people.facts import FACTS as PEOPLE_FACTS
from mailhub.people.facts import fields


def facts(session: Session) -> Facts:
    """Everything that may be asked of a person today."""
    return Facts([*standing(session), *fields(session)])


def standing(session: Session) -> Facts:
    """The same without what is kept of people, which a version names itself: to look for that reads every row of it."""
    return _standing(tuple(group.slug for group in reading.open_lists(session)))


@lru_cache(maxsize=20)
def _standing(slugs: tuple[str, ...]) -> Facts:
    return Facts([*PEOPLE_FACTS, *DELIVERY_FACTS, *LIST_FACTS, *facts_of(slugs)])
