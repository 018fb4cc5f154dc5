"""Versions of journeys as they run, read once; and the facts that journeys may ask."""

from collections import OrderedDict

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import content
from mailhub.db.versions import DefinitionVersion
from mailhub.facts import Facts
from mailhub.journeys import written
from mailhub.journeys.definition import Journey
from mailhub.lists.asking import facts, standing
from mailhub.people.facts import fields_named

__all__ = ["KIND", "facts", "standing", "version"]

KIND = content.Kind.JOURNEY.value
_KEPT = 500
_READ: OrderedDict[tuple[str, Facts], Journey] = OrderedDict()


def version(session: Session, slug: str, number: int, known: Facts) -> Journey:
    """One version, which may ask these facts, and anything that is kept of people, which nobody need have yet.

    Raises BadContent where a group or a fact it asks about is gone.
    """
    wanted = DefinitionVersion.kind == KIND, DefinitionVersion.slug == slug, DefinitionVersion.number == number
    key = f"{slug}/{session.scalars(sa.select(DefinitionVersion.sha256).where(*wanted)).one()}", known
    if (read := _READ.get(key)) is None:
        body = session.scalars(sa.select(DefinitionVersion.body).where(*wanted)).one()
        document = content.load_text(body, f"{content.Kind.JOURNEY.folder}/{slug}.yaml")
        read = _READ[key] = written.read(document, known.plus(fields_named(body)))
        if len(_READ) > _KEPT:
            _READ.popitem(last=False)
    return read
