"""Sets the scene for a visitor once the town's past is told: a group in the next town, and the journey newcomers go on.

Published last, so that the town's own people, who have been there for long, are asked nothing.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.hub.build import Hub
from mailhub.journeys import loading
from mailhub.journeys import publishing as journeys
from mailhub.journeys import written as journey_files
from mailhub.lists import checks, publishing, written
from mailhub.site import Site

HOME = Path(__file__).with_name("scene")
GROUP, JOURNEY = "roccaspina", "primi-giorni"


def set_scene(hub: Hub) -> None:
    """Publish both."""
    with hub.database.transaction() as session:
        _group(session, hub.clock.now())
        _journey(session, hub.site, hub.clock.now())


def _group(session: Session, now: datetime) -> None:
    document = content.load(HOME / f"{GROUP}.yaml", f"lists/{GROUP}.yaml")
    publishing.apply_files(session, [checks.Written(document, written.read(document))], now=now)


def _journey(session: Session, site: Site, now: datetime) -> None:
    document = content.load(HOME / f"{JOURNEY}.yaml", f"journeys/{JOURNEY}.yaml")
    journey = journey_files.read(document, loading.facts(session, site))
    journeys.apply_files(session, [journeys.Written(document, journey)], now=now)
