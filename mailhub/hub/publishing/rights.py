"""Who may publish which files: who organises the site all of them, who organises a group what stays within it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.hub.publishing.files import Files
from mailhub.hub.publishing.reading import templates_of
from mailhub.journeys import loading
from mailhub.journeys import publishing as journeys
from mailhub.journeys.definition import Ask, Do, Journey, Task, Webhook
from mailhub.lists.tables import MailList
from mailhub.people import roles
from mailhub.people.tables import Role
from mailhub.site import Site

ELSEWHERE = "*"  # beyond any group
_OF_GROUPS = frozenset(
    {"join", "leave", "pause", "resume", "digest", "each"}
)  # what a step may do to people within a group


def organises(session: Session, person_id: int) -> bool:
    """Whether they organise anything here."""
    held = sa.select(sa.literal(1)).where(Role.person_id == person_id, Role.name == roles.ORGANISER)
    return session.scalar(held.limit(1)) is not None


def refused(session: Session, site: Site, person_id: int, files: Files) -> list[str]:
    """The files that are not theirs to publish."""
    if roles.may_organise(session, person_id, roles.SITE):
        return []
    held = sa.select(Role.list_id).where(Role.person_id == person_id, Role.name == roles.ORGANISER)
    own = set(session.scalars(sa.select(MailList.slug).where(MailList.id.in_(held))))
    known = loading.facts(session, site)
    running = {slug: one.journey for slug in _open(session) if (one := journeys.published(session, slug, known))}
    mailed = {slug: one.journey for slug, one in files.journeys.items()}
    theirs = {slug for slug, each in mailed.items() if _is_within(each, own)}
    theirs -= {slug for slug, each in running.items() if not _is_within(each, own)}
    found = [one.document.file for slug, one in files.lists.items() if slug not in own]
    found += [one.document.file for slug, one in files.journeys.items() if slug not in theirs]
    for mail in files.templates.values():
        users = [each for each in (*running.values(), *mailed.values()) if mail.template.name in templates_of(each)]
        if not users or not all(_is_within(each, own) for each in users):
            found.append(mail.file)
    return found


def reach(journey: Journey) -> set[str]:
    """The groups a journey acts in; ELSEWHERE where it reaches beyond them."""
    found = {journey.list or ELSEWHERE}
    for step in journey.steps:
        match step:
            case Webhook():
                found.add(ELSEWHERE)
            case Do(verb=verb, args=args):
                slug = args.get("list")
                found.add(slug if verb in _OF_GROUPS and isinstance(slug, str) else ELSEWHERE)
            case Task(to=to) if to != "organisers":
                found.add(to)
            case Ask(post_to=slug) if slug is not None:
                found.add(slug)
            case _:
                pass
    return found


def _is_within(journey: Journey, own: set[str]) -> bool:
    return reach(journey) <= own


def _open(session: Session) -> list[str]:
    return sorted(journeys.running(session))
