"""`mailhub trace`: what is known of one mail, or of the mail of one address; from rows, also while the site runs."""

import json
from collections.abc import Mapping
from typing import Any

import click

from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.hub.build import Hub
from mailhub.inbound.tracing import wording
from mailhub.inbound.tracing.finding import trace
from mailhub.inbound.tracing.values import Trace, plain
from mailhub.jobs.control import Terminal
from mailhub.people import privacy
from mailhub.site import LANGUAGES

BY_COMMAND = 0  # who looked, where it was nobody of the site
UNKNOWN = 1  # the exit code


@click.command(
    "trace", help="What came in, what was decided and why, what went out: of a Message-ID, or of an address."
)
@click.argument("what", metavar="MESSAGE-ID|EMAIL")
@click.option("--json", "as_json", is_flag=True, help="Everything that is known, as one JSON object.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Else the site's.")
@click.pass_obj
def command(where: Where, what: str, as_json: bool, language: str | None) -> None:
    perform(where, "trace", tell, {"what": what, "json": as_json, "language": language})


def tell(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Print it; that somebody's mail was looked at is noted for them to see (P-13)."""
    with hub.database.reading() as session:
        found = trace(session, hub, args["what"])
    if found.somebody is not None:
        with hub.database.transaction() as session:
            now = hub.clock.now()
            privacy.note_access(session, BY_COMMAND, [found.somebody.person_id], "trace", now=now)
    terminal.out.write(_as_json(found) if args["json"] else _as_text(found, hub, args["language"]))
    return UNKNOWN if found.is_empty else 0


def _as_json(found: Trace) -> str:
    return json.dumps(plain(found), ensure_ascii=False, indent=1) + "\n"


def _as_text(found: Trace, hub: Hub, language: str | None) -> str:
    site = hub.site
    lines = wording.tell(found, hub.verbs, language or site.language, site.time_zone, hub.clock.now())
    return "".join(f"{'  ' * line.depth}{line.text}\n" for line in lines)


COMMANDS = {"trace": command}
