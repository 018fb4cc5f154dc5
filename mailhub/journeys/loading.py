"""Versions of journeys as they run, read once; and the facts that journeys may ask."""

from collections import OrderedDict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.db.versions import DefinitionVersion
from mailhub.delivery.facts import FACTS as DELIVERY_FACTS
from mailhub.facts import Facts
from mailhub.journeys import written
from mailhub.journeys.definition import Journey
from mailhub.lists import reading
from mailhub.lists.facts import FACTS as LIST_FACTS
from mailhub.lists.facts import facts_of
from mailhub.people.facts import FACTS as PEOPLE_FACTS
from mailhub.people.facts import fields

KIND = content.Kind.JOURNEY.value
_KEPT = 500
_READ: OrderedDict[tuple[str, frozenset[str]], Journey] = OrderedDict()


def facts(session: Session) -> Facts:
    """Everything that may be asked of a person today."""
    slugs = [group.slug for group in reading.open_lists(session)]
    return Facts([*PEOPLE_FACTS, *DELIVERY_FACTS, *LIST_FACTS, *facts_of(slugs), *fields(session)])


def version(session: Session, slug: str, number: int, known: Facts) -> Journey:
    """One version, which may ask these facts. Raises BadContent where a group or a fact it asks about is gone."""
    wanted = DefinitionVersion.kind == KIND, DefinitionVersion.slug == slug, DefinitionVersion.number == number
    sha, body = session.execute(sa.select(DefinitionVersion.sha256, DefinitionVersion.body).where(*wanted)).one()
    key = (f"{slug}/{sha}", frozenset(fact.name for fact in known))
    if key not in _READ:
        document = content.load_text(body, f"{content.Kind.JOURNEY.folder}/{slug}.yaml")
        _READ[key] = written.read(document, known)
        if len(_READ) > _KEPT:
            _READ.popitem(last=False)
    return _READ[key]
