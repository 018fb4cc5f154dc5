"""What a site needs before it can work: its tables, its published content, its organisers."""

from mailhub.db import migrate, versions
from mailhub.hub.build import Hub
from mailhub.lists import publishing
from mailhub.people import roles


def prepare(hub: Hub) -> None:
    """Make what an empty database lacks: the first run publishes what is in the content folder."""
    migrate.ensure(hub.database)
    now = hub.clock.now()
    with hub.database.transaction() as session:
        roles.appoint(session, hub.site.organisers, roles.ORGANISER, origin="config", now=now)
        is_new = not versions.latest(session, "list")
    if is_new:
        with hub.database.transaction() as session:
            publishing.apply_folder(session, hub.site, hub.verbs, hub.settings.content.dir, now=now)


