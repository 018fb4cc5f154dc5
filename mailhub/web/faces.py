"""A group as its pages show it to one visitor: what it says of itself, and whether its archive is open to them."""

from dataclasses import dataclass

from flask import Response
from sqlalchemy.orm import Session

from mailhub.lists import reading, rules, visibility
from mailhub.lists.definition import Archive
from mailhub.lists.tables import MailList
from mailhub.people.tables import Person
from mailhub.web.shared import chosen_language, page


@dataclass(frozen=True, slots=True)
class Face:
    """A group as its page shows it."""

    group: MailList
    is_open: bool  # to this visitor's eyes

    @property
    def title(self) -> str:
        return reading.definition_of(self.group).titled(chosen_language())

    @property
    def description(self) -> str:
        return reading.definition_of(self.group).description.into(chosen_language()) or ""

    @property
    def rules(self) -> tuple[str, ...]:
        """Each of them, in the order by which moderators name them."""
        return rules.of(reading.definition_of(self.group), chosen_language())

    @property
    def licence(self) -> str:
        return reading.definition_of(self.group).licence.into(chosen_language()) or ""

    @property
    def is_for_search(self) -> bool:
        """Whether search engines may name its pages: where its organisers want that, and strangers read it (P-09)."""
        rules = reading.definition_of(self.group)
        return rules.index and rules.archive is Archive.PUBLIC


def of_slug(session: Session, slug: str, visitor: Person | None) -> Face | None:
    """The group of this name; None where there is none, or none this visitor may know of."""
    found = reading.by_slug(session, slug)
    return of_group(session, found, visitor) if found is not None else None


def of_group(session: Session, group: MailList, visitor: Person | None) -> Face | None:
    """None where this visitor may not even know that the group is there."""
    person_id = visitor.id if visitor is not None else None
    if not visibility.may_know(session, group, person_id):
        return None
    return Face(group, visibility.may_read(session, group, person_id))


def nothing() -> Response:
    """The same page for what is not there and for what is not for this visitor."""
    return page("message.html", title_key="web.error-404", status=404)
