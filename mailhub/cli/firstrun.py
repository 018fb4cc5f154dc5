"""What a site needs before it can work: its tables, its organisers, its published content, imports made whole."""

from mailhub.cli.folder import read_files
from mailhub.cli.imports import finish_imports
from mailhub.db import migrate, versions
from mailhub.hub.build import Hub
from mailhub.journeys import publishing as journeys
from mailhub.lists import publishing
from mailhub.people import roles
from mailhub.people.segments import publishing as segments
from mailhub.templates import publishing as templates


def prepare(hub: Hub) -> None:
    """Make what an empty database lacks: the first run publishes what is in the content folder."""
    migrate.ensure(hub.database)
    now = hub.clock.now()
    with hub.database.transaction() as session:
        roles.appoint(session, hub.site.organisers, roles.ORGANISER, origin="config", now=now)
        if not versions.latest(session, publishing.KIND):
            files = read_files(hub, session)
            publishing.apply_files(session, files.lists.values(), now=now)
            templates.apply_files(session, files.templates.values(), now=now)
            segments.apply_files(session, files.segments.values(), now=now)
            journeys.apply_files(session, files.journeys.values(), now=now)
    finish_imports(hub)
