"""Finds the group a command names."""

from sqlalchemy.orm import Session

from mailhub.content import one_of
from mailhub.errors import BadInput
from mailhub.lists import reading
from mailhub.lists.tables import MailList


def found(session: Session, slug: str) -> MailList:
    """The group of this slug; raises BadInput with those there are."""
    group = reading.by_slug(session, slug)
    if group is None:
        slugs = [each.slug for each in reading.open_lists(session)]
        cure = one_of(slug, slugs) if slugs else "none is published yet: `mailhub apply` publishes the files"
        raise BadInput(f"--list {slug}: there is no such group; {cure}")
    return group
