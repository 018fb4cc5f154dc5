"""Which group is near a place: by the places the site knows, and the place each group says it is at."""

from pathlib import Path

from sqlalchemy.orm import Session

from mailhub.journeys.seeing import Nearest
from mailhub.lists import gazetteer_file, reading
from mailhub.lists.gazetteer import Places
from mailhub.site import Site


def places(site: Site) -> Places:
    """The places of the site's content folder as they are now."""
    return in_folder(site.content_dir)


def in_folder(folder: Path | None) -> Places:
    """The places of a content folder; none where there is no such file, or a bad one."""
    return gazetteer_file.as_it_is(folder)


def nearest(session: Session, site: Site) -> Nearest:
    """Asks for the slug of the nearest open group within so many km of a place; None where there is none."""
    found: dict[str, str] = {}

    def ask(place: str, within_km: int) -> str | None:
        if not found:
            for group in reading.open_lists(session):
                if where := reading.definition_of(group).place:
                    found.setdefault(where, group.slug)
        near = places(site).nearest(place, found, within_km)
        return found[near] if near is not None else None

    return ask
