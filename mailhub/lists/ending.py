"""A moderator's word takes effect: what waited goes to the group, or back to its author; everybody concerned hears."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.lists import moderation, pace, reading, releasing, telling, to_author, voice
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.people.tables import Person
from mailhub.site import Site


def publish(session: Session, site: Site, held: HeldPost, by: int, *, now: datetime, tells_author: bool = True) -> bool:
    """Send it to the group, or let it wait for the pace of its conversation; False when it had ended before."""
    place = pace.of_held(session, site, held, now)
    if place is not None:
        moderation.decided(session, site, held, HeldState.PUBLISHED, by, now=now)
        pace.keep(session, held, place)
        pace.tell(session, site, held, place, now=now)
        return True
    if not moderation.settle(session, site, held, HeldState.PUBLISHED, by, now=now):
        return False
    releasing.release(session, site, held, now=now)
    if tells_author:
        group = _title(session, site, held)
        to_author.tell(session, site, held, "published", values={"group": group}, occurrence=held.id, now=now)
    return True


def refuse(
    session: Session, site: Site, held: HeldPost, by: int, said: str, *, now: datetime, key: str = "refused"
) -> bool:
    """Give it back to its author, whole, with the moderator's words; False when its waiting had ended before."""
    if not moderation.settle(session, site, held, HeldState.REFUSED, by, now=now, note=said or None):
        return False
    if held.person_id is not None:
        group = reading.get(session, held.list_id)
        language = telling.language_to(session, site, held.person_id)
        person = session.get_one(Person, held.person_id)
        values = {
            "group": _title(session, site, held),
            "why": moderation.why(group, said, language),
            "when": telling.told_day(site, person, now, language, now),
            "contact": voice.contact(site, group, language),
        }
        text = to_author.text_of(session, site, held)
        to_author.tell(session, site, held, key, values=values, occurrence=held.id, now=now, below=text)
    return True


def _title(session: Session, site: Site, held: HeldPost) -> str:
    """The group's name as its author reads it."""
    language = telling.language_to(session, site, held.person_id) if held.person_id is not None else site.language
    return reading.title(session, held.list_id, language) or ""
