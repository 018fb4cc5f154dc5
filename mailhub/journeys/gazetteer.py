"""Which group is near a place: by the places the site knows, and the place each group says it is at."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.journeys.seeing import Nearest
from mailhub.lists import gazetteer_file, reading
from mailhub.lists.gazetteer import Places
from mailhub.site import Site

FILE = Path("lists", "places.csv")


def places(site: Site) -> Places:
    """The places of the site's content folder as they are now."""
    return in_folder(site.content_dir)


def in_folder(folder: Path | None) -> Places:
    """The places of a content folder; none where there is no such file, or a bad one."""
    path = folder / FILE if folder is not None else None
    if path is None or not path.is_file():
        return Places()
    return _read(path, path.stat().st_mtime_ns)


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


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Places:
    try:
        return gazetteer_file.read(path)
    except BadContent:  # `mailhub check` tells what is wrong with it; until then nobody is near anything
        return Places()
