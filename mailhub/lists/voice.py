"""Under which name and address a group speaks: the same for everything, so that people know it and can filter it."""

from urllib.parse import quote

from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.formats import listing
from mailhub.language import say
from mailhub.lists import reading, vocabulary
from mailhub.lists.definition import Archive
from mailhub.lists.tables import MailList
from mailhub.lists.things import list_of
from mailhub.mail.address import Mailbox, shown_name
from mailhub.people import roles
from mailhub.people.tables import Person
from mailhub.site import FRONT_DESK, Site

__all__ = ["address", "contact", "list_of", "name_of", "organisers", "outcome", "page", "sender", "verb_address"]

_ORGANISER = {"it": "organizza", "en": "organiser"}  # a role by address: whoever holds it now


def sender(session: Session, site: Site, list_id: int | None, language: str) -> Mailbox:
    """From whom a service mail comes: the group, else the site at its front desk."""
    group = session.get(MailList, list_id) if list_id is not None else None
    if group is None:
        return Mailbox(site.name, site.address(FRONT_DESK))
    return Mailbox(reading.definition_of(group).titled(language), address(site, group))


def address(site: Site, group: MailList) -> str:
    """Where one speaks to the group."""
    return site.address(group.slug)


def verb_address(site: Site, group: MailList, verb: str, language: str) -> str:
    """The address that says a verb: an empty mail is enough."""
    return site.address(f"{group.slug}-{vocabulary.suffix(verb, language)}")


def contact(site: Site, group: MailList, language: str) -> str:
    """The address that reaches a person who organises the group, without showing theirs."""
    return site.address(f"{_ORGANISER[language]}.{group.slug}")


def page(site: Site, group: MailList, post: Post) -> str | None:
    """Where a message is read; None where the site, or the group, has no pages."""
    if reading.definition_of(group).archive is Archive.NONE:
        return None
    return site.link(f"{group.slug}/m/{quote(post.message_id, safe='@')}")


def organisers(session: Session, list_id: int, language: str) -> str:
    """Who organises the group, by name: «Bruno e Rita»."""
    return listing(language, [name_of(person, language) for person in roles.organisers_of(session, list_id)])


def outcome(name: str, language: str) -> str:
    """How a decision ended: published, refused, withdrawn, accepted, declined."""
    return say(language, f"lists.outcome-{name}")


def name_of(person: Person | None, language: str) -> str:
    """A person's name as others may read it; never a part of their address."""
    return (shown_name(person.name) if person else "") or say(language, "lists.someone")
