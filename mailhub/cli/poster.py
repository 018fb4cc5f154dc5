"""`mailhub poster`: a page to print that tells how to join a group."""

from collections.abc import Mapping
from typing import Any

import click

from mailhub.cli.groups import found
from mailhub.cli.site import perform
from mailhub.cli.where import Where, open_output
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.lists import reading
from mailhub.lists.poster import poster
from mailhub.site import LANGUAGES


@click.command("poster", help="An A4 poster of the group LIST, as a page to print from any browser.")
@click.argument("slug", metavar="LIST")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--language", type=click.Choice(LANGUAGES), help="Else the site's.")
@click.pass_obj
def command(where: Where, slug: str, file: str | None, language: str | None) -> None:
    with open_output(file) as opened:
        perform(where, "poster", draw, {"list": slug, "language": language}, {"out": opened})


def draw(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Write the page."""
    with hub.database.reading() as session:
        definition = reading.definition_of(found(session, args["list"]))
    page = poster(definition, hub.site, hub.verbs, args["language"] or hub.site.language)
    terminal.files["out"].write(page.encode())
    terminal.files["out"].flush()
    return 0


COMMANDS = {"poster": command}
