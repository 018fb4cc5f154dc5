"""What a site needs before it can work: its tables, its organisers, its published content, imports made whole."""

from mailhub.cli.imports import finish_imports
from mailhub.db import migrate, versions
from mailhub.hub.build import Hub
from mailhub.lists import publishing
from mailhub.people import roles
from mailhub.templates import publishing as templates


def prepare(hub: Hub) -> None:
    """Make what an empty database lacks: the first run publishes what is in the content folder."""
    migrate.ensure(hub.database)
    now = hub.clock.now()
    with hub.database.transaction() as session:
        roles.appoint(session, hub.site.organisers, roles.ORGANISER, origin="config", now=now)
        if not versions.latest(session, publishing.KIND):
            publishing.apply_folder(session, hub.verbs, hub.settings.content.dir, now=now)
            templates.apply_folder(session, hub.settings.content.dir, now=now)
    finish_imports(hub)
