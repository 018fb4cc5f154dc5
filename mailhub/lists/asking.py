"""Everything that may be asked of a person on a site: what the rooms know, its groups, places and segments."""

from functools import lru_cache

from sqlalchemy.orm import Session

from mailhub.delivery.facts import FACTS as DELIVERY_FACTS
from mailhub.facts import Facts
from mailhub.lists import gazetteer_file, reading
from mailhub.lists.facts import FACTS as LIST_FACTS
from mailhub.lists.facts import facts_of
from mailhub.lists.gazetteer import Places
from mailhub.lists.nearby import Neighbourhood
from mailhub.people.facts import FACTS as PEOPLE_FACTS
from mailhub.people.facts import fields
from mailhub.people.segments import publishing as segments
from mailhub.site import Site

Groups = tuple[tuple[str, str | None], ...]  # slug and place
ANYWHERE = Facts([*PEOPLE_FACTS, *DELIVERY_FACTS, *LIST_FACTS])  # of any site


def facts(session: Session, site: Site) -> Facts:
    """Everything that may be asked of a person today."""
    return standing(session, site).plus(fields(session))


def standing(session: Session, site: Site) -> Facts:
    """The same without what is kept of people, which a text names itself: to look for that reads every row of it."""
    return segments.with_segments(before_segments(session, site), segments.bodies(session))


def before_segments(session: Session, site: Site) -> Facts:
    """What segments themselves may ask, one another aside."""
    return of_groups(groups(session), gazetteer_file.as_it_is(site.content_dir))


def groups(session: Session) -> Groups:
    """Those that are open, with the place each says it is at."""
    return tuple((group.slug, reading.definition_of(group).place) for group in reading.open_lists(session))


@lru_cache(maxsize=20)
def of_groups(there: Groups, places: Places) -> Facts:
    """What may be asked where there are these groups and places."""
    known = facts_of(slug for slug, _ in there)
    return Facts([*ANYWHERE, *known], places=Neighbourhood(places, dict(there)))
