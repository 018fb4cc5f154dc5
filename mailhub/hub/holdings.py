"""Everything that is held about one person: the rows of every room that name them, ready for JSON."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, PostText
from mailhub.db.base import Base
from mailhub.people import persons, privacy
from mailhub.site import Site

_WROTE = "author"  # a column that names who wrote by the address alone


def everything(session: Session, site: Site, person_id: int) -> dict[str, Any]:
    """All rows about one person, those of other rooms and the words of their posts too."""
    return privacy.export_person(session, site, person_id, [_elsewhere])


def _elsewhere(session: Session, person_id: int) -> Mapping[str, Any]:
    """Every row that names a person and is not the people's own; the words of their posts with them."""
    emails = [address.email for address in persons.addresses_of(session, person_id)]
    whole: dict[str, Any] = {}
    for mapper in Base.registry.mappers:
        table = cast(sa.Table, mapper.local_table)
        if mapper.class_.__module__.startswith("mailhub.people."):
            continue
        if "person_id" in table.columns:
            whole[table.name] = _rows(session, mapper.class_, table.c.person_id == person_id)
        elif _WROTE in table.columns:
            whole[table.name] = _rows(session, mapper.class_, table.c[_WROTE].in_(emails))
    words = sa.select(Post.message_id, PostText.words).join(PostText, PostText.post_id == Post.id)
    whole["words"] = dict(session.execute(words.where(Post.person_id == person_id)).all())
    return whole


def _rows(session: Session, table: type[Base], which: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    return [_plain(row) for row in session.scalars(sa.select(table).where(which))]


def _plain(row: Any) -> dict[str, Any]:
    return {attribute.key: _json(getattr(row, attribute.key)) for attribute in sa.inspect(type(row)).column_attrs}


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case bytes():
            return None
    return value
