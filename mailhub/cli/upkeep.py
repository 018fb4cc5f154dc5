"""Commands that look after a site: its database, its backups, what it keeps."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import click

from mailhub.cli.backup import back_up
from mailhub.cli.checksums import verify as verify_kept
from mailhub.cli.restore import restore as restore_from
from mailhub.cli.site import alone, perform
from mailhub.cli.where import CONFIG, Where, open_input, open_output
from mailhub.db import migrate
from mailhub.delivery import switch
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal


@click.group("db", help="Bring the database to this version.")
def database() -> None:
    """Revisions run forward only."""


@database.command("upgrade", help="Run the revisions that are missing; the service must be stopped.")
@click.pass_obj
def upgrade(where: Where) -> None:
    settings = where.settings()
    with alone(settings, "db upgrade"):
        opened = migrate.opened(settings.database.url)
        before, after = migrate.upgrade(opened)
        opened.close()
    if before == after:
        click.echo(f"The database is at revision {after}, which is this release's; nothing was to be done.")
    else:
        click.echo(f"The database was at revision {before or '(empty)'} and is at {after} now.")


@click.command("backup", help="Copy the whole site into FILE (a tar packed by zstd), also while it runs.")
@click.argument("file", metavar="FILE")
@click.pass_obj
def backup(where: Where, file: str) -> None:
    where.settings()
    with ExitStack() as stack:
        files = {"out": stack.enter_context(open_output(file))}
        path = where.path()
        if path is not None:
            files[CONFIG] = stack.enter_context(open_input(str(path)))
        perform(where, "backup", back_up, {}, files, any_release=True)


@click.command("restore", help="Bring a backup back into a site without rows; sending is held until `resume`.")
@click.argument("file", metavar="FILE")
@click.pass_obj
def restore(where: Where, file: str) -> None:
    terminal = Terminal(sys.stdout, sys.stderr, {}, lambda: None, sys.stderr.isatty())
    with open_input(file) as opened:
        restore_from(where, opened, terminal)


@click.command("resume", help="Send again after a restore.")
@click.pass_obj
def resume(where: Where) -> None:
    perform(where, "resume", let_go, {})


@click.command("verify", help="Read everything that is kept and compare it with its checksums.")
@click.pass_obj
def verify(where: Where) -> None:
    perform(where, "verify", verify_kept, {})


def let_go(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Send again; says how much leaves."""
    del args
    with hub.database.transaction() as session:
        why, waiting = switch.why_held(session), switch.waiting(session)
        switch.let_go(session)
    if why is None:
        terminal.out.write("Sending was not held.\n")
    else:
        terminal.out.write(f"Sending goes on; {waiting} copies wait to leave.\n")
    return 0


COMMANDS = {"db": database, "backup": backup, "restore": restore, "resume": resume, "verify": verify}
