"""Who may read what was written: one filter that guards every query of the archive."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, PostState
from mailhub.lists import reading
from mailhub.lists.definition import Archive, Join
from mailhub.lists.tables import MailList
from mailhub.people import roles


def readable_lists(session: Session, person_id: int | None) -> list[MailList]:
    """The groups whose archive this person may read (None: a stranger), by slug; closed ones keep their archive."""
    mine = reading.lists_of(session, person_id) if person_id is not None else set()
    groups = session.scalars(sa.select(MailList).order_by(MailList.slug))
    return [group for group in groups if may_read(session, group, person_id, mine)]


def may_read(session: Session, group: MailList, person_id: int | None, belongs: Collection[int] | None = None) -> bool:
    """Whether the archive of this group is open to this person."""
    kind = reading.definition_of(group).archive
    if kind is Archive.NONE:
        return False
    if kind is Archive.PUBLIC:
        return True
    if person_id is None:
        return False
    mine = reading.lists_of(session, person_id) if belongs is None else belongs
    return group.id in mine or bool(roles.held(session, person_id, group.id))


def may_know(session: Session, group: MailList, person_id: int | None, belongs: Collection[int] | None = None) -> bool:
    """Whether this person may know that the group is there: one may ask to come in, or it is theirs or open to them."""
    if reading.definition_of(group).join is not Join.INVITATION and group.closed_at is None:
        return True
    if may_read(session, group, person_id, belongs):
        return True
    if person_id is None:
        return False
    mine = reading.lists_of(session, person_id) if belongs is None else belongs
    return group.id in mine or bool(roles.held(session, person_id, group.id))


def visible_to(list_ids: Collection[int]) -> sa.ColumnElement[bool]:
    """The posts of these readable lists that have not been taken back: every archive query asks for this."""
    return sa.and_(Post.list_id.in_(list(list_ids)), Post.state == PostState.PUBLISHED)
